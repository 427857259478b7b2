/* The process table. Invariants: a process is in its parent's list and in no other; only parents
 * that are used have children; by_slot has every thread of a process that is alive.
 */
#include "process.h"

#include <string.h>

#define THREAD_SLOTS (1u << CONFIG_THREAD_SLOTS_LOG2)
#define PROCESSES THREAD_SLOTS
#define PID_MAX 99999

static struct process processes[PROCESSES];
static struct process *by_slot[THREAD_SLOTS];
static struct process *free_list;	/* by next */
static unsigned int unused = PROCESSES; /* the last so many were never used */
static pid32 last_pid;
static bool pids_used_up; /* so that a number may belong to somebody */

static struct process *allocate(void)
{
	struct process *process = free_list;

	if (process != NULL)
		free_list = process->next;
	else if (unused > 0)
		process = &processes[PROCESSES - unused--];
	else
		return NULL;
	*process = (struct process){.used = true, .thread = EP_NONE};
	return process;
}

/* The first process ever is PM_PID_INIT; no other gets that number. */
static pid32 pid_next(void)
{
	do {
		pids_used_up |= last_pid == PID_MAX;
		last_pid = last_pid == PID_MAX ? PM_PID_INIT + 1 : last_pid + 1;
	} while (pids_used_up && process_by_pid(last_pid) != NULL);
	return last_pid;
}

struct process *process_create(void)
{
	struct process *process = allocate();

	if (process != NULL)
		process->pid = pid_next();
	return process;
}

struct process *process_of_service(endpoint_t service)
{
	struct process *process = process_by_thread(service);

	if (process == NULL && (process = allocate()) != NULL)
		process_set_thread(process, service);
	return process;
}

void process_free(struct process *process)
{
	process_set_parent(process, NULL);
	process_set_thread(process, EP_NONE);
	process->used = false;
	process->next = free_list;
	free_list = process;
}

void process_unmake(struct process *process)
{
	last_pid = process->pid - 1;
	process_free(process);
}

void process_set_thread(struct process *process, endpoint_t thread)
{
	if (process->thread != EP_NONE)
		by_slot[endpoint_slot(process->thread) % THREAD_SLOTS] = NULL;
	process->thread = thread;
	if (thread != EP_NONE)
		by_slot[endpoint_slot(thread) % THREAD_SLOTS] = process;
}

struct process *process_by_thread(endpoint_t thread)
{
	struct process *process = by_slot[endpoint_slot(thread) % THREAD_SLOTS];

	return process != NULL && process->thread == thread ? process : NULL;
}

struct process *process_by_pid(pid32 pid)
{
	for (unsigned int i = 0; pid > 0 && i < PROCESSES; i++) {
		if (processes[i].used && processes[i].pid == pid)
			return &processes[i];
	}
	return NULL;
}

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

bool process_matches(const struct process *child, pid32 pid)
{
	return pid == -1 || child->pid == pid;
}

struct process *process_zombie(const struct process *parent, pid32 pid, bool *any)
{
	*any = false;
	for (struct process *child = parent->children; child != NULL; child = child->next) {
		if (!process_matches(child, pid))
			continue;
		*any = true;
		if (child->thread == EP_NONE)
			return child;
	}
	return NULL;
}
