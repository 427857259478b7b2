/* Further threads of a program. Who makes one keeps its block until it has been joined. */
#pragma once

#include <sys_thread.h>

struct program_thread {
	struct sys_thread thread;
	struct pm_thread_place place;
	volatile u32 alive; /* 0 once it is gone */
	u64 mask;	    /* its creator's */
	int (*function)(void *argument);
	void *argument;
};

/* Run function(argument) on that stack: its tid, or PM_THREAD_CREATE's errors. */
pid32 program_thread_create(struct program_thread *thread, int (*function)(void *), void *argument,
			    void *stack, size_t stack_bytes);

/* Sleep until it is gone. */
void program_thread_join(const struct program_thread *thread);
