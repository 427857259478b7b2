/* Clock and one-shot timer of the port; the contract's half is in kernel/arch.h. */
#pragma once

#include "kernel/lock.h"
#include <skerry/kernel_page.h>

struct cpu;

void time_init(void);	  /* boot CPU, once the interrupt controller is known */
void time_cpu_init(void); /* each CPU */
unsigned int time_line(void);

/* The timer's interrupt: calls timer_interrupt() if this CPU's deadline has passed, else waits on.
 */
void time_interrupt(struct cpu *cpu) REQUIRES(bkl);

/* How user mode computes the time from the cycle counter. */
void time_describe(struct kernel_page_clock *clock);
