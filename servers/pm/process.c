/* The process table. Invariants: a process is in its parent's list and in no other; only parents
 * that are used have children; a thread of the table is in its process's list.
 */
#include "process.h"

#include <string.h>

#define THREAD_SLOTS (1u << CONFIG_THREAD_SLOTS_LOG2)
#define PID_MAX 99999

static struct process processes[PROCESSES];
static struct thread threads[THREAD_SLOTS]; /* by slot of their endpoints */
static struct process *free_list;	    /* by next */
static unsigned int unused = PROCESSES;	    /* the last so many were never used */
static pid32 last_pid;
static bool pids_used_up; /* so that a number may belong to somebody */

/* --- Processes -------------------------------------------------------------------------------- */

static struct process *allocate(void)
{
	struct process *process = free_list;

	if (process != NULL)
		free_list = process->next;
	else if (unused > 0)
		process = &processes[PROCESSES - unused--];
	else
		return NULL;
	/* The actions are large, and of most processes all zero. */
	if (process->actions_set != 0)
		memset(process->actions, 0, sizeof(process->actions));
	memset((char *)process, 0, offsetof(struct process, actions));
	memset((char *)process + offsetof(struct process, actions_set), 0,
	       sizeof(*process) - offsetof(struct process, actions_set));
	process->used = true;
	process->thread = EP_NONE;
	return process;
}

static bool pid_is_used(pid32 pid)
{
	for (unsigned int i = 0; i < PROCESSES; i++) {
		const struct process *process = &processes[i];

		if (process->used &&
		    (process->pid == pid || process->group == pid || process->session == pid))
			return true;
	}
	for (unsigned int i = 0; i < THREAD_SLOTS; i++) {
		if (threads[i].process != NULL && threads[i].tid == pid)
			return true;
	}
	return false;
}

/* The first process ever is PM_PID_INIT; no other gets that number. */
pid32 pid_next(void)
{
	do {
		pids_used_up |= last_pid == PID_MAX;
		last_pid = last_pid == PID_MAX ? PM_PID_INIT + 1 : last_pid + 1;
	} while (pids_used_up && pid_is_used(last_pid));
	return last_pid;
}

struct process *process_create(void)
{
	struct process *process = allocate();

	if (process != NULL)
		process->pid = process->group = process->session = pid_next();
	return process;
}

struct process *process_of_service(endpoint_t service)
{
	struct process *process = process_by_thread(service);

	if (process == NULL && (process = allocate()) != NULL)
		(void)process_thread_add(process, service, 0);
	return process;
}

void process_free(struct process *process)
{
	process_set_parent(process, NULL);
	process_threads_remove(process);
	process->used = false;
	process->next = free_list;
	free_list = process;
}

void process_unmake(struct process *process)
{
	last_pid = process->pid - 1;
	process_free(process);
}

struct process *process_by_pid(pid32 pid)
{
	for (unsigned int i = 0; pid > 0 && i < PROCESSES - unused; i++) {
		if (processes[i].used && processes[i].pid == pid)
			return &processes[i];
	}
	return NULL;
}

unsigned int process_index(const struct process *process)
{
	return (unsigned int)(process - processes);
}

struct process *process_next(const struct process *process)
{
	unsigned int i = process != NULL ? process_index(process) + 1 : 0;

	for (; i < PROCESSES - unused; i++) {
		if (processes[i].used && processes[i].pid != 0)
			return &processes[i];
	}
	return NULL;
}

/* --- Threads ---------------------------------------------------------------------------------- */

static struct thread *slot_of(endpoint_t endpoint)
{
	return &threads[endpoint_slot(endpoint) % THREAD_SLOTS];
}

struct thread *process_thread_add(struct process *process, endpoint_t endpoint, pid32 tid)
{
	struct thread *thread = slot_of(endpoint), **link = &process->threads;

	*thread = (struct thread){.endpoint = endpoint, .tid = tid, .process = process};
	if (process->threads == NULL)
		process->thread = endpoint;
	while (*link != NULL)
		link = &(*link)->next;
	*link = thread;
	process->thread_count++;
	process->threads_alive++;
	return thread;
}

void process_thread_remove(struct thread *thread)
{
	struct process *process = thread->process;
	struct thread **link = &process->threads;

	while (*link != thread)
		link = &(*link)->next;
	*link = thread->next;
	thread->process = NULL;
	if (--process->thread_count == 0)
		process->thread = EP_NONE;
}

void process_threads_remove(struct process *process)
{
	while (process->threads != NULL)
		process_thread_remove(process->threads);
}

struct thread *thread_by_endpoint(endpoint_t endpoint)
{
	struct thread *thread = slot_of(endpoint);

	return thread->process != NULL && thread->endpoint == endpoint ? thread : NULL;
}

struct process *process_by_thread(endpoint_t endpoint)
{
	const struct thread *thread = thread_by_endpoint(endpoint);

	return thread != NULL ? thread->process : NULL;
}

/* --- Parents ---------------------------------------------------------------------------------- */

void process_set_parent(struct process *process, struct process *parent)
{
	struct process **link;

	if (process->parent != NULL) {
		for (link = &process->parent->children; *link != process; link = &(*link)->next)
			;
		*link = process->next;
	}
	process->parent = parent;
	if (parent != NULL) {
		process->next = parent->children;
		parent->children = process;
	}
}

bool process_matches(const struct process *child, pid32 pid, pid32 group)
{
	if (pid == -1 || child->pid == pid)
		return true;
	return pid <= 0 && child->group == (pid == 0 ? group : -pid);
}

struct process *process_child_ready(const struct process *parent, pid32 pid, uint32_t flags,
				    bool *any)
{
	*any = false;
	for (struct process *child = parent->children; child != NULL; child = child->next) {
		if (!process_matches(child, pid, parent->group))
			continue;
		*any = true;
		if ((child->zombie && (flags & PM_WAIT_EXITED)) ||
		    (child->tell_stop && (flags & PM_WAIT_STOPPED)) ||
		    (child->tell_continue && (flags & PM_WAIT_CONTINUED)))
			return child;
	}
	return NULL;
}
