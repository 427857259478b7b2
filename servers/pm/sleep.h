/* Ends of sleeps in PM. */
#pragma once

#include "thread.h"

/* A handler is due: EINTR, or what the sleep's kind says. */
void thread_interrupt(struct thread *thread);

/* PM_SIGNAL_WAIT: a signal has come. */
void signal_wait_end(struct thread *thread);
