/* Mapped files: who reads them in, and which regions show them.
 *
 * A file is there from its first region until its pager knows that the last one is gone. Its pages
 * are the cache's blocks with its device and inode; a page that is not there is asked of its pager
 * (pager.h).
 */
#pragma once

#include "cache.h"
#include "region.h"
#include <skerry/endpoint.h>

struct file {
	struct file *next; /* in its hash chain */
	struct region *regions;
	uint64_t device, inode;
	uint64_t bytes; /* its size */
	uint32_t token; /* the pager's name for it */
	uint32_t maps;	/* VM_MAP_FILE calls since it is there */
	endpoint_t pager;
	space_t pager_space;
	bool pager_gone;
	bool closing; /* no region is left; its pager will be told */
	struct file *next_closing;
};

/* region.flags: a shared map that may never be written. */
#define REGION_READ_ONLY 0x100u

/* What a file is known by. */
struct file_key {
	uint64_t device, inode;
	uint32_t token;
	space_t pager_space;
};

/* The file, perhaps without a region yet: then map it or file_put() it. NULL: no memory. */
struct file *file_get(const struct file_key *key, endpoint_t pager);

/* Free it if no region shows it and its pager knows of none. */
void file_put(struct file *file);

/* Without regions, and nobody waits for it. */
void file_free(struct file *file);

/* The size of all files of this inode. Pages wholly past it go, whoever wrote them. */
void file_resize(uint64_t device, uint64_t inode, uint64_t bytes);

/* Take the block out of every map of its file; take away the write access to it. */
void file_block_unmap(const struct cache_block *block);
void file_block_protect(const struct cache_block *block);

/* All files; the visitor may free the one that it is shown. */
void file_visit(void (*visit)(void *context, struct file *file), void *context);
