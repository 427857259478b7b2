/* The ways a process ends, and stops: exit, kill, and signals from the kernel. */
#include "call.h"

#include "signal.h"
#include "vfs.h"
#include <skerry/kernel_call.h>
#include <skerry/signal.h>
#include <sys.h>
#include <sys_call.h>
#include <vm_call.h>

#define STATUS_STOPPED(signal) ((int32_t)((signal) << 8 | 0x7F))
#define STATUS_CONTINUED 0xFFFF

/* Does anybody watch spaces (VM_WATCH_EXIT)? A call to VM for each signal would be too much for
 * what almost nobody wants to know, so VM says when the first watch comes, and answers that the
 * last one went. Somebody may watch already when PM itself is restarted. */
static bool watchers = true;

void watchers_come(void)
{
	watchers = true;
}

void watchers_tell(const struct process *process)
{
	const struct vm_space_req request = {.space = process->space};

	if (watchers && vm_notify_signal(&request, NULL) == -ENOENT)
		watchers = false;
}

/* --- The end ---------------------------------------------------------------------------------- */

static void thread_clear(struct thread *thread)
{
	const struct sys_clear_req clear = {.thread = thread->endpoint};
	int error;

	sleep_end(thread);
	timer_cancel(&thread->retry);
	usage_keep_thread(thread->process, thread->endpoint);
	error = sys_clear(&clear, NULL);
	assert(error == 0);
}

void thread_end(struct thread *thread)
{
	struct process *process = thread->process;

	if (thread == calling)
		calling = NULL;
	signals_drop(&thread->pending, &thread->queue, ~0ull);
	thread_clear(thread);
	message_page_keep(process, thread->message_frame, thread->message_address);
	process_thread_remove(thread);
}

static void body_free(struct process *process)
{
	const struct vm_space_req space = {.space = process->space};
	int error;

	signals_drop_all(process, ~0ull);
	timers_end(process, false);
	for (struct thread *thread = process->threads; thread != NULL; thread = thread->next)
		thread_clear(thread);
	if (calling != NULL && calling->process == process)
		calling = NULL;
	message_pages_forget(process);
	process_threads_remove(process);
	usage_keep_space(process);
	error = vm_space_destroy(&space, NULL);
	assert(error == 0);
}

static unsigned int stopped; /* processes */

static void orphans_move(struct process *process)
{
	struct process *init, *child;

	if (process->children == NULL)
		return;
	init = process_by_pid(PM_PID_INIT);
	if (init == process || (init != NULL && init->thread == EP_NONE))
		init = NULL;
	while ((child = process->children) != NULL) {
		const pid32 group = child->group;
		const bool watched = stopped > 0 && !group_is_orphaned(group);

		process_set_parent(child, init);
		if (child->zombie)
			child_changed(child);
		if (watched && group_is_orphaned(group))
			group_orphaned(group);
	}
}

static void zombie_make(struct process *process)
{
	process->zombie = true;
	child_changed(process);
}

void process_end(struct process *process, int32_t status)
{
	const endpoint_t name = process->thread;

	stopped -= process->stopped;
	process->status = status;
	process->stopped = process->tell_stop = process->tell_continue = false;
	body_free(process);
	orphans_move(process);
	if (vfs_is_there())
		vfs_exit(process, name, zombie_make);
	else
		zombie_make(process);
}

struct answer pm_do_exit(endpoint_t caller, const struct pm_exit_req *req,
			 struct pm_empty_reply *rep)
{
	(void)caller, (void)rep;
	if (calling == NULL)
		return answer(-ENOTALLOWED);
	process_end(calling->process, STATUS_EXITED(req->status));
	return answer_later();
}

/* --- Stops ------------------------------------------------------------------------------------ */

void process_stop(struct process *process, uint32_t signal)
{
	stopped += !process->stopped;
	process->stopped = true;
	process->status = STATUS_STOPPED(signal);
	process->tell_stop = true;
	process->tell_continue = false;
	for (struct thread *thread = process->threads; thread != NULL; thread = thread->next)
		thread_stop(thread);
	child_changed(process);
}

void process_continue(struct process *process)
{
	stopped--;
	process->stopped = false;
	process->status = STATUS_CONTINUED;
	process->tell_stop = false;
	process->tell_continue = true;
	for (struct thread *thread = process->threads; thread != NULL; thread = thread->next) {
		if (!thread->held)
			thread_resume(thread);
	}
	child_changed(process);
	signal_kick_all(process);
}

/* --- What the kernel says --------------------------------------------------------------------- */

#define FAULTS                                                                                     \
	(1ull << SIGNAL_SEGV | 1ull << SIGNAL_BUS | 1ull << SIGNAL_ILLEGAL | 1ull << SIGNAL_FPE |  \
	 1ull << SIGNAL_TRAP)

/* SYS_EXIT: of the first thread it means the process. */
static void exited(struct thread *thread, int32_t status)
{
	struct process *process = thread->process;

	if (process->thread == thread->endpoint)
		process_end(process, STATUS_EXITED(status));
	else
		(void)thread_finish(thread);
}

/* One at a time: the process may end. */
static void signalled(const struct sys_signal_get_reply *got, uint32_t signal)
{
	const struct signal_facts facts = {.code = PM_SIGNAL_CODE_KERNEL};
	struct thread *thread = thread_by_endpoint(got->thread);

	if (thread == NULL || thread->process->pid == 0)
		return; /* gone meanwhile; or somebody killed what is no program */
	if (signal == SIGNAL_EXITED)
		exited(thread, got->exit_status);
	else if (1ull << signal & FAULTS)
		signal_fault(thread, signal, got->address);
	else if (signal == SIGNAL_VIRTUAL_ALARM)
		own_timers_run(thread);
	else
		(void)signal_post(thread->process, NULL, signal, &facts);
}

void signals_collect(void)
{
	const struct sys_empty_req request = {};
	struct sys_signal_get_reply got;

	while (sys_signal_get(&request, &got) == 0 && got.thread != EP_NONE) {
		const struct sys_signal_end_req end = {.thread = got.thread};

		for (u64 left = got.signals; left != 0; left &= left - 1)
			signalled(&got, (uint32_t)__builtin_ctzll(left));
		(void)sys_signal_end(&end, NULL); /* it may be ended, or cleared */
	}
}
