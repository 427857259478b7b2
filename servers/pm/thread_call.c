/* Threads come and go. */
#include "call.h"

#include "signal.h"
#include <skerry/kernel_call.h>
#include <skerry/signal.h>
#include <sys.h>
#include <sys_call.h>
#include <vm_call.h>

/* --- Message pages ---------------------------------------------------------------------------- */

/* VM takes a message page back only with its space, so pages of threads that are gone are kept for
 * those that come. Without a place one is lost until then. */
struct spare {
	struct spare *next;
	uint64_t frame, address;
};

static struct spare spares[PROCESSES];
static struct spare *free_list;
static unsigned int fresh;

void message_page_keep(struct process *process, uint64_t frame, uint64_t address)
{
	struct spare *spare = free_list;

	if (spare != NULL)
		free_list = spare->next;
	else if (fresh < PROCESSES)
		spare = &spares[fresh++];
	else
		return;
	*spare = (struct spare){process->spare, frame, address};
	process->spare = spare;
}

bool message_page_again(struct process *process, uint64_t *frame, uint64_t *address)
{
	struct spare *spare = process->spare;

	if (spare == NULL)
		return false;
	*frame = spare->frame;
	*address = spare->address;
	process->spare = spare->next;
	spare->next = free_list;
	free_list = spare;
	return true;
}

void message_pages_forget(struct process *process)
{
	uint64_t frame, address;

	while (message_page_again(process, &frame, &address))
		;
}

static int message_page_get(struct process *process, uint64_t *frame, uint64_t *address)
{
	const struct vm_space_req request = {.space = process->space};
	struct vm_space_reply reply;
	int error;

	if (message_page_again(process, frame, address))
		return 0;
	error = vm_message_page(&request, &reply);
	*frame = reply.message_frame;
	*address = reply.message_address;
	return error;
}

/* --- Create ----------------------------------------------------------------------------------- */

static int thread_make(const struct process *process, const struct pm_thread_create_req *req,
		       uint64_t frame, uint64_t address, endpoint_t *thread)
{
	const struct sys_thread_create_req request = {
		.space = process->space,
		.process = process->thread,
		.message_frame = frame,
		.message_address = address,
		.program_counter = req->entry,
		.stack_pointer = req->stack_pointer,
		.argument = req->argument,
	};
	struct sys_thread_create_reply reply;
	const int error = sys_thread_create(&request, &reply);

	*thread = reply.thread;
	return error == -ENOSPC ? -EAGAIN : error;
}

/* What the thread and its creator find in memory when it begins. */
static int places_fill(const struct pm_thread_create_req *req, uint64_t address, endpoint_t thread,
		       pid32 tid)
{
	const struct pm_thread_place place = {address, thread, tid};
	const endpoint_t creator = calling->endpoint;
	int error = memory_put(creator, req->place, &place, sizeof(place));

	if (error == 0 && req->tid_address != 0)
		error = memory_put(creator, req->tid_address, &tid, sizeof(tid));
	return error;
}

struct answer pm_do_thread_create(endpoint_t caller, const struct pm_thread_create_req *req,
				  struct pm_thread_create_reply *rep)
{
	struct sys_clear_req clear;
	struct process *process;
	struct thread *thread;
	uint64_t frame, address;
	pid32 tid;
	int error;

	(void)caller;
	if (calling == NULL)
		return answer(-ENOTALLOWED);
	process = calling->process;
	error = message_page_get(process, &frame, &address);
	if (error != 0)
		return answer(error);
	error = thread_make(process, req, frame, address, &clear.thread);
	if (error != 0) {
		message_page_keep(process, frame, address);
		return answer(error);
	}
	tid = pid_next();
	error = places_fill(req, address, clear.thread, tid);
	if (error == 0 && process->stopped)
		thread_stop(&(struct thread){.endpoint = clear.thread});
	if (error == 0)
		error = privilege_give(clear.thread);
	if (error != 0) {
		(void)sys_clear(&clear, NULL);
		message_page_keep(process, frame, address);
		return answer(error);
	}
	/* Nothing fails from here. */
	thread = process_thread_add(process, clear.thread, tid);
	thread->message_frame = frame;
	thread->message_address = address;
	thread->clear_address = req->clear_address;
	thread->mask = ~SIGNALS_SURE;
	privilege_allow(clear.thread);
	rep->tid = tid;
	rep->thread = clear.thread;
	return answer(0);
}

/* --- End -------------------------------------------------------------------------------------- */

static void stack_unmap(const struct process *process, const struct pm_thread_exit_req *req)
{
	const struct vm_range_req range = {
		.space = process->space,
		.address = req->address,
		.bytes = req->bytes,
	};

	if (req->bytes > 0)
		(void)vm_munmap(&range, NULL); /* the thread could have asked for nonsense itself */
}

static void word_clear(struct thread *thread)
{
	static const u32 zero;
	const uint64_t address = thread->clear_address;

	if (address == 0)
		return;
	thread->clear_address = 0;
	/* By the first thread's name: after SYS_EXIT this one's is none any more. */
	if (memory_put(thread->process->thread, address, &zero, sizeof(zero)) == 0)
		(void)futex_wake_word(thread, address, 1);
}

/* The first thread's name is the process's: it waits here for ever. */
bool thread_finish(struct thread *thread)
{
	struct process *process = thread->process;

	if (process->threads_alive == 1) {
		process_end(process, STATUS_EXITED(0));
		return false;
	}
	process->threads_alive--;
	word_clear(thread);
	if (thread->endpoint != process->thread) {
		thread_end(thread);
		return true;
	}
	thread->sleep = SLEEP_ENDED;
	thread->mask = ~0ull;
	calling = NULL;
	return true;
}

struct answer pm_do_thread_exit(endpoint_t caller, const struct pm_thread_exit_req *req,
				struct pm_empty_reply *rep)
{
	struct process *process;

	(void)caller, (void)rep;
	if (calling == NULL)
		return answer(-ENOTALLOWED);
	process = calling->process;
	if (thread_finish(calling))
		stack_unmap(process, req);
	return answer_later();
}

struct answer pm_do_thread_clear(endpoint_t caller, const struct pm_thread_clear_req *req,
				 struct pm_tid_reply *rep)
{
	(void)caller;
	if (calling == NULL)
		return answer(-ENOTALLOWED);
	calling->clear_address = req->address;
	rep->tid = calling->tid;
	return answer(0);
}
