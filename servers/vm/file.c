/* The table of mapped files, and the way from a block to its maps. A region is in its file's list
 * from reference() to release(), whatever becomes of it in between.
 */
#include "file.h"

#include "memory.h"
#include "pager.h"
#include "type.h"
#include <string.h>

#define BUCKETS 64u /* a power of two */

static struct file *table[BUCKETS];
static unsigned int file_count;

static struct file **bucket_of(uint64_t device, uint64_t inode)
{
	return &table[((uint32_t)inode * 0x9E3779B1u >> 16 ^ (uint32_t)device) & (BUCKETS - 1)];
}

struct file *file_get(const struct file_key *key, endpoint_t pager)
{
	struct file **bucket = bucket_of(key->device, key->inode), *file = *bucket;
	USE(NULL);

	for (; file != NULL; file = file->next) {
		if (file->device == key->device && file->inode == key->inode &&
		    file->token == key->token && file->pager_space == key->pager_space)
			return file;
	}
	file = slab_allocate(&file_slab);
	if (file == NULL)
		return NULL;
	file->device = key->device;
	file->inode = key->inode;
	file->token = key->token;
	file->pager_space = key->pager_space;
	file->pager = pager;
	file->next = *bucket;
	*bucket = file;
	file_count++;
	return file;
}

void file_put(struct file *file)
{
	if (file->regions == NULL && !file->closing)
		file_free(file);
}

void file_free(struct file *file)
{
	struct file **link = bucket_of(file->device, file->inode), *before = NULL;
	USE(file);

	for (; *link != file; link = &before->next)
		before = *link;
	if (before != NULL)
		slab_write(before);
	*link = file->next;
	slab_free(&file_slab, file);
	file_count--;
}

void file_visit(void (*visit)(void *context, struct file *file), void *context)
{
	for (unsigned int i = 0; file_count > 0 && i < BUCKETS; i++) {
		for (struct file *file = table[i], *next; file != NULL; file = next) {
			next = file->next;
			visit(context, file);
		}
	}
}

/* --- Maps ------------------------------------------------------------------------------------- */

/* What of the region lies at or above this offset of its file; false: nothing. */
static bool part_from(const struct region *region, uint64_t offset, vaddr_t *start)
{
	const uint64_t before = offset > region->offset ? offset - region->offset : 0;

	if (before >= region->end - region->start)
		return false;
	*start = region->start + (vaddr_t)before;
	return true;
}

static void part_drop(struct region *region, vaddr_t start, vaddr_t end)
{
	USE(vm_space_of(region));

	space_take_pages(region, start, end);
}

static void size_set(struct file *file, uint64_t bytes)
{
	const uint64_t end = bytes + (-bytes & (ARCH_PAGE_SIZE - 1));
	vaddr_t start;
	USE(file);

	if (bytes < file->bytes) {
		for (struct region *region = file->regions; region != NULL;
		     region = region->object_next) {
			if (part_from(region, end, &start))
				part_drop(region, start, region->end);
		}
	}
	file->bytes = bytes;
}

void file_resize(uint64_t device, uint64_t inode, uint64_t bytes)
{
	for (struct file *file = *bucket_of(device, inode); file != NULL; file = file->next) {
		if (file->device == device && file->inode == inode)
			size_set(file, bytes);
	}
}

static void block_visit(const struct cache_block *block,
			void (*visit)(struct region *region, vaddr_t page))
{
	const uint64_t offset = block->inode_offset;
	struct file *file = block->of_file ? *bucket_of(block->device, block->inode) : NULL;
	struct page_reference present;
	vaddr_t page;

	for (; file != NULL; file = file->next) {
		if (file->device != block->device || file->inode != block->inode)
			continue;
		for (struct region *region = file->regions; region != NULL;
		     region = region->object_next) {
			if (offset >= region->offset && part_from(region, offset, &page) &&
			    pages_find(&region->space->pages, page / ARCH_PAGE_SIZE, &present) &&
			    present.frame == block->frame)
				visit(region, page);
		}
	}
}

static void page_drop(struct region *region, vaddr_t page)
{
	part_drop(region, page, page + ARCH_PAGE_SIZE);
}

static void page_protect(struct region *region, vaddr_t page)
{
	USE(vm_space_of(region));

	space_protect_page(region, page);
}

void file_block_unmap(const struct cache_block *block)
{
	block_visit(block, page_drop);
}

void file_block_protect(const struct cache_block *block)
{
	block_visit(block, page_protect);
}
