/* Blocks in two hash tables, the idle ones in a list, the dirty ones in a tree.
 *
 * Invariants: an idle block (its frame has no reference but the cache's) that is not dirty is
 * listed; a dirty one is not. A listed block that was mapped again stays listed, and leaves when
 * the list's end reaches it: so whoever maps a block does nothing for it, and reclaiming is O(1) a
 * frame all the same, each entry being paid for by the unmapping that made it.
 */
#include "cache.h"

#include <arch/layout.h>
#include <sys.h>

static struct cache_block *block_of(const struct avl_node *node)
{
	return node ? avl_object(node, struct cache_block, dirty_node) : NULL;
}

/* --- Hash tables ------------------------------------------------------------------------------ */

static uint32_t mix(uint32_t hash, uint64_t value)
{
	hash = (hash ^ (uint32_t)value) * 0x9E3779B1u;
	hash = (hash ^ hash >> 15 ^ (uint32_t)(value >> 32)) * 0x85EBCA6Bu;
	return hash ^ hash >> 13;
}

static struct cache_block **place_bucket(const struct cache *cache, uint64_t device,
					 uint64_t offset)
{
	const uint32_t hash = mix(mix(0, device), offset / ARCH_PAGE_SIZE);

	return &cache->at_place[hash & (cache->buckets - 1)];
}

static struct cache_block **part_bucket(const struct cache *cache, uint64_t device, uint64_t inode,
					uint64_t offset)
{
	const uint32_t hash = mix(mix(mix(0, device), inode), offset / ARCH_PAGE_SIZE);

	return &cache->of_file[hash & (cache->buckets - 1)];
}

struct cache_block *cache_find(const struct cache *cache, const struct cache_place *place)
{
	struct cache_block *block = *place_bucket(cache, place->device, place->offset);

	while (block && (block->device != place->device || block->offset != place->offset))
		block = block->next_at_place;
	return block;
}

struct cache_block *cache_find_part(const struct cache *cache, const struct cache_part *part)
{
	struct cache_block *block = *part_bucket(cache, part->device, part->inode, part->offset);

	while (block && (block->device != part->device || block->inode != part->inode ||
			 block->inode_offset != part->offset))
		block = block->next_of_file;
	return block;
}

struct cache_block *cache_block_of(const struct cache *cache, frame_t frame)
{
	return frame_owner(cache->frames, frame);
}

static void leave_place(struct cache *cache, struct cache_block *block)
{
	struct cache_block **link = place_bucket(cache, block->device, block->offset);
	struct cache_block *before = NULL;

	for (; *link != block; link = &before->next_at_place)
		before = *link;
	if (before)
		slab_write(before);
	*link = block->next_at_place;
}

static void leave_file(struct cache *cache, struct cache_block *block)
{
	struct cache_block **link, *before = NULL;

	if (!block->of_file)
		return;
	link = part_bucket(cache, block->device, block->inode, block->inode_offset);
	for (; *link != block; link = &before->next_of_file)
		before = *link;
	if (before)
		slab_write(before);
	*link = block->next_of_file;
	block->of_file = false;
}

static void enter_file(struct cache *cache, struct cache_block *block)
{
	struct cache_block **bucket =
		part_bucket(cache, block->device, block->inode, block->inode_offset);

	block->next_of_file = *bucket;
	*bucket = block;
}

/* --- Idle blocks ------------------------------------------------------------------------------ */

static void unlist(struct cache *cache, struct cache_block *block)
{
	if (!block->listed)
		return;
	if (block->older) {
		slab_write(block->older);
		block->older->newer = block->newer;
	} else {
		cache->oldest = block->newer;
	}
	if (block->newer) {
		slab_write(block->newer);
		block->newer->older = block->older;
	} else {
		cache->newest = block->older;
	}
	block->listed = false;
	cache->listed--;
}

/* As the one used last. */
static void list(struct cache *cache, struct cache_block *block)
{
	unlist(cache, block);
	block->older = cache->newest;
	block->newer = NULL;
	if (cache->newest) {
		slab_write(cache->newest);
		cache->newest->newer = block;
	} else {
		cache->oldest = block;
	}
	cache->newest = block;
	block->listed = true;
	cache->listed++;
}

static void single(void *context, void *owner)
{
	struct cache_block *block = owner;
	USE(block);

	if (!block->dirty)
		list(context, block);
}

static bool reclaim(void *context, uint32_t count)
{
	struct cache *cache = context;
	uint32_t done = 0;
	USE(NULL);

	if (cache->listed < count)
		return false;
	for (uint32_t left = cache->listed; done < count && left > 0; left--) {
		struct cache_block *block = cache->oldest;

		slab_write(block);
		if (frame_references(cache->frames, block->frame) > 1) {
			unlist(cache, block);
		} else if (frame_find(cache->frames, block->frame)->held) {
			list(cache, block); /* a device writes there still */
		} else {
			cache_forget(cache, block);
			done++;
		}
	}
	cache->reclaimed += done;
	return done > 0;
}

/* --- Blocks ----------------------------------------------------------------------------------- */

