/* The process table: who is whose child, and which threads are whose. Pure; kernel and VM are not
 * asked here.
 *
 * A process is alive (it has threads and a space), ending (neither, but VFS still has its files) or
 * a zombie (its status waits for its parent). A service that started programs has an entry too,
 * with pid 0 and a thread: it is nothing but their parent.
 */
#pragma once

#include "thread.h"
#include <skerry/pm.h>

struct action {
	u64 handler; /* PM_SIGNAL_DEFAULT, PM_SIGNAL_IGNORE, or what the program calls its own */
	u64 entry;
	u64 restorer;
	u64 mask;
	u32 flags;
};

struct ids {
	struct pm_ids_reply id;
	u32 group_count;
	u32 groups[PM_GROUPS_MAX];
};

struct usage {
	nanoseconds_t user_time;
	uint64_t peak_bytes, faults_minor, faults_major;
};

struct limit {
	uint64_t soft, hard;
};

/* A timer of setitimer() or timer_create(). */
struct interval {
	struct timer timer;
	struct process *process;
	nanoseconds_t interval;
	uint64_t value; /* of the signal */
	pid32 tid;	/* 0: the process gets it */
	uint32_t signal, flags, id, overrun, overrun_told;
	bool used, pending;
};

struct process {
	pid32 pid;
	endpoint_t thread; /* its first, by which others know it; EP_NONE: not alive */
	space_t space;
	bool used, zombie;
	struct process *parent; /* NULL: nobody will ask for its status */
	struct process *children;
	struct process *next; /* of the parent's children */

	struct thread *threads; /* by next */
	unsigned int thread_count;
	unsigned int threads_alive; /* without the first one that has ended before the others */
	pid32 group, session;

	int32_t status;		       /* as wait() has it */
	bool stopped;		       /* by a signal: none of its threads runs */
	bool tell_stop, tell_continue; /* to the parent, which has not heard */

	struct action actions[PM_SIGNAL_MAX + 1];
	uint64_t actions_set; /* which of them are not all zero */
	uint64_t pending;
	struct pending *queue;

	struct ids ids;
	struct limit limits[PM_LIMITS];
	struct usage ended;	     /* threads of its own that are gone */
	struct usage children_usage; /* children that were waited for */
	nanoseconds_t started;
	struct interval real;
	bool timers_used;    /* any of the POSIX timers was ever made */
	bool executed;	     /* since its fork: setpgid() by the parent comes too late */
	struct spare *spare; /* message pages of threads that are gone */
	char name[PM_NAME_MAX + 1];
	struct {
		uint64_t address, bytes;
	} arguments, environment; /* strings, in its space */
};

/* A new one with the next free pid, alive once it has a thread, and nobody's child; NULL: the table
 * is full. */
struct process *process_create(void);

/* Free one that never ran: its pid was told to nobody, and is the next one's. Nothing was created
 * since. */
void process_unmake(struct process *process);

/* The parent of what a service starts; NULL: the table is full. */
struct process *process_of_service(endpoint_t service);

/* The process has no children any more; its parent forgets it. */
void process_free(struct process *process);

/* A number that is no process's, thread's, group's or session's. */
pid32 pid_next(void);

/* One more thread; the first is what the process is known by. */
struct thread *process_thread_add(struct process *process, endpoint_t endpoint, pid32 tid);

/* A thread is gone, the first only with all of them. */
void process_thread_remove(struct thread *thread);

/* All threads are gone. */
void process_threads_remove(struct process *process);

/* Its place in the table. */
unsigned int process_index(const struct process *process);

#define PROCESSES (1u << CONFIG_THREAD_SLOTS_LOG2)

/* NULL: none, or (by pid) none that is used. */
struct process *process_by_thread(endpoint_t thread);
struct process *process_by_pid(pid32 pid);

/* Processes one after another, services left out: NULL at first and at last. */
struct process *process_next(const struct process *process);

void process_set_parent(struct process *process, struct process *parent);

/* Does the child fit what was asked for (pm_wait_req)? `group` is the caller's. */
bool process_matches(const struct process *child, pid32 pid, pid32 group);

/* A child that has something to tell of what PM_WAIT_* `flags` ask for; NULL: none. *any: there are
 * matching ones. */
struct process *process_child_ready(const struct process *parent, pid32 pid, uint32_t flags,
				    bool *any);
