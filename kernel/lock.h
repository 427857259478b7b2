/* The big kernel lock (BKL) and the handshake around it: parked, settled, owed flushes.
 *
 * Lock order: there is one lock. It is taken on every entry from user mode or idle and released on
 * the way out; the kernel runs with interrupts off. docs/smp.md draws the protocol and names the
 * spin models that check it.
 */
#pragma once

#include "kernel/compiler.h"

struct CAPABILITY("lock") big_kernel_lock {
	volatile uint32_t next; /* ticket: the next to hand out; test-and-set: 1 while held */
	volatile uint32_t serving __attribute__((aligned(64))); /* ticket: whose turn it is */
};

extern struct big_kernel_lock bkl;

struct cpu;

/* Waits have a limit: past it the holder is stuck, and the kernel panics. */
#define LOCK_SPINS_MAX 2000000000u
void lock_stuck(void) __attribute__((noreturn, cold));

#ifdef CONFIG_SMP
#ifdef CONFIG_LOCK_TICKET
#include "kernel/lock_ticket.h"
#else
#include "kernel/lock_tas.h"
#endif
#else
#include "kernel/lock_none.h"
#endif
