/* A thread as it sees itself: the block its thread pointer points at, and how it starts.
 *
 * Who creates a thread fills a struct sys_thread somewhere the thread can read it, and starts it at
 * sys_thread_entry with the block's address as argument. The thread sets its thread pointer (which
 * takes a kernel call, hence the message page: that is why the block names it), runs the function
 * and ends with SYS_EXIT of its result.
 */
#pragma once

#include <arch/thread_pointer.h>
#include <skerry/pm.h>
#include <sys_arch.h>

struct sys_thread {
	struct sys_thread *self; /* words 0 and 1 are known to arch_thread_word() users */
	struct message_page *page;
	endpoint_t endpoint; /* its own name; the creator fills it in, or leaves EP_NONE */
	uintptr_t stack_top; /* where a stack trace ends; 0: unknown */
	int (*function)(void *argument);
	void *argument;
	const volatile struct pm_thread_place
		*place; /* where PM says page and endpoint; NULL: set already */
};

#define SYS_THREAD_WORD_SELF 0
#define SYS_THREAD_WORD_PAGE 1

_Static_assert(offsetof(struct sys_thread, self) == SYS_THREAD_WORD_SELF * sizeof(void *), "");
_Static_assert(offsetof(struct sys_thread, page) == SYS_THREAD_WORD_PAGE * sizeof(void *), "");

static inline struct sys_thread *sys_thread_self(void)
{
	return (struct sys_thread *)arch_thread_word(SYS_THREAD_WORD_SELF);
}

/* The calling thread's message page: messages are built and read there. */
static inline struct message_page *message_page(void)
{
	return (struct message_page *)arch_thread_word(SYS_THREAD_WORD_PAGE);
}

/* Make `thread` the caller's block; before it message_page() must not be used. 0 or -errno. */
int sys_thread_attach(struct sys_thread *thread);

/* Where sys_thread_entry goes on. */
void sys_thread_begin(struct sys_thread *thread) __attribute__((noreturn));
