/* PM's protocol: requests and replies of pm.def. Times are nanoseconds. */
#pragma once

#include <skerry/errno.h>
#include <skerry/message.h>
#include <skerry/services.h>

struct pm_empty_req {
};

struct pm_empty_reply {
};

struct pm_pid_req {
	pid32 pid;
};

struct pm_pid_reply {
	pid32 pid;
	endpoint_t thread; /* PM_FORK, in the child: its own new name */
};

struct pm_count_reply {
	u32 count;
};

/* An orphan becomes its child. Without one orphans leave no status behind. */
#define PM_PID_INIT 1

/* --- Programs --------------------------------------------------------------------------------- */

/* The argument block: `argument_count` + `environment_count` NUL-ended strings one after another,
 * the program's name first of all. E2BIG when it or the count is too large. */
#define PM_ARGUMENT_BYTES_MAX 65536u
#define PM_ARGUMENT_COUNT_MAX 4096u /* strings of both kinds */
#define PM_NAME_MAX 15u
#define PM_PATH_MAX 4096u /* with its NUL */

struct pm_exec_req {
	u64 name; /* address, NUL-ended: a path with a '/', or the name of an archive member */
	u64 arguments;
	u64 argument_bytes;
	u32 argument_count;
	u32 environment_count;
};

struct pm_exit_req {
	int32_t status; /* its low 8 bits count */
};

/* pid: -1 any child, 0 one of the caller's group, < -1 one of the group -pid. flags: Linux's; at
 * least one of EXITED, STOPPED and CONTINUED. */
#define PM_WAIT_NOHANG 1u
#define PM_WAIT_STOPPED 2u
#define PM_WAIT_EXITED 4u
#define PM_WAIT_CONTINUED 8u
#define PM_WAIT_NOWAIT 0x1000000u /* it can be waited for again */

struct pm_wait_req {
	pid32 pid;
	u32 flags;
};

/* status: as wait() has it: exit code << 8, the signal that ended it, signal << 8 | 0x7F when it
 * stopped, 0xFFFF when it goes on */
struct pm_wait_reply {
	pid32 pid; /* 0: with NOHANG, none has */
	int32_t status;
	u32 user;
	u32 reserved;
	ns64 user_time, system_time; /* of one that ended */
	u64 peak_bytes;
	u64 faults_minor, faults_major;
};

struct pm_getpid_reply {
	pid32 pid;
	pid32 parent;
	pid32 tid;
	pid32 group;
	pid32 session;
};

/* --- Threads ---------------------------------------------------------------------------------- */

/* What PM writes to `place` before the thread begins: how it finds its message page. */
struct pm_thread_place {
	u64 message_page;
	endpoint_t thread;
	pid32 tid;
};

/* The thread starts at entry(argument). tid_address: gets the tid too; clear_address: see
 * PM_THREAD_CLEAR; 0: neither. It has no thread pointer before it makes SYS_TLS_SET, so all signals
 * are blocked in it at first. */
struct pm_thread_create_req {
	u64 entry;
	u64 stack_pointer;
	u64 argument;
	u64 place;
	u64 tid_address;
	u64 clear_address;
};

struct pm_thread_create_reply {
	pid32 tid;
	endpoint_t thread;
};

/* The range is unmapped when the thread runs no more: its own stack. 0 bytes: nothing is. */
struct pm_thread_exit_req {
	u64 address;
	u64 bytes;
};

struct pm_thread_clear_req {
	u64 address;
};

struct pm_tid_reply {
	pid32 tid;
};

/* Which word: of a process's own memory by address, also where a map is private; SHARED: of memory
 * that several spaces may have mapped. */
#define PM_FUTEX_SHARED 1u
#define PM_FUTEX_COMPARE 8u /* requeue: `value` counts */

#define PM_TIME_ABSOLUTE 2u /* else from now on */
#define PM_TIME_REALTIME 4u /* of the wall clock; else since boot */
#define PM_TIME_NEVER (~0ull)

struct pm_futex_wait_req {
	u64 address; /* of an aligned u32 */
	u32 value;
	u32 bits; /* only a wake-up with one of them; 0: EINVAL */
	u32 flags;
	u32 reserved;
	ns64 time;
};

struct pm_futex_wake_req {
	u64 address;
	u32 count;
	u32 bits;
	u32 flags;
};

struct pm_futex_requeue_req {
	u64 address;
	u64 target;
	u32 wake;
	u32 move;
	u32 value;
	u32 flags;
};

/* --- Signals ---------------------------------------------------------------------------------- */

/* A signal's number is 1 .. PM_SIGNAL_MAX; in sets it is bit number - 1. */
#define PM_SIGNAL_MAX 64u

#define PM_SIGNAL_DEFAULT 0u
#define PM_SIGNAL_IGNORE 1u

