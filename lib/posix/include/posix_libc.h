/* Between musl's overlay (ports/musl/overlay) and lib/posix: everything that only one of them can
 * know. Both are parts of libc, and nothing here is seen by programs. Results are 0 or positive, or
 * a negative errno.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define POSIX_PRIVATE __attribute__((visibility("hidden")))

struct message_page;

/* --- What musl calls -------------------------------------------------------------------------- */

/* Traps: the trap word, its first argument, and the word that says that the thread is cancelled. */
typedef int posix_trap(uint32_t trap, uint32_t a0, volatile int *cancel);

/* Leaves `cancel` alone. */
POSIX_PRIVATE posix_trap __skerry_trap;
/* A cancellation point: goes on in __cancel() instead of waiting. */
POSIX_PRIVATE posix_trap __skerry_trap_cancel;

/* A system call by its Linux number. */
POSIX_PRIVATE long __skerry_syscall(long number, long a, long b, long c, long d, long e, long f);
POSIX_PRIVATE long __skerry_syscall_cancel(posix_trap *trap, volatile int *cancel, long number,
					   const long argument[6]);

/* The message page of the first thread, from the auxiliary vector. */
POSIX_PRIVATE struct message_page *__skerry_start_page(const size_t *auxiliary);
POSIX_PRIVATE int __skerry_thread_pointer_set(struct message_page *page, uintptr_t pointer);

struct posix_thread_wish {
	int (*function)(void *argument);
	void *argument;
	uintptr_t stack;     /* its top */
	uintptr_t pointer;   /* the thread pointer */
	int *tid;	     /* gets the new thread's number */
	volatile int *clear; /* set to 0, and who waits is woken, when it ends */
};

/* What lies at the top of a new thread's stack. */
struct posix_thread {
	int (*function)(void *argument);
	void *argument;
	uintptr_t pointer;
};

/* The thread's number, or a negative errno. */
POSIX_PRIVATE int __skerry_thread_create(const struct posix_thread_wish *wish);
/* The calling thread ends; the range (bytes 0: none) is unmapped, its stack for instance. */
POSIX_PRIVATE void __skerry_thread_exit(uintptr_t unmap, size_t bytes) __attribute__((noreturn));

/* Where a new thread comes to life, the port's: it calls __skerry_thread_begin(). */
POSIX_PRIVATE void __skerry_thread_entry(void);

/* --- What lib/posix calls in the overlay ------------------------------------------------------ */

/* The calling thread's message page. */
POSIX_PRIVATE struct message_page *__skerry_message_page(void);
POSIX_PRIVATE void __skerry_thread_begin(const struct posix_thread *thread,
					 struct message_page *page) __attribute__((noreturn));
