/* Exec and start: a program is built in a fresh space, and only when nothing can fail any more the
 * old one goes. A thread that never runs stands for the space in copies.
 */
#include "call.h"
#include "load.h"

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
	struct cpio_entry file;
};

/* A space with a held thread. */
struct body {
	struct vm_space_reply space;
	endpoint_t thread;
};

/* --- The request ------------------------------------------------------------------------------ */

static int fetch(endpoint_t from, u64 address, void *to, size_t bytes)
{
	const struct sys_copy_req request = {
		.source = from,
		.destination = EP_SELF,
		.source_address = address,
		.destination_address = (uintptr_t)to,
		.bytes = bytes,
	};

	return sys_vircopy(&request, NULL) == 0 ? 0 : -EFAULT;
}

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
	error = fetch(from, address, name, first);
	if (error != 0 || has_end(name, first))
		return error;
	error = fetch(from, address + first, name + first, whole - first);
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
	error = fetch(from, req->arguments, to, (size_t)req->argument_bytes);
	if (error != 0)
		return error;
	return stack_image_valid(&stack) ? 0 : -EINVAL;
}

static int wish_fetch(endpoint_t from, const struct pm_exec_req *req, struct wish *wish)
{
	int error = name_fetch(from, req->name, wish->name);

	if (error == 0)
		error = strings_fetch(from, req);
	if (error == 0)
		error = program_find(wish->name, &wish->file);
	return error;
}

/* --- The new space ---------------------------------------------------------------------------- */

static void body_free(const struct body *body)
{
	const struct sys_clear_req clear = {.thread = body->thread};
	const struct vm_space_req space = {.space = body->space.space};

	if (body->thread != EP_NONE)
		(void)sys_clear(&clear, NULL);
	(void)vm_space_destroy(&space, NULL);
}

static int thread_make(struct body *body)
{
	const struct sys_thread_create_req request = {
		.space = body->space.space,
		.process = EP_NONE,
		.message_frame = body->space.message_frame,
		.message_address = body->space.message_address,
	};
	struct sys_thread_create_reply reply;
	const int error = sys_thread_create(&request, &reply);

	body->thread = error == 0 ? reply.thread : EP_NONE;
	return error == -ENOSPC ? -EAGAIN : error;
}

/* exec_thread: whose message page the space shows; EP_NONE: a fresh one. */
static int body_make(endpoint_t exec_thread, struct body *body)
{
	const struct vm_space_create_req request = {.thread = exec_thread};
	int error = vm_space_create(&request, &body->space);

	if (error != 0)
		return error == -ENOSPC ? -EAGAIN : error;
	error = thread_make(body);
	if (error != 0)
		body_free(body);
	return error;
}

static int body_load(const struct body *body, const struct wish *wish, endpoint_t thread, pid32 pid,
		     struct program_entry *entry)
{
	const struct program_plan plan = {
		.file = &wish->file,
		.stack = &stack,
		.space = body->space.space,
		.copier = body->thread,
		.thread = thread,
		.pid = pid,
		.message_address = body->space.message_address,
	};

	return program_load(&plan, entry);
}

/* The thread goes on there, as that program. */
static int thread_enter(endpoint_t thread, const struct body *body, const struct wish *wish,
			const struct program_entry *entry)
{
	struct sys_exec_req request = {
		.thread = thread,
		.space = body->space.space,
		.program_counter = entry->program_counter,
		.stack_pointer = entry->places.stack_pointer,
		.message_address = body->space.message_address,
		.argument = entry->places.start,
	};

	memcpy(request.name, wish->name, sizeof(request.name));
	return sys_exec(&request, NULL);
}

/* --- Exec ------------------------------------------------------------------------------------- */

/* After 0 the process runs the new program, and its old space is free. */
static int process_exec(struct process *process, const struct wish *wish)
{
	const struct vm_space_req old = {.space = process->space};
	struct program_entry entry;
	struct body body;
	struct sys_clear_req clear;
	int error = body_make(process->thread, &body);

	if (error != 0)
		return error;
	error = body_load(&body, wish, process->thread, process->pid, &entry);
	if (error == 0)
		error = thread_enter(process->thread, &body, wish, &entry);
	if (error != 0) {
		body_free(&body);
		return error;
	}
	clear.thread = body.thread;
	(void)sys_clear(&clear, NULL);
	process->space = body.space.space;
	error = vm_space_destroy(&old, NULL);
	assert(error == 0);
	return 0;
}

struct answer pm_do_exec(endpoint_t caller, const struct pm_exec_req *req,
			 struct pm_empty_reply *rep)
{
	struct process *process = process_by_thread(caller);
	struct wish wish;
	int error;

	(void)rep;
	if (process == NULL || process->pid == 0)
		return answer(-ENOTALLOWED);
	error = wish_fetch(caller, req, &wish);
	if (error == 0)
		error = process_exec(process, &wish);
	return error == 0 ? answer_later() : answer(error);
}

/* --- Start ------------------------------------------------------------------------------------ */

static int process_start(struct process *process, const struct wish *wish)
{
	struct program_entry entry;
	struct body body;
	int error = body_make(EP_NONE, &body);

	if (error != 0)
		return error;
	error = body_load(&body, wish, body.thread, process->pid, &entry);
	if (error == 0)
		error = thread_enter(body.thread, &body, wish, &entry);
	if (error == 0)
		error = privilege_give(body.thread);
	if (error != 0) {
		body_free(&body);
		return error;
	}
	process->space = body.space.space;
	process_set_thread(process, body.thread);
	return 0;
}

struct answer pm_do_start(endpoint_t caller, const struct pm_exec_req *req,
			  struct pm_pid_reply *rep)
{
	struct process *parent = process_by_thread(caller), *process;
	struct wish wish;
	int error;

	if (parent != NULL && parent->pid != 0)
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
		process_free(process);
		return answer(error);
	}
	process_set_parent(process, parent);
	rep->pid = process->pid;
	rep->thread = EP_NONE;
	return answer(0);
}
