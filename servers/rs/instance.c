/* Making an instance from the boot archive, and the swap. Rights are the name's: the kernel's
 * privilege, VM's rights and the scheduling stay with it, as system.conf gave them. Until the swap
 * the new instance has an empty privilege of its own.
 */
#include "instance.h"

#include <arch/layout.h>
#include <loader.h>
#include <skerry/info.h>
#include <skerry/kernel_call.h>
#include <skerry/sef.h>
#include <string.h>
#include <sys.h>
#include <sys_call.h>
#include <vm_call.h>

#define STACK_BYTES ((size_t)64 * 1024)

struct instance {
	struct vm_space_reply space;
	endpoint_t thread; /* EP_NONE: none */
};

void instances_init(void)
{
	loader_init("rs copier");
}

static void thread_clear(endpoint_t thread)
{
	const struct sys_clear_req request = {.thread = thread};
	const int error = sys_clear(&request, NULL);

	assert(error == 0);
}

/* A service has one thread; whatever else it made goes with it. */
static void other_threads_clear(space_t space, endpoint_t keep)
{
	struct info_thread info;
	struct sys_info_req request = {
		.what = INFO_THREAD,
		.address = (uintptr_t)&info,
		.size = sizeof(info),
	};

	for (; sys_info(&request, NULL) == 0; request.index++) {
		if (!(info.rts & RTS_FREE) && info.space == space && info.thread != keep)
			thread_clear(info.thread);
	}
}

static void space_free(space_t space)
{
	const struct vm_space_req request = {.space = space};
	int error = vm_space_destroy(&request, NULL);

	if (error == -EBUSY) {
		other_threads_clear(space, EP_NONE);
		error = vm_space_destroy(&request, NULL);
	}
	assert(error == 0);
}

/* --- Making ----------------------------------------------------------------------------------- */

/* On top of the stack, as VM has it: the start block, then the command line. */
static int start_put(const struct entry *entry, const struct instance *new,
		     const struct loader_program *program, uintptr_t *at)
{
	const size_t line_bytes = strlen(boot.command_line) + 1;
	const uintptr_t place =
		(program->stack_top - sizeof(struct service_start) - line_bytes) & ~(uintptr_t)15;
	const struct service_start start = {
		.endpoint = entry->row.endpoint,
		.index = (u32)(entry->boot - boot.table->service),
		.message_page = new->space.message_address,
		.stack_top = place,
		.command_line = place + sizeof(start),
		.init = entry->init,
		.fail = entry->next_fail,
	};
	int error = loader_put(place, &start, sizeof(start));

	*at = place;
	if (error == 0)
		error = loader_put(place + sizeof(start), boot.command_line, line_bytes);
	return error == 0 ? 0 : -ENOMEM;
}

static int image_put(const struct entry *entry, const struct instance *new,
		     struct loader_program *program, uintptr_t *start)
{
	const struct loader_plan plan = {
		.space = new->space.space,
		.file = entry->file.data,
		.file_bytes = entry->file.size,
		.stack_bytes = STACK_BYTES,
		.stack_flags = VM_MAP_POPULATE,
	};
	int error;

	loader_enter(plan.space);
	error = loader_load(&plan, program);
	if (error == 0)
		error = start_put(entry, new, program, start);
	loader_leave();
	return error;
}

static int thread_make(struct instance *new)
{
	const struct sys_thread_create_req create = {
		.space = new->space.space,
		.process = EP_NONE,
		.message_frame = new->space.message_frame,
		.message_address = new->space.message_address,
		.flags = THREAD_INHIBITED,
	};
	struct sys_thread_create_reply reply;
	const int error = sys_thread_create(&create, &reply);

	if (error == 0)
		new->thread = reply.thread;
	return error == -ENOSPC ? -EAGAIN : error;
}

