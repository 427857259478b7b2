/* One-shot timers: a queue per CPU, sorted by deadline, behind the port's one-shot timer. An idle
 * CPU without timers takes no interrupts. All under the big kernel lock.
 */
#pragma once

#include "kernel/lock.h"

struct cpu;

struct timer {
	nanoseconds_t deadline; /* since boot; meaningful while queued */
	struct timer *next;
	struct cpu *cpu; /* whose queue it is in; NULL: none */
	void (*fire)(struct cpu *cpu, struct timer *timer);
};

/* (Re)arm on the executing CPU. */
void timer_set(struct cpu *cpu, struct timer *timer, nanoseconds_t deadline) REQUIRES(bkl);
void timer_cancel(struct timer *timer) REQUIRES(bkl);

/* The port's timer fired on this CPU: run what is due, arm for the next. */
void timer_interrupt(struct cpu *cpu) REQUIRES(bkl);
