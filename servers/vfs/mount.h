/* Mounts: volumes of file servers, and the directories that they cover. */
#pragma once

#include "call.h"

struct vnode;

#define MOUNTS 16u

struct mount {
	bool used;
	endpoint_t server; /* EP_NONE: it is gone for good */
	uint32_t volume;
	uint32_t flags;	       /* MOUNT_* */
	struct vnode *root;    /* one reference */
	struct vnode *covered; /* one reference; NULL: it is the first */
	char type[16];
};

/* The root of everything: NULL: there is none yet. */
struct vnode *mount_root(void);

/* 1 and up: what programs see as the minor number of its device. */
unsigned int mount_number(const struct mount *mount);

/* Every mount, NULL after the last. */
struct mount *mount_next(unsigned int *at);

/* A file server says its name: -EEXIST if another lives by that name, -ENOSPC. In a worker. */
int server_up(endpoint_t server, const char type[16]);
