/* FPU and SSE state: loaded at a thread's first use after a switch, saved when it is switched out.
 */
#pragma once

#include "kernel/thread.h"

/* Make the state of `t`, which is current, live on this CPU. */
void fpu_load(struct cpu *cpu, struct thread *t) REQUIRES(bkl);
