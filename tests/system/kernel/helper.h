/* What many cases need: a thread that makes one trap, looks at the kernel's tables, time.
 */
#pragma once

#include "supervisor.h"
#include "test_case.h"
#include "thread.h"
#include <skerry/info.h>
#include <skerry/ipc.h>
#include <skerry/kernel_message.h>
#include <string.h>
#include <sys_call.h>
#include <sys_ipc.h>

#define PROTOCOL_CASE 0x4341u
#define TYPE(number) MESSAGE_TYPE(PROTOCOL_CASE, number)

/* --- A thread that makes one trap --------------------------------------------------------------
 */

struct job {
	/* in */
	uint32_t trap, a0, a1;
	struct message message;
	const struct role *role;   /* NULL: full */
	struct test_space *space;  /* NULL: the root's */
	struct ipc_filter *filter; /* NULL: none; the flag is the caller's */
	/* out */
	volatile bool done;
	int code;
	struct ipc_received received;
	struct message answer;
	struct test_thread *thread;
};

/* Start the thread; the job must outlive it. */
void job_start(struct job *job);
/* Wait for its end: the trap's code. */
int job_finish(struct job *job);
/* Start, and wait until the kernel has it waiting for `rts`. */
void job_start_until(struct job *job, uint32_t rts);

/* The calling thread's message. */
static inline struct message *message(void)
{
	return &message_page()->message;
}

/* Zero the message and set its type and first word. */
void message_set(uint32_t type, u64 first);

/* ipc_receive() of the whole message; the code. */
int receive(endpoint_t source, uint32_t flags, struct message *to, struct ipc_received *received);
/* Answer a caller with one word; 0 or -errno. */
int answer(endpoint_t caller, uint32_t type, u64 first);

/* Echoes calls, each word plus one, until a TYPE(0) comes. */
int echo_server(void *unused);
void echo_stop(struct test_thread *server);

/* Any thread, for a function that does nothing at all / waits for ever. */
int return_at_once(void *unused);
int wait_for_ever(void *unused);

/* RUNCTL_*; 0 or -errno. */
int runctl(endpoint_t thread, uint32_t operation);

/* --- The kernel's tables -----------------------------------------------------------------------
 */

struct info_thread thread_info(endpoint_t thread);
uint32_t thread_rts(endpoint_t thread);
/* Yield until all bits of `rts` are set. */
void wait_rts(endpoint_t thread, uint32_t rts);
struct info_machine machine_info(void);
struct info_counters counters_info(void);
struct info_cpu cpu_info(unsigned int cpu);
unsigned int cpu_count(void);

/* The name of a thread that is no more. */
endpoint_t endpoint_stale(void);

/* --- Time --------------------------------------------------------------------------------------
 */

#define MILLISECOND 1000000ull

void yield(void);
nanoseconds_t clock_now(void);
void sleep_for(nanoseconds_t time);
/* Let less urgent threads run too; false when *limit, 0 at first, is over after some seconds:
 *   while (!condition && wait_a_moment(&limit)) ; CHECK(condition); */
bool wait_a_moment(nanoseconds_t *limit);

/* --- Threads that run on and on ----------------------------------------------------------------
 */

struct spinner {
	volatile unsigned int count;
	volatile bool stop;
};

int spin(void *spinner);
/* Wait until it has run; until it has got past `count`. */
void spin_wait(const struct spinner *spinner);
void spin_wait_past(const struct spinner *spinner, unsigned int count);
/* It does not run for some milliseconds. */
bool spin_stands(const struct spinner *spinner);

/* A thread for one CPU, scheduled by the kernel. */
void thread_place(endpoint_t thread, uint32_t priority, unsigned int cpu);
/* A new one there. */
struct test_thread *thread_start_on(unsigned int cpu, uint32_t priority, struct test_space *space,
				    int (*function)(void *), void *argument);

/* --- Signal managers ---------------------------------------------------------------------------
 */

/* A thread in a space of its own that the caller manages. */
struct test_thread *managed_start(int (*function)(void *), void *argument);
/* Let a child of SYS_FORK run with a service's role, managed by the caller; 0 or -errno. */
int managed_allow(endpoint_t child);
int signal_kill(endpoint_t thread, uint32_t signal);
/* A thread the caller manages that has signals, which are taken; EP_NONE when none comes. */
endpoint_t signal_wait(struct sys_signal_get_reply *taken);
/* Wait for these signals of that thread and no others. */
void signal_expect(endpoint_t thread, u64 signals);
int signal_end(endpoint_t thread);

#define SIGNAL_BIT(signal) (1ull << (signal))
/* What exceptions become: Linux's numbers. */
#define SIGNAL_ILLEGAL 4
#define SIGNAL_TRAP 5
#define SIGNAL_FPE 8
#define SIGNAL_SEGV 11

/* --- Random numbers, from seed= ----------------------------------------------------------------
 */

uint32_t random_next(uint64_t *state);
