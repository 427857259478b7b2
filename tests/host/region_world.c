#include "region_world.h"

#include "servers/vm/space_share.h"

#include <skerry/errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys.h>
#include <sys/mman.h>

#define SLAB_PAGES_MAX 512

/* In the debug build each object has a page to itself: none is open for another's sake. */
#ifdef CONFIG_DEBUG
#define OBJECT_BYTES(type) (ARCH_PAGE_SIZE / 2)
#else
#define OBJECT_BYTES(type) sizeof(type)
#endif

struct world world;
static void *frames_memory;
static void *spare_pages[SLAB_PAGES_MAX];
static unsigned int spare_count;

void world_complain(const char *wrong)
{
	if (!world.wrong)
		world.wrong = wrong;
}

bool world_fails(void)
{
	if (!world.fail_in || --world.fail_in)
		return false;
	world.failed = true;
	return true;
}

/* --- Memory for slabs ----------------------------------------------------------------------------
 */

static void *page_allocate(void *context)
{
	(void)context;
	if (world_fails())
		return NULL;
	if (spare_count)
		return spare_pages[--spare_count];
	return mmap(NULL, ARCH_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0);
}

static void page_release(void *context, void *page)
{
	(void)context;
	if (spare_count < SLAB_PAGES_MAX)
		spare_pages[spare_count++] = page;
	else
		munmap(page, ARCH_PAGE_SIZE);
}

static void page_protect(void *context, void *page, bool writable)
{
	(void)context;
	mprotect(page, ARCH_PAGE_SIZE, writable ? PROT_READ | PROT_WRITE : PROT_READ);
}

static const struct slab_pages slab_source = {page_allocate, page_release, page_protect, NULL};

/* --- Page tables ---------------------------------------------------------------------------------
 */

static struct world_entry *entry_of(const struct space *space, vaddr_t page)
{
	if (page % ARCH_PAGE_SIZE || page < WORLD_LOW || page >= WORLD_HIGH)
		abort();
	return &world.table[space - world.space][(page - WORLD_LOW) / ARCH_PAGE_SIZE];
}

static void edit_begin(struct space *space)
{
	if (space->edited)
		world_complain("brackets nest");
	world.brackets++;
}

static void edit_end(struct space *space)
{
	if (!space->edited)
		world_complain("a bracket ends twice");
}

static int table_map(struct space *space, vaddr_t start, frame_t frame, size_t bytes,
		     uint32_t access)
{
	if (world_fails())
		return -ENOMEM;
	for (vaddr_t page = start; page < start + bytes; page += ARCH_PAGE_SIZE, frame++) {
		struct world_entry *entry = entry_of(space, page);

		if (entry->frame != FRAME_NONE && !space->edited &&
		    (entry->frame != frame || entry->access != access))
			world_complain("an entry is replaced without a bracket");
		*entry = (struct world_entry){frame, access};
	}
	return 0;
}

static void table_unmap(struct space *space, vaddr_t start, size_t bytes)
{
	if (!space->edited || !bytes)
		world_complain("entries are emptied without a bracket");
	for (vaddr_t page = start; page < start + bytes; page += ARCH_PAGE_SIZE)
		*entry_of(space, page) = (struct world_entry){.frame = FRAME_NONE};
}

static void table_protect(struct space *space, vaddr_t start, size_t bytes, uint32_t access)
{
	if (!space->edited || access & REGION_WRITE)
		world_complain("entries are protected without a bracket, or for writing");
	for (vaddr_t page = start; page < start + bytes; page += ARCH_PAGE_SIZE)
		entry_of(space, page)->access = access;
}

static const struct space_ops space_ops = {
	.begin = edit_begin,
	.end = edit_end,
	.map = table_map,
	.unmap = table_unmap,
	.protect = table_protect,
};

/* --- Memory types --------------------------------------------------------------------------------
 */

static int get_frame(frame_t *frame, uint32_t content)
{
	if (world_fails() ||
	    frame_allocate(&world.frames, FRAME_ANONYMOUS, FRAME_FOR_PROGRAM, false, frame))
		return -ENOMEM;
	world.content[*frame] = content;
	return 0;
}

/* A frame of its own with the content of the one that stands there, or with zeroes. */
static enum fault_result give_own_frame(struct region *region, vaddr_t page)
{
	struct page_reference old;
	bool present = pages_find(&region->space->pages, page / ARCH_PAGE_SIZE, &old);
	frame_t frame;
	int error = get_frame(&frame, present ? world.content[old.frame] : 0);

