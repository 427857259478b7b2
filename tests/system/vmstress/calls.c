/* Random calls to VM. */
#include "model.h"

#include "stress.h"
#include <string.h>
#include <sys.h>

static uint64_t address_of(int page)
{
	return ARENA_START + (uint64_t)page * PAGE;
}

/* A range inside the arena, short ones more often; at most `most` pages. */
static void range_choose(uint64_t *random, int most, int *first, int *pages)
{
	const uint32_t limit = stress_below(random, 4) == 0 ? (uint32_t)most : 6;

	*pages = 1 + (int)stress_below(random, limit);
	*first = (int)stress_below(random, (uint32_t)(ARENA_PAGES - *pages + 1));
}

static uint32_t protection_choose(uint64_t *random)
{
	static const uint32_t protections[] = {
		RW, RW, RW, RW, VM_READ, VM_WRITE, 0, VM_EXECUTE, RW | VM_EXECUTE};

	return protections[stress_below(random, sizeof(protections) / sizeof(protections[0]))];
}

/* What a protection allows: VM lets nobody write or execute what he may not read. */
static uint32_t access_of(uint32_t protection)
{
	return protection | (protection != 0 ? VM_READ : 0);
}

/* --- The calls -------------------------------------------------------------------------------- */

static const struct {
	enum arena_kind kind;
	uint32_t flags;
} kinds[] = {
	{ARENA_ANONYMOUS, 0},
	{ARENA_ANONYMOUS, 0},
	{ARENA_ANONYMOUS, 0},
	{ARENA_ANONYMOUS, VM_MAP_GROWS_DOWN},
	{ARENA_SHARED, VM_MAP_SHARED},
	{ARENA_SHARED, VM_MAP_SHARED},
	{ARENA_CONTIGUOUS, VM_MAP_CONTIGUOUS},
	{ARENA_CONTIGUOUS, VM_MAP_CONTIGUOUS | VM_MAP_LOW},
	{ARENA_GUARD, VM_MAP_GUARD},
};

static const struct {
	enum arena_place place;
	uint32_t flags;
} places[] = {
	{ARENA_ANYWHERE, 0},
	{ARENA_FIXED, VM_MAP_FIXED},
	{ARENA_IF_FREE, VM_MAP_FIXED_NOREPLACE},
};

static void map_choose(struct actor *actor, uint64_t *random, struct expectation *call)
{
	struct vm_mmap_req *request = (struct vm_mmap_req *)call->request;
	const unsigned int what = stress_below(random, sizeof(kinds) / sizeof(kinds[0]));
	const unsigned int where = stress_below(random, sizeof(places) / sizeof(places[0]));
	struct arena_request wish = {.place = places[where].place, .kind = kinds[what].kind};
	int at;

	if (wish.kind == ARENA_SHARED && !arena_object_free())
		wish.kind = ARENA_ANONYMOUS;
	range_choose(random, OBJECT_PAGES, &wish.page, &wish.pages);
	call->type = VM_MMAP;
	request->protection = wish.kind == ARENA_GUARD ? 0 : protection_choose(random);
	request->flags = places[where].flags | (stress_below(random, 3) == 0 ? VM_MAP_POPULATE : 0);
	request->flags |= wish.kind == kinds[what].kind ? kinds[what].flags : 0;
	request->bytes = (uint64_t)wish.pages * PAGE;
	request->address = address_of(wish.page);
	if (wish.place == ARENA_ANYWHERE && stress_below(random, 2) == 0) {
		request->address = stress_below(random, 2) * 0x123u; /* none, or a bad one */
		wish.page = -1;
	}
	if (request->flags & VM_MAP_GROWS_DOWN) {
		wish.growth = wish.pages - 1;
		wish.pages = 1;
	}
	wish.access = access_of(request->protection);
	call->code = arena_map(&actor->arena, &wish, &at);
	call->has_address = true;
	call->address = address_of(at);
}

static void unmap_choose(struct actor *actor, uint64_t *random, struct expectation *call)
{
	struct vm_range_req *request = (struct vm_range_req *)call->request;
	int first, pages;

	range_choose(random, ARENA_PAGES / 2, &first, &pages);
	call->type = VM_MUNMAP;
	request->address = address_of(first);
	request->bytes = (uint64_t)pages * PAGE;
	call->code = arena_unmap(&actor->arena, first, pages);
}

/* Any range, or what is mapped around a place. */
static void range_mapped(const struct arena *arena, uint64_t *random, int *first, int *pages)
{
	range_choose(random, 16, first, pages);
	if (stress_below(random, 4) == 0)
		return;
	for (int i = 0; i < ARENA_PAGES && arena->page[*first].kind == ARENA_NONE; i++)
		*first = (*first + 1) % ARENA_PAGES;
	if (*pages > ARENA_PAGES - *first)
		*pages = ARENA_PAGES - *first;
	if (*pages > arena_region_end(arena, *first) - *first)
		*pages = arena_region_end(arena, *first) - *first;
	if (*pages > ARENA_PAGES - *first) /* a guard that goes on outside */
		*pages = ARENA_PAGES - *first;
}