/* pm_signal_action.flags: Linux's SA_*. */
#define PM_SIGNAL_NOCLDSTOP 1u
#define PM_SIGNAL_NOCLDWAIT 2u
#define PM_SIGNAL_SIGINFO 4u /* PM keeps it for the program */
#define PM_SIGNAL_ONSTACK 0x08000000u
#define PM_SIGNAL_RESTART 0x10000000u
#define PM_SIGNAL_NODEFER 0x40000000u
#define PM_SIGNAL_RESETHAND 0x80000000u

/* A handler is entered as entry(signal, struct signal_frame *) and returns to `restorer`, which
 * makes PM_SIGNAL_RETURN. The frame's `info` holds struct pm_signal_info. `handler` is DEFAULT,
 * IGNORE or what the program likes to read again. */
struct pm_signal_action_req {
	u32 signal;
	u32 set; /* 0: only read */
	u64 handler;
	u64 entry;
	u64 restorer;
	u64 mask;
	u32 flags;
};

struct pm_signal_action_reply {
	u64 handler;
	u64 entry;
	u64 restorer;
	u64 mask;
	u32 flags;
};

/* How it came to be: siginfo's si_code. */
#define PM_SIGNAL_CODE_USER 0
#define PM_SIGNAL_CODE_KERNEL 0x80
#define PM_SIGNAL_CODE_QUEUE (-1)
#define PM_SIGNAL_CODE_TIMER (-2)
#define PM_SIGNAL_CODE_THREAD (-6)
#define PM_SIGNAL_CODE_FAULT 1	/* SEGV_MAPERR, BUS_ADRALN: `value` is the address */
#define PM_SIGNAL_CODE_EXITED 1 /* of a child: CLD_* */
#define PM_SIGNAL_CODE_KILLED 2
#define PM_SIGNAL_CODE_STOPPED 5
#define PM_SIGNAL_CODE_CONTINUED 6

struct pm_signal_info {
	u64 handler; /* of the action */
	u64 value;   /* sigqueue's, or the address of a fault */
	u32 flags;   /* of the action */
	int32_t signal;
	int32_t code;
	pid32 pid; /* whose; of a timer its number */
	u32 user;  /* of a timer its overrun */
	int32_t status;
	u64 stack; /* the stack for handlers as it was: for uc_stack */
	u64 stack_bytes;
	u32 stack_flags;
	u32 reserved;
};

#define PM_SIGNAL_BLOCK 0u
#define PM_SIGNAL_UNBLOCK 1u
#define PM_SIGNAL_SETMASK 2u
#define PM_SIGNAL_GETMASK 3u

struct pm_signal_mask_req {
	u64 set;
	u32 how; /* PM_SIGNAL_SUSPEND ignores it */
};

struct pm_signal_set_reply {
	u64 set;
};

struct pm_signal_wait_req {
	u64 set;
	ns64 time; /* from now on; PM_TIME_NEVER */
};

struct pm_signal_wait_reply {
	u64 value;
	int32_t signal;
	int32_t code;
	pid32 pid;
	u32 user;
	int32_t status;
};

#define PM_SIGNAL_STACK_ON 1u	   /* answered only: a handler runs there */
#define PM_SIGNAL_STACK_DISABLE 2u /* there is none */

struct pm_signal_stack_req {
	u64 address;
	u64 bytes;
	u64 stack_pointer; /* the caller's: is it in use? */
	u32 flags;
	u32 set; /* 0: only read */
};

struct pm_signal_stack_reply {
	u64 address;
	u64 bytes;
	u32 flags;
};

struct pm_signal_return_req {
	u64 frame; /* whose context the thread gets */
	u64 mask;  /* and its mask: usually the frame's */
};

struct pm_kill_req {
	pid32 pid;
	u32 signal; /* 0: only asks whether it could */
};

struct pm_signal_queue_req {
	pid32 pid; /* 0: any, with tid */
	pid32 tid; /* 0: the process */
	u32 signal;
	int32_t code; /* < 0; the rest is the kernel's */
	u64 value;
};

struct pm_signal_send_req {
	endpoint_t process; /* EP_NONE: */
	pid32 group;
	u32 signal;
	int32_t code;
	u64 value;
};

/* --- Who is who ------------------------------------------------------------------------------- */

#define PM_GROUPS_MAX 32u
#define PM_ID_KEEP (~0u)

struct pm_ids_reply {
	u32 user, effective_user, saved_user;
	u32 group, effective_group, saved_group;
};

/* rule: which of POSIX's calls: SET uses `real`, SET_PAIR the first two, SET_ALL all three. */
#define PM_ID_SET 0u
#define PM_ID_SET_PAIR 1u
#define PM_ID_SET_ALL 2u

