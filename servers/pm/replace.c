/* Exec's commit. Of several threads the first one goes on, whoever called: by it the process is
 * known.
 */
#include "replace.h"

#include "call.h"
#include "signal.h"
#include <skerry/kernel_call.h>
#include <string.h>
#include <sys.h>
#include <sys_call.h>
#include <vm_call.h>

int program_enter(endpoint_t thread, const struct vm_space_reply *space, const char *name,
		  const struct program_entry *entry)
{
	struct sys_exec_req request = {
		.thread = thread,
		.space = space->space,
		.program_counter = entry->program_counter,
		.stack_pointer = entry->places.stack_pointer,
		.message_address = space->message_address,
		.argument = entry->places.start,
	};

	memcpy(request.name, name, sizeof(request.name));
	return sys_exec(&request, NULL);
}

void program_note(struct process *process, const char *name, const struct program_entry *entry)
{
	memcpy(process->name, name, sizeof(process->name));
	process->executed = true;
	process->arguments.address = entry->places.strings;
	process->arguments.bytes = entry->places.argument_bytes;
	process->environment.address = entry->places.strings + entry->places.argument_bytes;
	process->environment.bytes = entry->places.environment_bytes;
}

/* Stopped, and in no call but one to PM: or -EAGAIN. */
static int first_take(struct thread *first)
{
	const struct sys_ipc_cancel_req cancel = {.thread = first->endpoint};

	if (first->sleep == SLEEP_VFS)
		return -EAGAIN;
	if (first->sleep != SLEEP_NONE)
		return 0;
	thread_stop(first);
	if (sys_ipc_cancel(&cancel, NULL) != -EBUSY)
		return 0;
	if (!first->held && !first->process->stopped)
		thread_resume(first);
	return -EAGAIN;
}

/* The signals that wait for the caller wait for the first thread now. */
static void signals_move(struct thread *first, struct thread *caller)
{
	first->mask = caller->mask;
	first->mask_kept = false;
	first->held = false;
	timer_cancel(&first->retry);
	if (first == caller)
		return;
	signals_drop(&first->pending, &first->queue, ~0ull);
	first->pending = caller->pending;
	first->queue = caller->queue;
	caller->pending = 0;
	caller->queue = NULL;
}

static void others_end(struct process *process)
{
	struct thread *thread;

	while ((thread = process->threads->next) != NULL)
		thread_end(thread);
	process->threads_alive = 1;
	message_pages_forget(process);
}

/* Handlers are the old program's; what is ignored stays so. */
static void actions_reset(struct process *process)
{
	static const struct action none;

	for (uint64_t left = process->actions_set; left != 0; left &= left - 1) {
		const uint32_t signal = (uint32_t)__builtin_ctzll(left) + 1;

		if (process->actions[signal].handler == PM_SIGNAL_IGNORE)
			continue;
		process->actions[signal] = none;
		process->actions_set &= ~SIGNAL_BIT(signal);
	}
}

int process_replace(struct process *process, struct thread *caller,
		    const struct vm_space_reply *space, const char *name,
		    const struct program_entry *entry)
{
	const struct vm_space_req old = {.space = process->space};
	struct thread *first = process->threads;
	int error = first != caller ? first_take(first) : 0;

	if (error == 0)
		error = program_enter(first->endpoint, space, name, entry);
	if (error != 0)
		return error;
	/* Nothing fails from here. */
	calling = NULL;
	sleep_end(first);
	signals_move(first, caller);
	others_end(process);
	first->clear_address = first->stack = first->stack_bytes = 0;
	actions_reset(process);
	timers_end(process, true);
	usage_keep_space(process);
	error = vm_space_destroy(&old, NULL);
	assert(error == 0);
	process->space = space->space;
	program_note(process, name, entry);
	return 0;
}