void cache_init(struct cache *cache, struct frames *frames, struct slab *blocks,
		struct cache_block **at_place, struct cache_block **of_file, uint32_t buckets)
{
	assert(buckets && !(buckets & (buckets - 1)));
	*cache = (struct cache){
		.frames = frames,
		.blocks = blocks,
		.at_place = at_place,
		.of_file = of_file,
		.buckets = buckets,
		.dirty.write = SLAB_NODE_WRITE,
		.hooks = {.reclaim = reclaim, .single = single, .context = cache},
	};
	frames->hooks = &cache->hooks;
}

void cache_add(struct cache *cache, struct cache_block *block)
{
	struct cache_block **bucket = place_bucket(cache, block->device, block->offset);

	assert(!cache_block_of(cache, block->frame));
	frame_reference(cache->frames, block->frame);
	frame_set_owner(cache->frames, block->frame, block);
	block->next_at_place = *bucket;
	*bucket = block;
	if (block->of_file)
		enter_file(cache, block);
	cache->count++;
}

void cache_set_part(struct cache *cache, struct cache_block *block, const struct cache_part *part)
{
	USE(block);

	leave_file(cache, block);
	if (!part)
		return;
	assert(part->device == block->device);
	block->inode = part->inode;
	block->inode_offset = part->offset;
	block->of_file = true;
	enter_file(cache, block);
}

void cache_forget(struct cache *cache, struct cache_block *block)
{
	const frame_t frame = block->frame;
	USE(block);

	if (block->dirty)
		cache_mark_clean(cache, block);
	unlist(cache, block);
	leave_file(cache, block);
	leave_place(cache, block);
	cache->count--;
	slab_free(cache->blocks, block);
	frame_set_use(cache->frames, frame, FRAME_ANONYMOUS);
	frames_release(cache->frames, frame, 1);
}

/* --- Dirty blocks ----------------------------------------------------------------------------- */

static int compare_place(const void *key, const struct avl_node *node)
{
	const struct cache_place *place = key;
	const struct cache_block *block = block_of(node);

	if (place->device != block->device)
		return place->device < block->device ? -1 : 1;
	return (place->offset > block->offset) - (place->offset < block->offset);
}

void cache_mark_dirty(struct cache *cache, struct cache_block *block)
{
	const struct cache_place place = {block->device, block->offset};
	USE(block);

	if (block->dirty)
		return;
	unlist(cache, block);
	avl_insert(&cache->dirty, &block->dirty_node, &place, compare_place);
	block->dirty = true;
}

void cache_mark_clean(struct cache *cache, struct cache_block *block)
{
	USE(block);

	if (!block->dirty)
		return;
	avl_remove(&cache->dirty, &block->dirty_node);
	block->dirty = false;
	if (frame_references(cache->frames, block->frame) == 1)
		list(cache, block);
}

struct cache_block *cache_next_dirty(const struct cache *cache, const struct cache_place *place)
{
	struct cache_block *block = block_of(avl_lower_bound(&cache->dirty, place, compare_place));

	return block && block->device == place->device ? block : NULL;
}

/* --- All of them ------------------------------------------------------------------------------ */

void cache_visit(struct cache *cache, void (*visit)(void *context, struct cache_block *block),
		 void *context)
{
	for (uint32_t i = 0; i < cache->buckets; i++) {
		struct cache_block *block = cache->at_place[i], *next;

		for (; block; block = next) {
			next = block->next_at_place;
			visit(context, block);
		}
	}
}

static bool ordered(const struct avl_node *a, const struct avl_node *b)
{
	const struct cache_place place = {block_of(a)->device, block_of(a)->offset};

	return compare_place(&place, b) < 0;
}

static const char *check_block(const struct cache *cache, const struct cache_block *block)
{
	const struct cache_part part = {block->device, block->inode, block->inode_offset};
	const struct cache_place place = {block->device, block->offset};
	const bool idle = frame_references(cache->frames, block->frame) == 1;

	if (cache_find(cache, &place) != block)
		return "a place has two blocks";
	if (block->of_file && cache_find_part(cache, &part) != block)
		return "a part of a file has two blocks";
	if (cache_block_of(cache, block->frame) != block)
		return "a block's frame is another's";
	if (block->dirty && block->listed)
		return "a dirty block is listed as idle";
	if (idle && !block->dirty && !block->listed)
		return "an idle block is not listed";
	return NULL;
}

const char *cache_check(const struct cache *cache)
{
	uint32_t count = 0, parts = 0, dirty = 0, listed = 0;
	const char *wrong = NULL;

	for (uint32_t i = 0; i < cache->buckets; i++) {
		for (const struct cache_block *block = cache->at_place[i]; block && !wrong;
		     block = block->next_at_place) {
			wrong = check_block(cache, block);
			count++;
			parts += block->of_file;
			dirty += block->dirty;
			listed += block->listed;
		}
		for (const struct cache_block *block = cache->of_file[i]; block;
		     block = block->next_of_file)
			parts--;
	}
	for (const struct cache_block *block = cache->oldest; block; block = block->newer)
		listed--;
	for (struct avl_node *node = avl_first(&cache->dirty); node; node = avl_next(node))
		dirty--;
	if (wrong)
		return wrong;
	if (!avl_check((struct avl_tree *)&cache->dirty, ordered))
		return "the tree of dirty blocks is damaged";
	return count != cache->count || parts || dirty || listed ? "blocks are miscounted" : NULL;
}