static void protect_choose(struct actor *actor, uint64_t *random, struct expectation *call)
{
	struct vm_mprotect_req *request = (struct vm_mprotect_req *)call->request;
	int first, pages;

	range_mapped(&actor->arena, random, &first, &pages);
	call->type = VM_MPROTECT;
	request->protection = protection_choose(random);
	request->address = address_of(first);
	request->bytes = (uint64_t)pages * PAGE;
	call->code = arena_protect(&actor->arena, first, pages, access_of(request->protection));
}

static void remap_choose(struct actor *actor, uint64_t *random, struct expectation *call)
{
	struct vm_mremap_req *request = (struct vm_mremap_req *)call->request;
	enum arena_place place = stress_below(random, 3) == 0 ? ARENA_FIXED : ARENA_ANYWHERE;
	const bool may_move = place == ARENA_FIXED || stress_below(random, 2) == 0;
	int first, pages, to = 0, new_pages = 1 + (int)stress_below(random, 24);

	range_mapped(&actor->arena, random, &first, &pages);
	if (stress_below(random, 3) == 0)
		new_pages = pages;
	if (place == ARENA_FIXED)
		to = (int)stress_below(random, (uint32_t)(ARENA_PAGES - new_pages + 1));
	call->type = VM_MREMAP;
	request->flags =
		(may_move ? VM_MREMAP_MAYMOVE : 0) | (place == ARENA_FIXED ? VM_MREMAP_FIXED : 0);
	request->address = address_of(first);
	request->old_bytes = (uint64_t)pages * PAGE;
	request->new_bytes = (uint64_t)new_pages * PAGE;
	request->new_address = place == ARENA_FIXED ? address_of(to) : 0;
	call->code = arena_remap(&actor->arena, first, pages, new_pages, place, may_move, &to);
	call->has_address = true;
	call->address = address_of(to);
}

static void break_choose(struct actor *actor, uint64_t *random, struct expectation *call)
{
	struct vm_brk_req *request = (struct vm_brk_req *)call->request;

	call->type = VM_BRK;
	request->address = address_of(ARENA_HEAP) - PAGE + stress_below(random, 24 * PAGE);
	call->code = arena_break(&actor->arena, (u32)request->address);
	call->has_address = true;
	call->address = request->address;
}

void call_choose(struct actor *actor, bool own, uint64_t *random, struct expectation *call)
{
	static void (*const choices[])(struct actor *, uint64_t *, struct expectation *) = {
		map_choose,	map_choose,   map_choose,   unmap_choose, protect_choose,
		protect_choose, remap_choose, remap_choose, break_choose,
	};
	const uint32_t count = sizeof(choices) / sizeof(choices[0]) - !own;

	*call = (struct expectation){0};
	choices[stress_below(random, count)](actor, random, call);
}

void call_set_space(struct expectation *call, space_t space)
{
	memcpy(call->request, &space, sizeof(space));
}

/* --- Bad calls -------------------------------------------------------------------------------- */

void call_choose_bad(uint64_t *random, struct expectation *call)
{
	const uint64_t addresses[] = {ARENA_START + 1, ARENA_START, PROGRAM_END, UINT64_MAX - 4095,
				      1ull << 32 | ARENA_START};
	const uint64_t sizes[] = {PAGE, 0, PAGE, 4096, PAGE};
	const unsigned int bad = stress_below(random, 5);
	struct vm_range_req *range = (struct vm_range_req *)call->request;
	struct vm_mmap_req *map = (struct vm_mmap_req *)call->request;
	struct vm_mprotect_req *protect = (struct vm_mprotect_req *)call->request;
	struct vm_mremap_req *remap = (struct vm_mremap_req *)call->request;

	*call = (struct expectation){.code = -EINVAL};
	switch (stress_below(random, 5)) {
	case 0:
		call->type = VM_MUNMAP;
		range->address = addresses[bad];
		range->bytes = sizes[bad];
		break;
	case 1:
		call->type = VM_MMAP;
		map->flags = VM_MAP_FIXED;
		map->address = addresses[bad];
		map->bytes = sizes[bad];
		break;
	case 2:
		call->type = VM_MMAP;
		map->flags = VM_MAP_SHARED | VM_MAP_GUARD;
		map->bytes = PAGE;
		break;
	case 3:
		call->type = VM_MPROTECT;
		protect->protection = 8u << bad;
		protect->address = ARENA_START;
		protect->bytes = PAGE;
		break;
	case 4:
		call->type = VM_MREMAP;
		remap->flags = bad % 2 ? VM_MREMAP_FIXED : VM_MREMAP_MAYMOVE;
		remap->address = ARENA_START + (bad % 2 ? 0 : 8);
		remap->old_bytes = PAGE;
		remap->new_bytes = PAGE;
		remap->new_address = ARENA_START + 8 * PAGE;
		break;
	}
}

bool call_check(const struct actor *actor, const struct expectation *call, int code,
		uint64_t address)
{
	const uint64_t *request = (const uint64_t *)call->request;

	if (code == call->code && (code != 0 || !call->has_address || address == call->address))
		return true;
	return stress_fail("space %#x, call %#x (%llx %llx %llx %llx %llx) answers %d, %#llx, not "
			   "%d, %#llx",
			   actor->worker.space, call->type, request[0], request[1], request[2],
			   request[3], request[4], code, address, call->code, call->address);
}
