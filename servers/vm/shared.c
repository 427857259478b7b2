/* Shared memory objects. */
#include "shared.h"

#include "memory.h"
#include "type.h"
#include <skerry/errno.h>

static struct link objects = LINK_HEAD(objects);

struct shared *shared_create(uint64_t bytes)
{
	struct shared *shared = slab_allocate(&shared_slab);
	USE(shared);

	if (shared == NULL)
		return NULL;
	pages_init(&shared->pages, &memory_source);
	shared->bytes = bytes;
	link_append(&objects, &shared->link);
	return shared;
}

void shared_drop(struct shared *shared)
{
	USE(shared);

	pages_clear(&shared->pages, 0, (size_t)(shared->bytes / ARCH_PAGE_SIZE));
	link_remove(&objects, &shared->link);
	slab_free(&shared_slab, shared);
}

void shared_keep(struct shared *shared)
{
	slab_write(shared);
	shared->regions++;
}

void shared_release(struct shared *shared)
{
	slab_write(shared);
	if (--shared->regions == 0)
		shared_drop(shared);
}

static void reference(struct region *region)
{
	shared_keep(region->object);
}

static void release(struct region *region)
{
	shared_release(region->object);
}

/* The object's page, made at the first touch by anybody: 0 or -ENOMEM. */
static int page_get(struct shared *shared, page_t page, uint32_t level, frame_t *frame)
{
	struct page_reference reference_found;
	int error;

	slab_write(shared);
	if (pages_find(&shared->pages, page, &reference_found)) {
		*frame = reference_found.frame;
		return 0;
	}
	error = pages_reserve(&shared->pages, page);
	if (error != 0)
		return error;
	error = frame_allocate(&frames, FRAME_ANONYMOUS, level, true, frame);
	if (error != 0)
		pages_unreserve(&shared->pages, page, 1);
	else
		pages_set(&shared->pages, page, *frame, true);
	return error;
}

enum fault_result shared_fault(struct shared *shared, struct region *region, vaddr_t page)
{
	const uint64_t offset = region->offset + (page - region->start);
	frame_t frame;

	if (page_get(shared, (page_t)(offset / ARCH_PAGE_SIZE), vm_space_level(vm_space_of(region)),
		     &frame) != 0)
		return FAULT_NO_MEMORY;
	frame_reference(&frames, frame);
	if (space_add_page(region, page, frame) == 0)
		return FAULT_DONE;
	frames_release(&frames, frame, 1);
	return FAULT_NO_MEMORY;
}

static enum fault_result fault(struct region *region, vaddr_t page, bool write)
{
	(void)write;
	return shared_fault(region->object, region, page);
}

/* --- Fork ------------------------------------------------------------------------------------- */

/* The object has other users, so that nothing of it goes with the region's reference. */
int shared_copy(const struct shared *shared, struct region *to)
{
	const page_t first = (page_t)(to->offset / ARCH_PAGE_SIZE);
	const page_t last = first + (to->end - to->start) / ARCH_PAGE_SIZE;
	struct page_reference present;
	page_t page = first;
	int error = 0;

	share_retype(to, &type_anonymous);
	for (; error == 0 && pages_next(&shared->pages, page, last, &present);
	     page = present.page + 1)
		error = type_copy_page(to, to->start + (present.page - first) * ARCH_PAGE_SIZE,
				       present.frame);
	return error;
}

static int copy(struct region *from, struct region *to)
{
	if (from->flags & REGION_SHARED)
		return 0; /* the child's faults find the object */
	return shared_copy(from->object, to);
}

/* --- Shown elsewhere -------------------------------------------------------------------------- */

static int duplicate(const struct region *region, frame_t from, frame_t *made)
{
	return memory_duplicate(from, vm_space_level(vm_space_of(region)), made);
}

int shared_from_private(const struct region *region, vaddr_t start, vaddr_t end,
			struct share_part *part)
{
	struct shared *shared = shared_create(end - start);
	int error;

	if (shared == NULL)
		return -ENOMEM;
	error = share_fill(region, start, end, &shared->pages, duplicate);
	if (error != 0) {
		shared_drop(shared);
		return error;
	}
	part->type = &type_shared;
	part->object = shared;
	part->fresh = &shared->pages;
	return 0;
}

static int share(const struct region *region, vaddr_t start, vaddr_t end, struct share_part *part)
{
	(void)end;
	part->type = &type_shared;
	part->object = region->object;
	part->offset = region->offset + (start - region->start);
	return 0;
}

uint32_t shared_limits(uint32_t access)
{
	return SHARED_LIMITED | SHARED_DENY(REGION_ACCESS & ~access);
}

int shared_protect(const struct region *region, uint32_t access)
{
	return region->flags & SHARED_DENY(access) ? -EACCES : 0;
}

bool shared_writable(const struct region *region, const struct page_reference *reference)
{
	(void)region, (void)reference;
	return true;
}

static int resize(const struct region *region, size_t bytes)
{
	const struct shared *shared = region->object;

	if (region->flags & SHARED_LIMITED)
		return -ENOMEM;
	return region->offset + bytes <= shared->bytes ? 0 : -ENOMEM;
}

const struct memory_type type_shared = {
	.name = "shared",
	.has_offset = true,
	.reference = reference,
	.release = release,
	.fault = fault,
	.writable = shared_writable,
	.copy = copy,
	.protect = shared_protect,
	.resize = resize,
	.share = share,
};

void shared_visit(struct sanity *sanity)
{
	for (struct link *link = objects.next; link != &objects; link = link->next) {
		struct shared *shared = link_object(link, struct shared, link);

		sanity_see_pages(sanity, &shared->pages, "shared memory");
	}
}
