/* Shared memory objects. */
#include "shared.h"

#include "memory.h"
#include "type.h"
#include <skerry/errno.h>

static struct shared *objects;

struct shared *shared_create(uint64_t bytes)
{
	struct shared *shared = slab_allocate(&shared_slab);
	USE(shared);

	if (shared == NULL)
		return NULL;
	pages_init(&shared->pages, &memory_source);
	shared->bytes = bytes;
	shared->next = objects;
	if (objects != NULL) {
		slab_write(objects);
		objects->previous = shared;
	}
	objects = shared;
	return shared;
}

void shared_drop(struct shared *shared)
{
	USE(shared);

	pages_clear(&shared->pages, 0, (size_t)(shared->bytes / ARCH_PAGE_SIZE));
	if (shared->next != NULL) {
		slab_write(shared->next);
		shared->next->previous = shared->previous;
	}
	if (shared->previous != NULL) {
		slab_write(shared->previous);
		shared->previous->next = shared->next;
	} else {
		objects = shared->next;
	}
	slab_free(&shared_slab, shared);
}

static void reference(struct region *region)
{
	struct shared *shared = region->object;

	slab_write(shared);
	shared->regions++;
}

static void release(struct region *region)
{
	struct shared *shared = region->object;

	slab_write(shared);
	if (--shared->regions == 0)
		shared_drop(shared);
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

static enum fault_result fault(struct region *region, vaddr_t page, bool write)
{
	const uint64_t offset = region->offset + (page - region->start);
	frame_t frame;

	(void)write;
	if (page_get(region->object, (page_t)(offset / ARCH_PAGE_SIZE),
		     vm_space_level(vm_space_of(region)), &frame) != 0)
		return FAULT_NO_MEMORY;
	frame_reference(&frames, frame);
	if (space_add_page(region, page, frame) == 0)
		return FAULT_DONE;
	frames_release(&frames, frame, 1);
	return FAULT_NO_MEMORY;
}

static int copy(struct region *from, struct region *to)
{
	(void)from, (void)to; /* the child's faults find the object */
	return 0;
}

static int resize(const struct region *region, size_t bytes)
{
	const struct shared *shared = region->object;

	return region->offset + bytes <= shared->bytes ? 0 : -ENOMEM;
}

const struct memory_type type_shared = {
	.name = "shared",
	.has_offset = true,
	.reference = reference,
	.release = release,
	.fault = fault,
	.copy = copy,
	.resize = resize,
};

void shared_visit(struct sanity *sanity)
{
	for (struct shared *shared = objects; shared != NULL; shared = shared->next)
		sanity_see_pages(sanity, &shared->pages, "shared memory");
}
