/* The process table: who is whose child. Pure; kernel and VM are not asked here.
 *
 * A process is alive (it has a thread and a space) or a zombie (its status waits for its parent). A
 * service that started programs has an entry too, with pid 0: it is nothing but their parent.
 */
#pragma once

#include <skerry/pm.h>

struct process {
	pid32 pid;
	endpoint_t thread; /* EP_NONE: a zombie */
	space_t space;
	int32_t status; /* of a zombie, as wait() has it */
	bool used;
	bool waiting; /* it called PM_WAIT */
	pid32 waits_for;
	struct process *parent; /* NULL: nobody will ask for its status */
	struct process *children;
	struct process *next; /* of the parent's children */
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

void process_set_thread(struct process *process, endpoint_t thread);

/* NULL: none, or (by pid) none that is alive or a zombie. */
struct process *process_by_thread(endpoint_t thread);
struct process *process_by_pid(pid32 pid);

void process_set_parent(struct process *process, struct process *parent);

/* Does the child fit what was asked for, -1 or its pid? */
bool process_matches(const struct process *child, pid32 pid);

/* A zombie among the matching children; NULL: none. *any: there are matching ones. */
struct process *process_zombie(const struct process *parent, pid32 pid, bool *any);