	if (error)
		return FAULT_NO_MEMORY;
	error = present ? space_replace_page(region, page, frame)
			: space_add_page(region, page, frame);
	if (error)
		frames_release(&world.frames, frame, 1);
	return error ? FAULT_NO_MEMORY : FAULT_DONE;
}

static enum fault_result anonymous_fault(struct region *region, vaddr_t page, bool write)
{
	(void)write;
	return give_own_frame(region, page);
}

static page_t object_page(const struct region *region, vaddr_t page)
{
	return (region->offset + (page - region->start)) / ARCH_PAGE_SIZE;
}

static int find_object_frame(struct world_object *object, page_t page, frame_t *frame)
{
	struct page_reference reference;

	if (pages_find(&object->pages, page, &reference)) {
		*frame = reference.frame;
		return 0;
	}
	if (pages_reserve(&object->pages, page))
		return -ENOMEM;
	if (get_frame(frame, 0)) {
		pages_unreserve(&object->pages, page, 1);
		return -ENOMEM;
	}
	pages_set(&object->pages, page, *frame, false);
	return 0;
}

static enum fault_result object_fault(struct region *region, vaddr_t page, bool write)
{
	frame_t frame;
	int error = find_object_frame(region->object, object_page(region, page), &frame);
	struct page_reference old;

	if (error)
		return FAULT_NO_MEMORY;
	if (pages_find(&region->space->pages, page / ARCH_PAGE_SIZE, &old))
		return give_own_frame(region, page);
	frame_reference(&world.frames, frame);
	error = space_add_page(region, page, frame);
	if (error)
		frames_release(&world.frames, frame, 1);
	else if (write && region->type == &private_view)
		return give_own_frame(region, page);
	return error ? FAULT_NO_MEMORY : FAULT_DONE;
}

static void object_reference(struct region *region)
{
	((struct world_object *)region->object)->regions++;
}

static void object_release(struct region *region)
{
	struct world_object *object = region->object;

	if (--object->regions == 0)
		pages_clear(&object->pages, 0, UINTPTR_MAX);
	if (object->regions < 0)
		world_complain("an object is released too often");
}

/* What is shown elsewhere is shared, but not with children: they get copies. */
static int object_copy(struct region *from, struct region *to)
{
	struct world_object *object = from->object;
	page_t first = object_page(from, from->start), page = first;
	page_t last = first + (from->end - from->start) / ARCH_PAGE_SIZE;
	struct page_reference present;
	frame_t frame;

	if (from->flags & REGION_SHARED)
		return 0;
	share_retype(to, &anonymous);
	for (; pages_next(&object->pages, page, last, &present); page = present.page + 1) {
		if (get_frame(&frame, world.content[present.frame]))
			return -ENOMEM;
		if (space_add_page(to, to->start + (present.page - first) * ARCH_PAGE_SIZE,
				   frame)) {
			frames_release(&world.frames, frame, 1);
			return -ENOMEM;
		}
	}
	return 0;
}

static bool always_writable(const struct region *region, const struct page_reference *reference)
{
	(void)region, (void)reference;
	return true;
}

static int object_share(const struct region *region, vaddr_t start, vaddr_t end,
			struct share_part *part)
{
	(void)end;
	part->type = &shared;
	part->object = region->object;
	part->offset = region->offset + (start - region->start);
	return 0;
}

static int duplicate(const struct region *region, frame_t from, frame_t *made)
{
	(void)region;
	return get_frame(made, world.content[from]);
}

static int anonymous_share(const struct region *region, vaddr_t start, vaddr_t end,
			   struct share_part *part)
{
	struct world_object *object = &world.object[WORLD_OBJECTS];

	while (object < &world.object[WORLD_OBJECTS + WORLD_FRESH] && object->regions)
		object++;
	if (object == &world.object[WORLD_OBJECTS + WORLD_FRESH] || world_fails())
		return -ENOMEM;
	part->type = &shared;
	part->object = object;
	part->fresh = &object->pages;
	return share_fill(region, start, end, &object->pages, duplicate);
}

static enum fault_result device_fault(struct region *region, vaddr_t page, bool write)
{
	frame_t frame = WORLD_DEVICE + (frame_t)object_page(region, page) % WORLD_DEVICE_FRAMES;

	(void)write;
	return space_add_page(region, page, frame) ? FAULT_NO_MEMORY : FAULT_DONE;
}

static void device_unmap(struct region *region, vaddr_t start, vaddr_t end)
{
	if (start < region->start || end > region->end || start >= end)
		world_complain("unmap() is told of a range that is not the region's");
}

static int device_protect(const struct region *region, uint32_t access)
{
	(void)region;
	return access & REGION_EXECUTE ? -EACCES : 0;
}

