/* Frames held for devices. Invariant: an entry is in the ring of the space it names, or in
 * `orphans`; each holds each of its frames once.
 */
#include "dma.h"

#include "memory.h"
#include "type.h"
#include <skerry/errno.h>

#define ENTRIES_MAX 1024u /* of one space */

static struct link orphans = LINK_HEAD(orphans);
static uint64_t last_number;

static struct dma *dma_of(const struct link *link)
{
	return link_object(link, struct dma, link);
}

static struct dma *find(const struct link *head, space_t id, frame_t first, uint32_t count)
{
	for (struct link *link = head->next; link != head; link = link->next) {
		struct dma *dma = dma_of(link);

		if (dma->space == id && dma->first == first && dma->count == count)
			return dma;
	}
	return NULL;
}

/* A page of the space that has this frame. */
static bool page_of(const struct vm_space *space, frame_t frame, page_t *page)
{
	struct page_reference reference;

	for (*page = 0; pages_next(&space->space.pages, *page, UINTPTR_MAX, &reference);
	     *page = reference.page + 1) {
		if (reference.frame == frame) {
			*page = reference.page;
			return true;
		}
	}
	return false;
}

/* Private memory that somebody else has too becomes another frame at the next write: the device and
 * its driver would part. */
static bool is_own(const struct vm_space *space, page_t page, frame_t frame)
{
	const struct region *region = region_find(&space->space.regions, page * ARCH_PAGE_SIZE);

	return region->type != &type_anonymous || frame_references(&frames, frame) <= 1;
}

/* Neighbours in memory are most often neighbours in the space: one search a piece. */
static bool stand_in(const struct vm_space *space, frame_t first, uint32_t count)
{
	struct page_reference reference;
	uint32_t done = 0;
	page_t page;

	while (done < count) {
		if (!frame_is_memory(&frames, first + done) || !page_of(space, first + done, &page))
			return false;
		do {
			if (!is_own(space, page, first + done))
				return false;
			done++;
			page++;
		} while (done < count && pages_find(&space->space.pages, page, &reference) &&
			 reference.frame == first + done &&
			 frame_is_memory(&frames, reference.frame));
	}
	return true;
}

int dma_add(struct vm_space *space, frame_t first, uint32_t count)
{
	struct dma *dma;
	USE(space);

	if (!stand_in(space, first, count))
		return -EFAULT;
	if (find(&space->dma, space->id, first, count) != NULL)
		return -EEXIST;
	if (space->dma_count == ENTRIES_MAX)
		return -ENOSPC;
	dma = slab_allocate(&dma_slab);
	if (dma == NULL)
		return -ENOMEM;

	/* Nothing fails from here. */
	*dma = (struct dma){
		.space = space->id,
		.first = first,
		.count = count,
		.number = ++last_number,
	};
	link_append(&space->dma, &dma->link);
	space->dma_count++;
	frames_hold(&frames, first, count);
	return 0;
}

int dma_delete(struct vm_space *space, space_t id, frame_t first, uint32_t count)
{
	struct dma *dma = space != NULL ? find(&space->dma, id, first, count) : NULL;
	USE(space);

	if (dma != NULL) {
		link_remove(&space->dma, &dma->link);
		space->dma_count--;
	} else {
		dma = find(&orphans, id, first, count);
		if (dma == NULL)
			return -ENOENT;
		link_remove(&orphans, &dma->link);
	}
	frames_unhold(&frames, first, count);
	slab_free(&dma_slab, dma);
	return 0;
}

const struct dma *dma_orphan(uint64_t number)
{
	const struct dma *found = NULL;

	for (const struct link *link = orphans.next; link != &orphans; link = link->next) {
		const struct dma *dma = dma_of(link);

		if (dma->number >= number && (found == NULL || dma->number < found->number))
			found = dma;
	}
	return found;
}

void dma_space_end(struct vm_space *space)
{
	USE(space);

	link_move(&space->dma, &orphans);
	space->dma_count = 0;
}

static void rename_entries(const struct vm_space *space)
{
	for (struct link *link = space->dma.next; link != &space->dma; link = link->next) {
		slab_write(link);
		dma_of(link)->space = space->id;
	}
}

void dma_swap(struct vm_space *a, struct vm_space *b)
{
	const uint32_t count = a->dma_count;
	USE(a);
	USE(b);

	link_swap(&a->dma, &b->dma);
	a->dma_count = b->dma_count;
	b->dma_count = count;
	rename_entries(a);
	rename_entries(b);
}

/* --- Checks ----------------------------------------------------------------------------------- */

#ifdef CONFIG_DEBUG
static struct sanity *seeing;

static void ring_see(const struct link *head)
{
	for (const struct link *link = head->next; link != head; link = link->next)
		sanity_see_hold(seeing, dma_of(link)->first, dma_of(link)->count, "dma");
}

static void space_see(struct vm_space *space)
{
	ring_see(&space->dma);
}

void dma_see(struct sanity *sanity)
{
	seeing = sanity;
	vm_spaces_visit(space_see);
	ring_see(&orphans);
}
#endif
