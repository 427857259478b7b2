/* Comparing spaces with their models: contents by the program and by the kernel's copies, what is
 * not there by copies that fail, regions by what VM tells. */
#include "model.h"

#include "stress.h"
#include <skerry/kernel_call.h>
#include <string.h>

static uint32_t address_of(int page)
{
	return ARENA_START + (uint32_t)page * PAGE;
}

static bool is_readable(const struct arena *arena, int page)
{
	return arena->page[page].access & VM_READ;
}

static bool words_check(struct actor *actor, int page, const char *who, const uint32_t *found)
{
	const struct arena_words *words = arena_words(&actor->arena, page);

	if (found[0] == words->first && found[1] == words->last)
		return true;
	return stress_fail("space %#x, page %#x: %s sees %#x, %#x, not %#x, %#x",
			   actor->worker.space, address_of(page), who, found[0], found[1],
			   words->first, words->last);
}

static bool copy_words(struct actor *actor, int page, uint32_t flags, uint32_t *found)
{
	return world_copy_from(&actor->worker, address_of(page), &found[0], 4, flags) == 0 &&
	       world_copy_from(&actor->worker, address_of(page) + PAGE - 4, &found[1], 4, flags) ==
		       0;
}

/* Without VM's help, which would let stacks grow. */
static bool absent_check(struct actor *actor, int page)
{
	uint32_t found[2];

	if (!copy_words(actor, page, CPF_TRY, found))
		return true;
	return stress_fail("space %#x, page %#x: the kernel reads what nobody may",
			   actor->worker.space, address_of(page));
}

static bool copy_check(struct actor *actor, int page)
{
	uint32_t found[2];

	if (!copy_words(actor, page, 0, found))
		return stress_fail("space %#x, page %#x: the kernel cannot read it",
				   actor->worker.space, address_of(page));
	return words_check(actor, page, "the kernel", found);
}

/* So many readable pages from `first` on that one look takes. */
static int look_length(const struct actor *actor, int first)
{
	int pages = 0;

	while (pages < (int)WORK_LOOK_PAGES && first + pages < ARENA_PAGES &&
	       is_readable(&actor->arena, first + pages))
		pages++;
	return pages;
}

static bool look_check(struct actor *actor, int first, int pages)
{
	const struct work_command command = {
		.kind = WORK_LOOK,
		.count = (uint32_t)pages,
		.address = address_of(first),
	};

	world_command(&actor->worker, &command);
	world_wait(&actor->worker);
	if (actor->worker.signals != 0)
		return stress_fail("space %#x, %d pages from %#x: the program cannot read them",
				   actor->worker.space, pages, address_of(first));
	for (int i = 0; i < pages; i++) {
		if (!words_check(actor, first + i, "the program",
				 &actor->worker.result.word[2 * i]))
			return false;
	}
	return true;
}

/* --- Regions ---------------------------------------------------------------------------------- */

static const struct {
	const char *type;
	uint32_t flags;
} kinds[] = {
	[ARENA_ANONYMOUS] = {"anonymous", 0},
	[ARENA_SHARED] = {"shared", VM_MAP_SHARED},
	[ARENA_CONTIGUOUS] = {"contiguous", VM_MAP_CONTIGUOUS},
	[ARENA_GUARD] = {"guard", VM_MAP_GUARD},
};

/* The region of the model that holds the page is VM's. A guard may go on outside. */
static bool region_check(const struct actor *actor, int first, const struct vm_region_info *region)
{
	const struct arena_page *page = &actor->arena.page[first];
	const int end = arena_region_end(&actor->arena, first);
	const uint32_t flags =
		kinds[page->kind].flags | (page->floor < first ? VM_MAP_GROWS_DOWN : 0);
	const uint64_t region_end = region->address + region->bytes;

	if ((region->address == address_of(first) ||
	     (first == 0 && page->kind == ARENA_GUARD && region->address < ARENA_START)) &&
	    (region_end == address_of(end) ||
	     (end > ARENA_PAGES && region_end > address_of(ARENA_PAGES))) &&
	    region->protection == page->access && region->flags == flags &&
	    strcmp(region->type, kinds[page->kind].type) == 0)
		return true;
	return stress_fail("space %#x: a region %#llx, %#llx bytes, protection %u, flags %#x, %s; "
			   "not %#x to %#x, %u, %#x, %s",
			   actor->worker.space, region->address, region->bytes, region->protection,
			   region->flags, region->type, address_of(first), address_of(end),
			   page->access, flags, kinds[page->kind].type);
}

static bool regions_check(const struct actor *actor)
{
	const struct arena *arena = &actor->arena;
	struct vm_region_info region;

	for (int page = 0; page < ARENA_PAGES; page = arena_region_end(arena, page)) {
		while (page < ARENA_PAGES && arena->page[page].kind == ARENA_NONE)
			page++;
		if (page == ARENA_PAGES)
			break;
		if (!region_get(actor->worker.space, address_of(page), &region))
			return stress_fail("space %#x has no region at %#x", actor->worker.space,
					   address_of(page));
		if (!region_check(actor, page, &region))
			return false;
	}
	return true;
}

bool actor_verify(struct actor *actor)
{
	bool by_program = false, good = regions_check(actor);

	for (int page = 0; page < ARENA_PAGES && good;) {
		int pages = look_length(actor, page);

		if (pages == 0) {
			good = absent_check(actor, page++);
			continue;
		}
		if (by_program)
			good = look_check(actor, page, pages);
		else
			good = copy_check(actor, page);
		page += by_program ? pages : 1;
		by_program = !by_program;
	}
	return good;
}