static int device_resize(const struct region *region, size_t bytes)
{
	if (bytes <= region->end - region->start)
		world_complain("resize() is asked to shrink");
	return -ENOSPC;
}

const struct memory_type anonymous = {
	.name = "anonymous",
	.zero_filled = true,
	.fault = anonymous_fault,
	.copy = space_share_pages,
	.share = anonymous_share,
};

const struct memory_type shared = {
	.name = "shared",
	.has_offset = true,
	.reference = object_reference,
	.release = object_release,
	.fault = object_fault,
	.writable = always_writable,
	.copy = object_copy,
	.share = object_share,
};

const struct memory_type private_view = {
	.name = "private view",
	.has_offset = true,
	.reference = object_reference,
	.release = object_release,
	.fault = object_fault,
	.copy = space_share_pages,
};

const struct memory_type device = {
	.name = "device",
	.has_offset = true,
	.stays_apart = true,
	.fault = device_fault,
	.unmap = device_unmap,
	.protect = device_protect,
	.resize = device_resize,
};

/* --- The whole -----------------------------------------------------------------------------------
 */

void world_start(void)
{
	memset(&world, 0, sizeof(world));
	frames_memory = malloc(frames_piece_bytes(WORLD_FRAMES));
	frames_init(&world.frames, NULL, NULL);
	if (frames_add(&world.frames, frames_memory, 0, WORLD_FRAMES))
		abort();
	slab_init(&world.chunks, "page chunk", OBJECT_BYTES(struct page_chunk), &slab_source);
	slab_init(&world.regions, "region", OBJECT_BYTES(struct region), &slab_source);
	world.memory = (struct memory_source){&world.frames, &world.chunks, &world.regions};
	for (int i = 0; i < WORLD_SPACES; i++) {
		space_init(&world.space[i], WORLD_LOW, WORLD_HIGH, &world.memory, &space_ops);
		for (int page = 0; page < WORLD_PAGES; page++)
			world.table[i][page].frame = FRAME_NONE;
	}
	for (int i = 0; i < WORLD_OBJECTS + WORLD_FRESH; i++)
		pages_init(&world.object[i].pages, &world.memory);
}

static void drop_page(void *context, const void *page)
{
	(void)context;
	page_protect(NULL, (void *)(uintptr_t)page, true);
	page_release(NULL, (void *)(uintptr_t)page);
}

void world_end(void)
{
	slab_visit(&world.chunks, drop_page, NULL);
	slab_visit(&world.regions, drop_page, NULL);
	free(frames_memory);
}

static const char *check_tables(int index)
{
	struct space *space = &world.space[index];

	for (int i = 0; i < WORLD_PAGES; i++) {
		const struct world_entry *entry = &world.table[index][i];
		vaddr_t address = WORLD_LOW + (vaddr_t)i * ARCH_PAGE_SIZE;
		const struct region *region = region_find(&space->regions, address);
		struct page_reference reference;

		if (entry->frame == FRAME_NONE)
			continue;
		if (!pages_find(&space->pages, address / ARCH_PAGE_SIZE, &reference) ||
		    reference.frame != entry->frame)
			return "an entry names a frame that is not the page's";
		if (entry->access & ~region->flags)
			return "an entry allows more than its region";
		if (entry->access & REGION_WRITE && !reference.writable)
			return "an entry may be written and nobody knows";
	}
	return NULL;
}

static const char *check_regions(int index, int *references)
{
	const struct region *region = region_first(&world.space[index].regions);

	for (; region; region = region_next(region)) {
		const struct region *next = region_next(region);

		if (next && region_continues(region, next))
			return "neighbours are not joined";
		for (int i = 0; i < WORLD_OBJECTS + WORLD_FRESH; i++)
			references[i] += region->object == &world.object[i];
	}
	return NULL;
}

const char *world_check(void)
{
	int references[WORLD_OBJECTS + WORLD_FRESH] = {0};
	struct sanity sanity;
	const char *wrong = world.wrong;

	sanity_begin(&sanity, &world.frames);
	for (int i = 0; i < WORLD_SPACES && !wrong; i++) {
		sanity_see_space(&sanity, &world.space[i]);
		wrong = check_tables(i) ?: check_regions(i, references);
	}
	for (int i = 0; i < WORLD_OBJECTS + WORLD_FRESH && !wrong; i++) {
		sanity_see_pages(&sanity, &world.object[i].pages, "object");
		if (references[i] != world.object[i].regions)
			wrong = "an object's regions are miscounted";
	}
	if (!wrong && !sanity_end(&sanity))
		wrong = sanity.wrong;
	return wrong ?: slab_check(&world.chunks) ?: slab_check(&world.regions);
}
