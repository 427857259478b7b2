/* Processes as VFS knows them: who they are, where they are, and their descriptors.
 *
 * A process is named by the endpoint of its first thread. Descriptors lie in blocks, which come
 * from one pool; each holds a reference to its open file.
 */
#pragma once

#include "call.h"
#include <skerry/pm.h>

#define GROUPS_MAX 32u
#define DESCRIPTORS_IN_BLOCK 32u
#define DESCRIPTORS_MAX 256u /* of a process */

struct vnode;
struct descriptor_block;

struct process {
	endpoint_t endpoint; /* EP_NONE: free */
	pid32 pid, group, session;
	uint32_t calls;		      /* it has here */
	struct wait_queue ended;      /* woken when one of them ends, or the process */
	struct vnode *root, *current; /* NULL: as long as there is no file system */
	uint32_t umask;
	uint32_t user, effective_user, user_group, effective_group;
	uint32_t group_count;
	uint32_t groups[GROUPS_MAX];
	uint32_t descriptors_allowed;
	uint64_t file_bytes_allowed;
	endpoint_t terminal; /* driver of the controlling terminal; EP_NONE */
	struct descriptor_block *descriptors[DESCRIPTORS_MAX / DESCRIPTORS_IN_BLOCK];
};

void processes_init(void);

/* NULL: not known. */
struct process *process_find(endpoint_t process);

/* Who has the place of a new process still, under another name; NULL: nobody. */
struct process *process_before(endpoint_t process);

/* The process of a caller; a service is known from its first call on. NULL: a program that PM did
 * not tell of, or no place is left. */
struct process *process_of_caller(endpoint_t process);

/* A new one, as the parent is, with all its files; NULL: a user 0 without any. -ESRCH, -EAGAIN,
 * -EEXIST. */
int process_make(endpoint_t process, endpoint_t parent, struct process **made);

/* Its files go: in a worker. */
void process_end(struct process *process);

void process_call_begins(struct process *process);
void process_call_ends(struct process *process);

/* Every process, NULL after the last. */
struct process *process_next(unsigned int *at);

/* --- Descriptors ------------------------------------------------------------------------------ */

/* The open file, without a reference of its own; NULL: there is none. */
struct open_file *descriptor_file(const struct process *process, int32_t fd);

/* The lowest free one from `from` on, not taken yet: -EMFILE, -ENFILE. */
int descriptor_free(struct process *process, int32_t from);

/* One that is free, or was emptied, by descriptor_free() or descriptor_prepare(). It takes over the
 * reference. */
void descriptor_set(struct process *process, int32_t fd, struct open_file *file, bool on_exec);

/* There will be room for just this one: -EBADF, -ENFILE. */
int descriptor_prepare(struct process *process, int32_t fd);

/* It is free: the file, whose reference is the caller's now; NULL: it was. */
struct open_file *descriptor_take(struct process *process, int32_t fd);

bool descriptor_closes_on_exec(const struct process *process, int32_t fd);
void descriptor_set_on_exec(struct process *process, int32_t fd, bool on_exec);
