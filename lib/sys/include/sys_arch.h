/* What lib/sys asks of a port; arch/X/user and arch/X/include define it.
 *
 * <arch/thread_pointer.h>  arch_thread_word(index): word `index` of the struct the thread pointer
 *                          points at, in one load where the port can
 * <arch/trap_stub.h>       ARCH_TRAP_STUB, the attribute of the two stubs below
 *
 * A port traps in one or more ways ("kinds"), numbered from 0, the fastest first. The stubs keep
 * what the C ABI wants kept.
 */
#pragma once

#include <arch/trap_stub.h>
#include <skerry/ipc.h>

struct ipc_received {
	uint32_t status;    /* IPC_STATUS_* of the message that came */
	endpoint_t process; /* the process of the thread that sent it */
};

struct sys_trap_stubs {
	const char *name;
	/* A trap of which only the result code is wanted. */
	int (*trap1)(uint32_t trap, uint32_t a0) ARCH_TRAP_STUB;
	/* Any trap; *received is written in every case. */
	int (*trap2)(uint32_t trap, uint32_t a0, uint32_t a1,
		     struct ipc_received *received) ARCH_TRAP_STUB;
};

/* The stubs of a kind; NULL when this machine lacks it (the kernel page says) or there is none. */
const struct sys_trap_stubs *arch_trap_stubs(unsigned int kind);
#define ARCH_TRAP_KINDS_MAX 4u

/* Words between sp and top that look like return addresses into the program's text, in stack order.
 * How many were written to pc. */
unsigned int arch_stack_scan(uintptr_t sp, uintptr_t top, uintptr_t *pc, unsigned int max);

/* Entry points of a program and of a thread, in assembly: they align the stack and hand the port's
 * first argument register to sys_begin() and sys_thread_begin(). */
void _start(void);
void sys_thread_entry(void);

/* Coroutines. A fresh stack that ends at `top`: what to hand to arch_stack_switch() for the
 * function, which never returns, to begin there. */
uintptr_t arch_stack_prepare(uintptr_t top, void (*function)(void));
/* Leave this stack, as *from, and go on where `to` was left. */
void arch_stack_switch(uintptr_t *from, uintptr_t to);
