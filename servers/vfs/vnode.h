/* Vnodes: files as their servers know them, one for each inode in use. The server counts one
 * reference for every answer that named the inode; they go back in one FS_FORGET.
 *
 * A vnode that nobody uses stays for a while, and goes when its place is wanted, its file has lost
 * a name, or its volume goes.
 */
#pragma once

#include "call.h"
#include <skerry/fs.h>

struct mount;
struct lock;
struct pipe;

struct vnode {
	struct mount *mount; /* NULL: free */
	uint64_t inode;
	uint32_t references;
	uint32_t named; /* references that the server counts */
	uint32_t mode, user, group;
	uint32_t special_major, special_minor;
	uint64_t bytes;
	uint32_t writers;      /* open files that may write */
	uint32_t maps;	       /* VM_MAP_FILE calls that are not undone */
	bool cached;	       /* VM may have blocks of it */
	bool shared;	       /* some map of it may be written */
	uint32_t serial;       /* no other vnode ever had it */
	bool removed;	       /* a name of it went: it does not stay */
	struct mount *covered; /* what is mounted here */
	struct pipe *pipe;     /* of a named pipe that is open */
	struct lock *locks;
	struct wait_queue lock_waiters;
	struct vnode *next;	     /* in its hash chain */
	struct vnode *older, *newer; /* while nobody uses it */
};

/* The vnode of a node that its server has just named, with a reference. -ENFILE: no place; the
 * server gets its reference back. */
int vnode_named(struct mount *mount, const struct fs_node *node, struct vnode **found);

/* Its name with VM, for as long as it is mapped. */
uint32_t vnode_token(const struct vnode *vnode);
struct vnode *vnode_by_token(uint32_t token);

/* Every vnode in the table; NULL after the last. */
struct vnode *vnode_next(unsigned int *at);

/* By number alone; NULL: it is not in the table. */
struct vnode *vnode_find(const struct mount *mount, uint64_t inode);

/* What an answer says of a file. */
void vnode_learn(struct vnode *vnode, const struct fs_node *node);

struct vnode *vnode_get(struct vnode *vnode);

/* May ask the server, in a worker. */
void vnode_put(struct vnode *vnode);

/* Let go of all vnodes of a volume that nobody uses. How many are used: the root's own apart. */
unsigned int vnodes_of_mount(struct mount *mount, bool forget);

/* How many there can be, for tests of exhaustion to know. */
#define VNODES 1024u

static inline bool vnode_is(const struct vnode *vnode, uint32_t type)
{
	return (vnode->mode & MODE_TYPE) == type;
}

/* May the process do this (ACCESS_*, all of it) with its effective ids? 0 or -EACCES. */
int vnode_allows(const struct vnode *vnode, const struct process *process, uint32_t access);

/* The same question for real ids. */
int vnode_allows_real(const struct vnode *vnode, const struct process *process, uint32_t access);

/* Is the process's effective user this one's, or 0? */
bool process_owns(const struct process *process, const struct vnode *vnode);

/* Is the process in this group? */
bool process_in_group(const struct process *process, uint32_t group);