struct pm_ids_req {
	u32 rule;
	u32 real, effective, saved; /* PM_ID_KEEP: as it is, but with SET */
};

struct pm_groups_req {
	u64 address; /* of u32 */
	u32 count;
};

struct pm_process_group_req {
	pid32 pid;   /* 0: the caller */
	pid32 group; /* 0: of its own */
};

/* --- Time ------------------------------------------------------------------------------------- */

#define PM_TIMER_REAL 0u    /* SIGALRM */
#define PM_TIMER_VIRTUAL 1u /* SIGVTALRM; processor time of the calling thread */
#define PM_TIMER_PROF 2u    /* SIGPROF */

struct pm_interval_timer_req {
	u32 which;
	u32 set;   /* 0: only read */
	ns64 time; /* until the next signal; 0: stop */
	ns64 interval;
};

struct pm_timer_reply {
	ns64 time;
	ns64 interval;
};

#define PM_TIMERS_MAX 16u /* of a process */

struct pm_timer_create_req {
	u32 flags;  /* PM_TIME_REALTIME: what an absolute time means */
	u32 signal; /* 0: none */
	pid32 tid;  /* 0: the process gets it */
	u32 reserved;
	u64 value;
};

struct pm_timer_id_reply {
	u32 timer;
};

struct pm_timer_req {
	u32 timer;
};

struct pm_timer_set_req {
	u32 timer;
	u32 set;   /* 0: only read */
	u32 flags; /* PM_TIME_ABSOLUTE */
	u32 reserved;
	ns64 time; /* 0: stop */
	ns64 interval;
};

struct pm_sleep_req {
	u32 flags; /* PM_TIME_* */
	u32 reserved;
	ns64 time;
};

struct pm_sleep_reply {
	ns64 left; /* after EINTR, of a time that was not absolute */
};

struct pm_clock_set_req {
	ns64 realtime;
};

/* --- Limits and usage ------------------------------------------------------------------------- */

#define PM_LIMIT_NONE (~0ull)
#define PM_LIMITS 16u /* Linux's RLIMIT_* */
#define PM_LIMIT_CPU 0u
#define PM_LIMIT_FILE_BYTES 1u
#define PM_LIMIT_STACK 3u
#define PM_LIMIT_CORE 4u
#define PM_LIMIT_PROCESSES 6u
#define PM_LIMIT_FILES 7u

struct pm_limit_req {
	pid32 pid; /* 0: the caller */
	u32 resource;
	u32 set;
	u32 reserved;
	u64 soft;
	u64 hard;
};

struct pm_limit_reply {
	u64 soft;
	u64 hard;
};

#define PM_USAGE_SELF 0u
#define PM_USAGE_CHILDREN 1u /* that were waited for */
#define PM_USAGE_THREAD 2u

struct pm_usage_req {
	u32 who;
};

struct pm_usage_reply {
	ns64 user_time, system_time;
	u64 peak_bytes;
	u64 faults_minor, faults_major;
};

#define PM_STATE_RUNS 'R'
#define PM_STATE_SLEEPS 'S'
#define PM_STATE_STOPPED 'T'
#define PM_STATE_ZOMBIE 'Z'

struct pm_process_info {
	pid32 pid, parent, group, session;
	endpoint_t process;
	space_t space;
	u32 user, effective_user;
	u32 group_id, effective_group_id;
	u32 state; /* PM_STATE_* */
	u32 threads;
	ns64 started; /* since boot */
	ns64 user_time, system_time;
	u64 signals_pending, signals_blocked, signals_ignored, signals_caught;
	u64 arguments, argument_bytes; /* in its space */
	u64 environment, environment_bytes;
	char name[PM_NAME_MAX + 1];
};

struct pm_processes_req {
	u64 address; /* of struct pm_process_info, in the caller */
	u32 count;
	pid32 next; /* the first pid of interest */
};

struct pm_processes_reply {
	u32 count;
	pid32 next; /* where to go on; 0: that was all */
};

#define PM_HOST_NAME_MAX 64u

struct pm_name_req {
	u64 address;
	u32 bytes; /* read: PM_HOST_NAME_MAX + 1 are copied, at most `bytes`, NULs behind the name
		    */
	u32 set;
};

enum {
#define CALL(name, nr, request, reply, handler, right, what) name = MESSAGE_TYPE(PROTOCOL_PM, nr),
#include <skerry/pm.def>
#undef CALL
};

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	_Static_assert(sizeof(struct request) <= MESSAGE_PAYLOAD_SIZE, #request " too large");     \
	_Static_assert(sizeof(struct reply) <= MESSAGE_PAYLOAD_SIZE, #reply " too large");
#include <skerry/pm.def>
#undef CALL
