/* Open files: what descriptors share after dup and fork: position, flags, and what kind of thing it
 * is. A call holds a reference while it uses one.
 */
#pragma once

#include "call.h"

struct vnode;
struct open_file;

/* One piece of a read or write. */
struct piece {
	struct call *call;
	struct open_file *file;
	uint64_t address; /* in the caller */
	uint64_t bytes;
	uint64_t offset; /* in: where; out: behind what was done */
	uint64_t count;	 /* out: bytes done */
	bool at;	 /* the offset is the caller's, not the file's position */
};

/* What can be opened. NULL: EINVAL, and what poll() says of it is POLL_IN and POLL_OUT. */
struct file_kind {
	/* 0 with count, -errno, or later. */
	struct answer (*read)(struct piece *piece);
	struct answer (*write)(struct piece *piece);
	/* POLL_* now; what wakes whoever waits for others. NULL: always the same. */
	uint32_t (*poll)(struct call *call, struct open_file *file, uint32_t events,
			 struct watch *watch);
	struct answer (*ioctl)(struct call *call, struct open_file *file,
			       const struct vfs_ioctl_req *req, struct vfs_value_reply *rep);
	/* The last descriptor went. */
	void (*close)(struct open_file *file);
	bool has_position;
};

struct open_file {
	uint32_t references; /* 0: free */
	uint32_t flags;	     /* FILE_*: access, append, nonblock, path */
	const struct file_kind *kind;
	struct vnode *vnode; /* NULL: a pipe without a name, and the like */
	void *object;	     /* the kind's */
	uint64_t position;
	bool is_stream;		   /* a device without a position */
	bool busy;		   /* a call moves the position */
	struct wait_queue waiting; /* until it is not */
	struct open_file *next;	   /* while free */
};

/* One reference; NULL: the table is full. */
struct open_file *open_file_make(const struct file_kind *kind, uint32_t flags);

struct open_file *open_file_get(struct open_file *file);
void open_file_put(struct open_file *file);

/* A process closes a descriptor of it: its locks on that file go, too. */
void open_file_close(struct process *process, struct open_file *file);

/* The file of a descriptor, with a reference, if it is open for reading (FILE_READ_ONLY), writing
 * (FILE_WRITE_ONLY); -EBADF. Files opened by FILE_PATH are for neither. */
int open_file_of(struct call *call, int32_t fd, uint32_t access, struct open_file **file);

/* The same for anything that is open, even by FILE_PATH. */
int open_file_any(struct call *call, int32_t fd, struct open_file **file);

/* What is ready of `events`, and what wakes whoever waits for the others. */
uint32_t open_file_poll(struct call *call, struct open_file *file, uint32_t events,
			struct watch *watch);

/* When a call that waits so long (VFS_FOREVER) ends; the same however often it is run. */
uint64_t poll_deadline(struct call *call, uint64_t wait);
bool poll_over(uint64_t deadline);

/* Does it have a position? */
bool open_file_seeks(const struct open_file *file);

/* Visit all. */
struct open_file *open_file_next(unsigned int *at);
