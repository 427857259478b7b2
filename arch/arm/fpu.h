/* VFP state: loaded at a thread's first use after a switch, saved when it is switched out. */
#pragma once

#include "kernel/thread.h"

/* Turns the unit off until somebody wants it. Its ARCH_FEATURE_* bits; 0 without a VFPv3. */
uint32_t fpu_init(void);

/* An undefined instruction of `t`, which is current. True: it was the FPU's, whose state is live
 * now; the instruction is to be tried again. */
bool fpu_wanted(struct cpu *cpu, struct thread *t) REQUIRES(bkl);
