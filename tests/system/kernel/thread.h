/* Threads of the kernel test: made with a role, a space, a function; waited for; freed. Callable
 * from any thread of the root's space. Stacks and message pages lie at fixed places, one block a
 * slot, made once and mapped in every space, so that a thread costs no frames.
 *
 *   block + 0        guard page, never mapped
 *         + 1 page   stack; struct sys_thread at its top
 *         + 7 pages  message page
 */
#pragma once

#include "space.h"
#include <skerry/kernel_call.h>
#include <sys_thread.h>

#define TEST_THREADS 48
#define BLOCK_BASE ((vaddr_t)0x10000000)
#define BLOCK_PAGES 8u
#define STACK_PAGES 6u

/* What SYS_PRIV_SET is told. */
struct role {
	uint32_t flags; /* PRIV_* */
	uint32_t traps;
	u64 calls;
	u64 targets[2];
};

extern const struct role role_full;    /* every right there is */
extern const struct role role_service; /* own privilege; all traps and targets; harmless calls */
extern const struct role role_program; /* the shared privilege */

#define CALL_BIT(call) (1ull << (call))

enum thread_end {
	THREAD_RUNS,
	THREAD_EXITED,	 /* SYS_EXIT, or its function returned: status */
	THREAD_FAULTED,	 /* a page fault nobody wanted: fault_* */
	THREAD_SIGNALED, /* an exception or a kill: signals */
};

struct test_thread {
	bool used;
	endpoint_t endpoint;
	struct test_space *space;
	uint32_t privilege;	   /* id */
	struct sys_thread *self;   /* its block, shared by all spaces */
	struct message_page *page; /* its message page, likewise */

	enum thread_end end;
	int32_t status;
	vaddr_t fault_address, fault_pc;
	uint32_t fault_access;
	u64 signals;
	endpoint_t waiter; /* whom to tell of the end */
};

#define THREAD_HELD 1u	       /* do not call SYS_PRIV_ALLOW: the test does */
#define THREAD_UNPRIVILEGED 2u /* do not call SYS_PRIV_SET either */
#define THREAD_LATE 4u	       /* create with THREAD_INHIBITED */

struct thread_plan {
	struct test_space *space; /* NULL: the root's */
	const struct role *role;  /* NULL: role_full */
	int (*function)(void *argument);
	void *argument;
	endpoint_t process;    /* 0: a process of its own */
	endpoint_t manager;    /* signal manager; 0: the supervisor */
	uint32_t priority;     /* 0: PRIORITY_TEST */
	nanoseconds_t quantum; /* 0: QUANTUM_TEST */
	endpoint_t scheduler;  /* 0: the kernel */
	u64 affinity;	       /* 0: every CPU */
	uint32_t flags;	       /* THREAD_* */
};

#define PRIORITY_SUPERVISOR 1u
#define PRIORITY_TEST 6u
#define QUANTUM_TEST 20000000ull

/* The frames of all blocks; and their mapping in a space. */
void threads_init(void);
void threads_map(struct page_table *table);

/* The thread, running unless the plan holds it; the case ends when it cannot be made. */
struct test_thread *thread_make(const struct thread_plan *plan);
/* Short form: full role. */
struct test_thread *thread_start(struct test_space *space, int (*function)(void *), void *argument);

/* Wait until it ended; how. Its slot in the kernel stays. */
enum thread_end thread_wait(struct test_thread *thread);
/* Take it away, whatever it does. */
void thread_free(struct test_thread *thread);
/* Wait, free: its status when it exited, else -EINTR (signal) or -EFAULT (fault). */
int thread_join(struct test_thread *thread);

void threads_free_all(void);

/* For the supervisor: which of ours is this? NULL: none. */
struct test_thread *thread_by_endpoint(endpoint_t endpoint);
void thread_set_end(struct test_thread *thread, enum thread_end end);

/* The calling thread. */
endpoint_t thread_self(void);
