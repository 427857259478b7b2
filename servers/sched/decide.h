/* Decisions, and telling the kernel. What answers an error of the kernel's has forgotten a thread
 * that is dead or no longer SCHED's: EDEADSRCDST, ESRCH.
 */
#pragma once

#include "thread.h"
#include <skerry/message.h>

uint64_t cpus_mask(void);

/* Take a thread over; `like`: where it begins besides nice and mask, NULL: at its first priority.
 * *thread: its entry. -EINVAL, -EDEADSRCDST: nothing has changed. */
int take(endpoint_t endpoint, int32_t nice, uint64_t mask, const struct thread *like,
	 struct thread **thread);

/* The kernel's from now on, as a new thread is: nice counts no more. -EDEADSRCDST: it is dead. */
int give_back(struct thread *thread);

int set_nice(struct thread *thread, int32_t nice);
int set_mask(struct thread *thread, uint64_t mask);

/* MESSAGE_QUANTUM_END. */
void quantum_ended(const struct message *message);

/* The period is over: who rests rises, who is busy is spread over the CPUs. */
void period_ended(void);

/* Of a CPU: how many threads were moved away for balance. */
uint64_t moved_from(uint32_t cpu);