/* SYS_UPDATE takes only what has a privilege of its own. */
static int privilege_make(endpoint_t thread)
{
	const struct sys_priv_set_req request = {
		.thread = thread,
		.flags = PRIV_SYSTEM,
		.signal_manager = RS_ENDPOINT,
		.signal_backup = EP_NONE,
	};
	struct sys_priv_set_reply reply;
	const int error = sys_priv_set(&request, &reply);

	return error == -ENOSPC ? -EAGAIN : error;
}

static int thread_prepare(const struct entry *entry, const struct instance *new,
			  const struct loader_program *program, uintptr_t start)
{
	struct sys_exec_req request = {
		.thread = new->thread,
		.program_counter = program->entry,
		.stack_pointer = start,
		.argument = start,
	};
	const int error = privilege_make(new->thread);

	memcpy(request.name, entry->row.name, sizeof(request.name));
	return error != 0 ? error : sys_exec(&request, NULL);
}

/* A service never waits for its own image. */
static int memory_prepare(const struct entry *entry, space_t space)
{
	const struct vm_space_req prepare = {.space = space};
	const struct vm_memctl_req pin = {.space = space, .what = VM_MEMCTL_PIN};

	return entry->boot->flags & BOOT_SERVICE_PINNED ? vm_memctl(&pin, NULL)
							: vm_prepare(&prepare, NULL);
}

static void instance_free(const struct instance *new)
{
	if (new->thread != EP_NONE)
		thread_clear(new->thread);
	space_free(new->space.space);
}

static int instance_make(const struct entry *entry, struct instance *new)
{
	const struct vm_space_create_req create = {.thread = EP_NONE};
	struct loader_program program;
	uintptr_t start;
	int error = vm_space_create(&create, &new->space);

	if (error != 0)
		return error == -ENOSPC ? -EAGAIN : error;
	new->thread = EP_NONE;
	error = thread_make(new);
	if (error == 0)
		error = image_put(entry, new, &program, &start);
	if (error == 0)
		error = memory_prepare(entry, new->space.space);
	if (error == 0)
		error = thread_prepare(entry, new, &program, start);
	if (error != 0)
		instance_free(new);
	return error;
}

/* --- The swap --------------------------------------------------------------------------------- */

static void swap(struct entry *entry, const struct instance *new)
{
	const struct sys_update_req names = {
		.old_thread = entry->row.endpoint,
		.new_thread = new->thread,
		.flags = UPDATE_CRASHED,
	};
	const struct vm_update_req spaces = {
		.old_space = entry->space,
		.new_space = new->space.space,
	};
	int error = sys_update(&names, NULL);

	assert(error == 0);
	error = vm_update(&spaces, NULL);
	assert(error == 0);
}

int instance_replace(struct entry *entry, u32 init)
{
	const u32 before = entry->init;
	struct instance new;
	int error;

	entry->init = init;
	error = instance_make(entry, &new);
	if (error != 0) {
		entry->init = before;
		return error;
	}

	/* Nothing fails from here. */
	swap(entry, &new);
	thread_clear(new.thread);
	space_free(entry->space);
	entry->space = new.space.space;
	entry->body = true;
	entry->next_fail = FAIL_NONE;
	entry->restarts++;
	return 0;
}

void instance_release(const struct entry *entry)
{
	const struct sys_thread_release_req request = {.thread = entry->row.endpoint};
	const int error = sys_thread_release(&request, NULL);

	if (error != 0)
		panic("cannot release %s: %d", entry->row.name, error);
}

/* The space itself stays as long as the name does: VM keeps rights with it. */
void instance_end(struct entry *entry)
{
	const struct sys_runctl_req end = {
		.thread = entry->row.endpoint,
		.operation = RUNCTL_END,
	};
	const struct vm_space_req clear = {.space = entry->space};

	if (!entry->body)
		return;
	other_threads_clear(entry->space, entry->row.endpoint);
	(void)sys_runctl(&end, NULL); /* it may have exited */
	(void)vm_space_clear(&clear, NULL);
	entry->body = false;
}
