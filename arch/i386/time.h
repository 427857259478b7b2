/* Clock and one-shot timer of the port; the contract's half is in kernel/arch.h. */
#pragma once

#include "kernel/lock.h"
#include <skerry/kernel_page.h>

struct cpu;

/* Finds and measures clock and timer. Boot CPU, after interrupt_init(). */
void time_init(void);

/* The timer's interrupt: calls timer_interrupt() if this CPU's deadline has passed, else waits on.
 */
void time_interrupt(struct cpu *cpu) REQUIRES(bkl);

/* Waits; for device start-up only. */
void time_spin(nanoseconds_t time);

/* How user mode computes the time from the cycle counter. */
void time_describe(struct kernel_page_clock *clock);
