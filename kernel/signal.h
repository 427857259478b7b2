/* Signals: the kernel marks them and tells the signal manager; the manager decides. */
#pragma once

#include "kernel/priv.h"

#define SIGNAL_ILLEGAL 4
#define SIGNAL_TRAP 5
#define SIGNAL_ABORT 6
#define SIGNAL_BUS 7
#define SIGNAL_FPE 8
#define SIGNAL_SEGV 11

/* The thread stops (unless it manages itself) until its manager ends the signal. */
void signal_cause(struct thread *t, unsigned int signal) REQUIRES(bkl);

/* A manager is gone (RTS_EXITED is set): what it had not ended waits for the backup. */
void signal_manager_gone(const struct thread *gone) REQUIRES(bkl);

/* Its signals were changed from outside: keep the walks over threads with signals right. */
void signal_note(const struct thread *t) REQUIRES(bkl);
void signal_forget(const struct thread *t) REQUIRES(bkl);

/* Who handles signals of `t` now; NULL: nobody. */
struct thread *signal_manager(const struct thread *t) REQUIRES(bkl);
