/* Exec and start: a program is built in a fresh space, and only when nothing can fail any more the
 * old one goes.
 */
#include "archive.h"
#include "call.h"
#include "exec_path.h"
#include "load.h"
#include "replace.h"
#include "vfs.h"

#include <arch/layout.h>
#include <skerry/kernel_call.h>
#include <string.h>
#include <sys.h>
#include <sys_call.h>
#include <vm_call.h>

static struct stack_image stack;

/* What a request asks for. */
struct wish {
	char name[PM_NAME_MAX + 1];
	const struct cpio_entry *file;
};

/* --- The request ------------------------------------------------------------------------------ */

static bool has_end(const char *name, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		if (name[i] == '\0')
			return true;
	}
	return false;
}

/* Not a byte beyond the page in which the name ends. */
static int name_fetch(endpoint_t from, u64 address, char name[PM_NAME_MAX + 1])
{
	const size_t whole = PM_NAME_MAX + 1;
	const size_t in_page = ARCH_PAGE_SIZE - (size_t)(address % ARCH_PAGE_SIZE);
	const size_t first = in_page < whole ? in_page : whole;
	int error;

	memset(name, 0, whole);
	error = memory_fetch(from, address, name, first);
	if (error != 0 || has_end(name, first))
		return error;
	error = memory_fetch(from, address + first, name + first, whole - first);
	if (error != 0)
		return error;
	return has_end(name, whole) ? 0 : -ENOENT;
}

static int strings_fetch(endpoint_t from, const struct pm_exec_req *req)
{
	void *to = stack_image_begin(&stack, req->argument_bytes, req->argument_count,
				     req->environment_count);
	int error;

	if (to == NULL)
		return -E2BIG;
	error = memory_fetch(from, req->arguments, to, (size_t)req->argument_bytes);
	if (error != 0)
		return error;
	return stack_image_valid(&stack) ? 0 : -EINVAL;
}

static int wish_fetch(endpoint_t from, const struct pm_exec_req *req, struct wish *wish)
{
	int error = name_fetch(from, req->name, wish->name);

	if (error == 0)
		error = strings_fetch(from, req);
	if (error != 0)
		return error;
	wish->file = archive_find(wish->name);
	return wish->file != NULL ? 0 : -ENOENT;
}

/* --- The new space ---------------------------------------------------------------------------- */

/* exec_thread: whose message page the space shows; EP_NONE: a fresh one. */
static int space_make(endpoint_t exec_thread, struct vm_space_reply *space)
{
	const struct vm_space_create_req request = {.thread = exec_thread};
	const int error = vm_space_create(&request, space);

	return error == -ENOSPC ? -EAGAIN : error;
}

static void space_free(space_t space)
{
	const struct vm_space_req request = {.space = space};
	const int error = vm_space_destroy(&request, NULL);

	assert(error == 0);
}

/* The program is put there: the space's first bytes and where to begin. */
static int program_put(const struct process *process, endpoint_t thread,
		       const struct vm_space_reply *space, const struct wish *wish,
		       struct program_entry *entry)
{
	const struct pm_ids_reply *ids = &process->ids.id;
	const struct program_plan plan = {
		.file = wish->file,
		.stack = &stack,
		.space = space->space,
		.thread = thread,
		.pid = process->pid,
		.message_address = space->message_address,
		.rights = {.user = ids->user,
			   .effective_user = ids->effective_user,
			   .group = ids->group,
			   .effective_group = ids->effective_group},
	};

	return program_load(&plan, entry);
}

/* --- Exec ------------------------------------------------------------------------------------- */

/* After 0 the process runs the new program, and its old space is free. */
static int process_exec(struct thread *caller, const struct wish *wish)
{
	const struct process *process = caller->process;
	const struct pm_ids_reply ids = process->ids.id;
	struct program_entry entry;
	struct vm_space_reply space;
	int error = space_make(process->thread, &space);

	if (error != 0)
		return error;
	error = program_put(process, process->thread, &space, wish, &entry);
	if (error == 0)
		error = exec_commit(caller, &space, wish->name, &entry, &ids);
	if (error != 0)
		space_free(space.space);
	return error;
}

struct answer pm_do_exec(endpoint_t caller, const struct pm_exec_req *req,
			 struct pm_empty_reply *rep)
{
	struct answer result;
	struct wish wish;
	int error;

	(void)rep;
	if (calling == NULL)
		return answer(-ENOTALLOWED);
	if (exec_path(calling, req, &result))
		return result;
	error = wish_fetch(caller, req, &wish);
	if (error == 0)
		error = process_exec(calling, &wish);
	return error == 0 ? answer_later() : answer(error);
}

/* --- Start ------------------------------------------------------------------------------------ */

static int thread_make(const struct vm_space_reply *space, endpoint_t *thread)
{
	const struct sys_thread_create_req request = {
		.space = space->space,
		.process = EP_NONE,
		.message_frame = space->message_frame,
		.message_address = space->message_address,
	};
	struct sys_thread_create_reply reply;
	const int error = sys_thread_create(&request, &reply);

	*thread = reply.thread;
	return error == -ENOSPC ? -EAGAIN : error;
}

static int process_start(struct process *process, const struct wish *wish)
{
	struct program_entry entry;
	struct vm_space_reply space;
	struct sys_clear_req clear;
	int error = space_make(EP_NONE, &space);

	if (error != 0)
		return error;
	error = thread_make(&space, &clear.thread);
	if (error != 0)
		goto undo_space;
	error = program_put(process, clear.thread, &space, wish, &entry);
	if (error == 0)
		error = program_enter(clear.thread, &space, wish->name, &entry);
	if (error == 0)
		error = privilege_give(clear.thread);
	if (error != 0)
		goto undo_thread;
	process->space = space.space;
	(void)process_thread_add(process, clear.thread, process->pid);
	program_note(process, wish->name, &entry);
	return 0;
undo_thread:
	(void)sys_clear(&clear, NULL);
undo_space:
	space_free(space.space);
	return error;
}

struct answer pm_do_start(endpoint_t caller, const struct pm_exec_req *req,
			  struct pm_pid_reply *rep)
{
	struct process *parent, *process;
	struct wish wish;
	int error;

	if (calling != NULL)
		return answer(-ENOTALLOWED);
	error = wish_fetch(caller, req, &wish);
	if (error != 0)
		return answer(error);
	parent = process_of_service(caller);
	process = parent != NULL ? process_create() : NULL;
	if (process == NULL)
		return answer(-EAGAIN);
	error = process_start(process, &wish);
	if (error != 0) {
		process_unmake(process);
		return answer(error);
	}
	process_set_parent(process, parent);
	limits_init(process);
	process->started = time_now();
	vfs_introduce(process, true);
	rep->pid = process->pid;
	rep->thread = EP_NONE;
	return answer(0);
}
