/* Signals of programs: which wait, for whom, and what they do. */
#pragma once

#include "process.h"

#define SIGNAL_BIT(signal) (1ull << ((signal)-1))

/* No handler, no mask. */
#define SIGNALS_SURE (SIGNAL_BIT(SIGNAL_KILL) | SIGNAL_BIT(SIGNAL_STOP))
#define SIGNALS_STOP                                                                               \
	(SIGNAL_BIT(SIGNAL_STOP) | SIGNAL_BIT(SIGNAL_TERMINAL_STOP) |                              \
	 SIGNAL_BIT(SIGNAL_TERMINAL_INPUT) | SIGNAL_BIT(SIGNAL_TERMINAL_OUTPUT))

/* Who and what: the rest of siginfo. */
struct signal_facts {
	int32_t code;
	pid32 pid;
	uint32_t user;
	int32_t status;
	uint64_t value;
};

struct pending {
	struct pending *next;
	uint32_t signal;
	struct signal_facts facts;
};

/* What a signal would do to the process now. */
enum effect { EFFECT_NOTHING, EFFECT_END, EFFECT_STOP, EFFECT_CONTINUE, EFFECT_HANDLER };
enum effect signal_effect(const struct process *process, uint32_t signal);

/* --- Queues (signal_queue.c); signals below 32 wait once, others as often as they come -----------
 */

/* false: there is no place any more, and it would have to be queued. */
bool signal_add(uint64_t *pending, struct pending **queue, uint32_t signal,
		const struct signal_facts *facts);

/* The first signal of `wanted` that waits for the thread or its process: taken; 0: none. */
uint32_t signal_take(struct thread *thread, uint64_t wanted, struct signal_facts *facts);

/* The same, left where it is. */
uint32_t signal_first(const struct thread *thread, uint64_t wanted);

void signals_drop(uint64_t *pending, struct pending **queue, uint64_t which);

/* The process's and all its threads'. */
void signals_drop_all(struct process *process, uint64_t which);

/* --- Delivery ----------------------------------------------------------------------------------
 */

/* For the process (thread NULL) or one thread: 0, or -EAGAIN when it cannot be queued. May end the
 * process. */
int signal_post(struct process *process, struct thread *thread, uint32_t signal,
		const struct signal_facts *facts);

/* Does a signal wait that the thread does not block? */
static inline bool signal_is_due(const struct thread *thread)
{
	return ((thread->pending | thread->process->pending) & ~thread->mask) != 0;
}

/* The thread's mask or its signals changed: have it take what is due. The process may end. */
void signal_kick(struct thread *thread);

/* Others of the process may take what waits for it: their masks are others. */
void signal_kick_all(struct process *process);

/* A fault: the thread cannot go on without a handler. It is held by the kernel. */
void signal_fault(struct thread *thread, uint32_t signal, uint64_t address);

/* A thread that is answered, and stopped, takes its signals and goes on. */
void signal_deliver(struct thread *thread);

/* What a sleep is ended with for the signals that are due. */
int signal_error(const struct thread *thread);
