/* The process table. */
#include "process.h"

#include "descriptor.h"
#include "lock.h"
#include "mount.h"
#include "open_file.h"
#include "peer.h"
#include "pm.h"
#include "vnode.h"
#include <string.h>
#include <sys.h>

#define PROCESSES (1u << CONFIG_THREAD_SLOTS_LOG2)

static struct process processes[PROCESSES]; /* by the slot of the endpoint */

void processes_init(void)
{
	for (unsigned int i = 0; i < PROCESSES; i++)
		processes[i].endpoint = EP_NONE;
}

static struct process *place_of(endpoint_t process)
{
	return &processes[endpoint_slot(process) % PROCESSES];
}

struct process *process_find(endpoint_t process)
{
	struct process *found = place_of(process);

	return found->endpoint == process ? found : NULL;
}

struct process *process_before(endpoint_t process)
{
	struct process *found = place_of(process);

	return found->endpoint != EP_NONE && found->endpoint != process ? found : NULL;
}

struct process *process_next(unsigned int *at)
{
	while (*at < PROCESSES) {
		struct process *process = &processes[(*at)++];

		if (process->endpoint != EP_NONE)
			return process;
	}
	return NULL;
}

static void become_root(struct process *process)
{
	process->umask = 022;
	process->descriptors_allowed = DESCRIPTORS_MAX;
	process->file_bytes_allowed = UINT64_MAX;
	process->terminal = EP_NONE;
}

static void places_take(struct process *process)
{
	if (process->root == NULL && mount_root() != NULL)
		process->root = vnode_get(mount_root());
	if (process->current == NULL && process->root != NULL)
		process->current = vnode_get(process->root);
}

int process_make(endpoint_t endpoint, endpoint_t parent, struct process **made)
{
	struct process *process = place_of(endpoint);
	const struct process *old = parent != EP_NONE ? process_find(parent) : NULL;

	if (parent != EP_NONE && old == NULL)
		return -ESRCH;
	if (process->endpoint != EP_NONE)
		return -EEXIST;
	*process = (struct process){.endpoint = EP_NONE};
	if (old != NULL) {
		*process = *old;
		memset(process->descriptors, 0, sizeof(process->descriptors));
		process->endpoint = EP_NONE;
		process->calls = 0;
		process->ended.first = NULL;
		if (!descriptors_copy(process, old))
			return -EAGAIN;
		if (process->root != NULL)
			vnode_get(process->root);
		if (process->current != NULL)
			vnode_get(process->current);
	} else {
		become_root(process);
	}

	/* Nothing fails from here. */
	process->endpoint = endpoint;
	places_take(process);
	*made = process;
	return 0;
}

/* As long as PM does not tell: who is there no more has ended. */
static void dead_end(void)
{
	for (unsigned int i = 0; i < PROCESSES; i++) {
		struct process *process = &processes[i];

		if (process->endpoint != EP_NONE && process->calls == 0 &&
		    !peer_lives(process->endpoint))
			process_end(process);
	}
}

struct process *process_of_caller(endpoint_t endpoint)
{
	struct process *process = process_find(endpoint);

	if (process == NULL && !pm_tells())
		dead_end();
	/* As long as PM tells of none, a program is known from its first call on, too. */
	if (process == NULL && (!pm_tells() || !peer_is_program(endpoint)) &&
	    process_make(endpoint, EP_NONE, &process) != 0)
		return NULL;
	if (process != NULL)
		places_take(process);
	return process;
}

void process_end(struct process *process)
{
	struct vnode *root = process->root, *current = process->current;

	/* Asking file servers lets others run: they find no process any more. */
	process->root = process->current = NULL;
	descriptors_close(process, false);
	locks_drop(process);
	process->endpoint = EP_NONE;
	queue_wake(&process->ended);
	if (root != NULL)
		vnode_put(root);
	if (current != NULL)
		vnode_put(current);
}

void process_call_begins(struct process *process)
{
	process->calls++;
}

void process_call_ends(struct process *process)
{
	process->calls--;
	queue_wake(&process->ended);
}
