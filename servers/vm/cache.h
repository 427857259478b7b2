/* The block cache: pages of devices and files, found by what they hold.
 *
 * A block is one frame with an identity: device and offset there, and perhaps inode and offset in
 * that file. The cache holds one reference to each block's frame; who maps a block holds another.
 * A block that nobody maps any more is idle: it stays as long as its memory is not wanted, and the
 * one idle longest goes first. A dirty block was writable through a file's map since its file
 * system last asked: it never goes by itself.
 *
 * Nothing here allocates. All state is the caller's; blocks come from a slab of his.
 *
 * Units: offsets in bytes, whole pages.
 */
#pragma once

#include "frames.h"
#include "slab.h"

struct cache_place {
	uint64_t device;
	uint64_t offset;
};

struct cache_part {
	uint64_t device;
	uint64_t inode;
	uint64_t offset;
};

struct cache_block {
	struct cache_block *next_at_place, *next_of_file; /* in the hash chains */
	struct cache_block *newer, *older;		  /* while listed */
	struct avl_node dirty_node;			  /* while dirty */
	uint64_t device, offset, inode, inode_offset;
	frame_t frame;
	bool of_file; /* inode and inode_offset mean something */
	bool dirty;
	bool listed; /* as idle; it may be mapped again */
};

struct cache {
	struct frames *frames;
	struct slab *blocks; /* of struct cache_block */
	struct cache_block **at_place, **of_file;
	uint32_t buckets; /* of each: a power of two */
	struct cache_block *oldest, *newest;
	struct avl_tree dirty; /* by place */
	uint32_t count, listed;
	uint64_t reclaimed; /* frames, ever */
	struct frames_hooks hooks;
};

/* `buckets` zeroed pointers at each of both places. From now on the frames ask the cache first. */
void cache_init(struct cache *cache, struct frames *frames, struct slab *blocks,
		struct cache_block **at_place, struct cache_block **of_file, uint32_t buckets);

/* NULL: there is none. */
struct cache_block *cache_find(const struct cache *cache, const struct cache_place *place);
struct cache_block *cache_find_part(const struct cache *cache, const struct cache_part *part);
/* The block that has this frame. */
struct cache_block *cache_block_of(const struct cache *cache, frame_t frame);

/* A fresh object of the slab becomes the block of a frame, which somebody has and no block. The
 * identity is set and unknown so far. */
void cache_add(struct cache *cache, struct cache_block *block);

/* The block is part of a file from now on, or of none. That part has no other block. */
void cache_set_part(struct cache *cache, struct cache_block *block, const struct cache_part *part);

/* The block has no identity any more; its frame is whose it is, or free. */
void cache_forget(struct cache *cache, struct cache_block *block);

void cache_mark_dirty(struct cache *cache, struct cache_block *block);
void cache_mark_clean(struct cache *cache, struct cache_block *block);

/* The device's first dirty block at or above the offset; NULL: there is none. */
struct cache_block *cache_next_dirty(const struct cache *cache, const struct cache_place *place);

/* All blocks; the visitor may forget the one that it is shown, and no other. */
void cache_visit(struct cache *cache, void (*visit)(void *context, struct cache_block *block),
		 void *context);

/* NULL, or what is wrong. */
const char *cache_check(const struct cache *cache);
