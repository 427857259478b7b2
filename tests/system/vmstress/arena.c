/* The model of one space. A page outside the arena is a guard's. */
#include "arena.h"

#include <string.h>
#include <sys.h>

#define GUARD_PAGES 16 /* below what may grow */

struct object {
	unsigned int users; /* pages that show it */
	int pages;
	struct arena_words words[OBJECT_PAGES];
};

static struct object objects[ARENA_OBJECTS];

static bool inside(int page)
{
	return page >= 0 && page < ARENA_PAGES;
}

static enum arena_kind kind_at(const struct arena *arena, int page)
{
	return inside(page) ? arena->page[page].kind : ARENA_GUARD;
}

static int floor_of(const struct arena *arena, int page)
{
	return inside(page) ? arena->page[page].floor : page;
}

/* --- Regions ---------------------------------------------------------------------------------- */

/* Are the page and the one before it of one region? */
static bool continues(const struct arena *arena, int page)
{
	const struct arena_page *left, *right;

	if (kind_at(arena, page - 1) != kind_at(arena, page) ||
	    kind_at(arena, page) == ARENA_NONE || floor_of(arena, page) != page)
		return false;
	if (!inside(page) || !inside(page - 1))
		return true;
	left = &arena->page[page - 1];
	right = &arena->page[page];
	if (left->access != right->access)
		return false;
	if (right->kind == ARENA_SHARED)
		return left->object == right->object && left->offset + 1 == right->offset;
	return right->kind != ARENA_CONTIGUOUS || !right->cut;
}

int arena_region_start(const struct arena *arena, int page)
{
	while (page >= 0 && continues(arena, page))
		page--;
	return page;
}

int arena_region_end(const struct arena *arena, int page)
{
	do
		page++;
	while (page <= ARENA_PAGES && continues(arena, page));
	return page;
}

/* The first page of the region that is there or follows. */
static int next_start(const struct arena *arena, int page)
{
	while (kind_at(arena, page) == ARENA_NONE)
		page++;
	return page;
}

/* The page after the last one used below `page`. */
static int end_before(const struct arena *arena, int page)
{
	while (kind_at(arena, page - 1) == ARENA_NONE)
		page--;
	return page;
}

/* From where on a region keeps others away that choose no place. */
static int reach(const struct arena *arena, int start)
{
	const int lowest = floor_of(arena, start);

	return lowest == start ? start : lowest - GUARD_PAGES;
}

static bool is_free(const struct arena *arena, int first, int pages)
{
	if (kind_at(arena, first) != ARENA_NONE)
		return false;
	return reach(arena, next_start(arena, first)) >= first + pages;
}

static bool is_unused(const struct arena *arena, int first, int pages)
{
	return next_start(arena, first) >= first + pages;
}

/* The highest room; -1: there is none. */
static int find_gap(const struct arena *arena, int pages)
{
	for (int start = ARENA_PAGES; start >= 0;) {
		const int end = end_before(arena, start);

		if (reach(arena, start) - end >= pages)
			return reach(arena, start) - pages;
		start = arena_region_start(arena, end - 1);
	}
	return -1;
}

/* --- Pages ------------------------------------------------------------------------------------ */

static void page_take(struct arena *arena, int page, struct arena_page content)
{
	if (content.kind == ARENA_SHARED)
		objects[content.object].users++;
	arena->page[page] = content;
	arena->page[page].floor = (int16_t)page;
}

static void page_drop(struct arena *arena, int page)
{
	if (arena->page[page].kind == ARENA_SHARED)
		objects[arena->page[page].object].users--;
	arena->page[page] = (struct arena_page){.floor = (int16_t)page};
	if (inside(page + 1)) /* whatever comes here is another region */
		arena->page[page + 1].cut = true;
}

void arena_init(struct arena *arena)
{
	memset(arena, 0, sizeof(*arena));
	for (int page = 0; page < ARENA_PAGES; page++)
		arena->page[page].floor = (int16_t)page;
	arena->heap_end = ARENA_START + ARENA_HEAP * PAGE;
}

void arena_clear(struct arena *arena)
{
	for (int page = 0; page < ARENA_PAGES; page++)
		page_drop(arena, page);
}

void arena_fork(const struct arena *from, struct arena *to)
{
	*to = *from;
	for (int page = 0; page < ARENA_PAGES; page++) {
		if (to->page[page].kind == ARENA_SHARED)
			objects[to->page[page].object].users++;
		else if (to->page[page].kind == ARENA_CONTIGUOUS)
			page_drop(to, page);
	}
}

struct arena_words *arena_words(struct arena *arena, int page)
{
	struct arena_page *found = &arena->page[page];

	return found->kind == ARENA_SHARED ? &objects[found->object].words[found->offset]
					   : &found->words;
}

/* --- Objects ---------------------------------------------------------------------------------- */

static unsigned int object_find(void)
{
	unsigned int object = 0;

	while (object < ARENA_OBJECTS && objects[object].users > 0)
		object++;
	return object;
}

bool arena_object_free(void)
{
	return object_find() < ARENA_OBJECTS;
}

static uint8_t object_make(int pages)
{
	const unsigned int object = object_find();

	assert(object < ARENA_OBJECTS && pages <= OBJECT_PAGES);
	objects[object] = (struct object){.pages = pages};
	return (uint8_t)object;
}

/* --- Calls ------------------------------------------------------------------------------------ */

static int choose_place(const struct arena *arena, const struct arena_request *request, int *at)
{
	const int below = request->growth > 0 ? request->growth + GUARD_PAGES : 0;
	const int wish = request->page + request->growth;

	*at = wish;
	if (request->place == ARENA_IF_FREE &&
	    !is_unused(arena, request->page, request->growth + request->pages))
		return -EEXIST;
	if (request->place != ARENA_ANYWHERE)
		return 0;
	if (request->page >= 0 && is_free(arena, wish - below, below + request->pages))
		return 0;
	*at = find_gap(arena, below + request->pages);
	if (*at < 0)
		return -ENOMEM;
	*at += below;
	return 0;
}

int arena_map(struct arena *arena, const struct arena_request *request, int *at)
{
	struct arena_page content = {.kind = request->kind, .access = (uint8_t)request->access};
	const int error = choose_place(arena, request, at);

	if (error != 0)
		return error;
	if (request->place == ARENA_FIXED)
		(void)arena_unmap(arena, request->page, request->growth + request->pages);
	if (request->kind == ARENA_SHARED)
		content.object = object_make(request->pages);
	for (int page = 0; page < request->pages; page++) {
		content.cut = page == 0;
		content.offset = (int16_t)page;
		page_take(arena, *at + page, content);
	}
	arena->page[*at].floor = (int16_t)(*at - request->growth);
	*at -= request->growth;
	return 0;
}

/* A region that loses its lowest pages may still grow as low; the upper part of a hole may not. */
int arena_unmap(struct arena *arena, int first, int pages)
{
	const int end = first + pages;
	int lowest = end;

	if (inside(end) && continues(arena, end)) {
		const int start = arena_region_start(arena, end - 1);

		if (start >= first && floor_of(arena, start) != start)
			lowest = floor_of(arena, start);
	}
	for (int page = first; page < end; page++)
		page_drop(arena, page);
	if (inside(end) && lowest != end)
		arena->page[end].floor = (int16_t)lowest;
	return 0;
}

/* Contiguous memory never grows together again. */
static void mark_cut(struct arena *arena, int page, uint32_t access)
{
	if (inside(page) && arena->page[page].kind == ARENA_CONTIGUOUS &&
	    arena->page[page].access != access && continues(arena, page))
		arena->page[page].cut = true;
}

int arena_protect(struct arena *arena, int first, int pages, uint32_t access)
{
	for (int page = first; page < first + pages; page++) {
		if (kind_at(arena, page) == ARENA_NONE)
			return -ENOMEM;
		if (kind_at(arena, page) == ARENA_GUARD && access != 0)
			return -EACCES;
	}
	mark_cut(arena, first, access);
	mark_cut(arena, first + pages, access);
	for (int page = first; page < first + pages; page++)
		arena->page[page].access = (uint8_t)access;
	return 0;
}

static int check_growth(const struct arena *arena, int first, int more)
{
	const struct arena_page *page = &arena->page[first];
	int start, end;

	if (more <= 0 || page->kind == ARENA_ANONYMOUS || page->kind == ARENA_GUARD)
		return 0;
	if (page->kind == ARENA_CONTIGUOUS)
		return -EINVAL;
	start = arena_region_start(arena, first);
	end = arena_region_end(arena, first);
	return arena->page[start].offset + end - start + more <= objects[page->object].pages
		       ? 0
		       : -ENOMEM;
}

/* What continues the page `steps` further, as nobody has touched it. */
static struct arena_page page_after(const struct arena_page *page, int steps)
{
	struct arena_page next = *page;

	next.words = (struct arena_words){0, 0};
	next.cut = false;
	next.offset = (int16_t)(page->offset + steps);
	return next;
}

static void resize_here(struct arena *arena, int first, int old_pages, int new_pages)
{
	const struct arena_page last = arena->page[first + old_pages - 1];

	if (new_pages < old_pages)
		(void)arena_unmap(arena, first + new_pages, old_pages - new_pages);
	for (int page = old_pages; page < new_pages; page++)
		page_take(arena, first + page, page_after(&last, page - old_pages + 1));
}

/* As VM does it, in its order: what loses its lowest part only in the second step may no longer
 * grow. */
static void move(struct arena *arena, int first, int old_pages, int new_pages, int to)
{
	const int kept = new_pages < old_pages ? new_pages : old_pages;
	struct arena_page moved[ARENA_PAGES];

	memcpy(moved, &arena->page[first], (size_t)old_pages * sizeof(moved[0]));
	for (int page = old_pages; page < new_pages; page++)
		moved[page] = page_after(&moved[old_pages - 1], page - old_pages + 1);
	moved[0].cut = true;
	if (kept < old_pages)
		(void)arena_unmap(arena, first + kept, old_pages - kept);
	(void)arena_unmap(arena, first, kept);
	for (int page = 0; page < new_pages; page++)
		page_take(arena, to + page, moved[page]);
}

int arena_remap(struct arena *arena, int first, int old_pages, int new_pages,
		enum arena_place place, bool may_move, int *to)
{
	const int end = first + old_pages, more = new_pages - old_pages;
	int error;

	if (kind_at(arena, first) == ARENA_NONE || arena_region_end(arena, first) < end)
		return -EFAULT;
	error = check_growth(arena, first, more);
	if (error != 0)
		return error;
	if (place == ARENA_ANYWHERE &&
	    (more <= 0 || (arena_region_end(arena, first) == end && is_free(arena, end, more)))) {
		resize_here(arena, first, old_pages, new_pages);
		*to = first;
		return 0;
	}
	if (!may_move)
		return -ENOMEM;
	if (place == ARENA_ANYWHERE && (*to = find_gap(arena, new_pages)) < 0)
		return -ENOMEM;
	if (*to < end && first < *to + new_pages)
		return -EINVAL;
	if (place == ARENA_FIXED)
		(void)arena_unmap(arena, *to, new_pages);
	move(arena, first, old_pages, new_pages, *to);
	return 0;
}

static int page_up(u32 address)
{
	return (int)((address - ARENA_START + PAGE - 1) / PAGE);
}

int arena_break(struct arena *arena, u32 address)
{
	const int old_end = page_up(arena->heap_end), end = page_up(address);
	const struct arena_request request = {
		.place = ARENA_IF_FREE,
		.page = old_end,
		.pages = end - old_end,
		.kind = ARENA_ANONYMOUS,
		.access = RW,
	};
	int at;

	if (address < ARENA_START + ARENA_HEAP * PAGE)
		return -ENOMEM;
	if (end > ARENA_PAGES || (end > old_end && arena_map(arena, &request, &at) != 0))
		return -ENOMEM;
	if (end < old_end)
		(void)arena_unmap(arena, end, old_end - end);
	arena->heap_end = address;
	return 0;
}

/* --- Touches ---------------------------------------------------------------------------------- */

static void grow_down(struct arena *arena, int page)
{
	const int start = next_start(arena, page), lowest = floor_of(arena, start);
	struct arena_page more;

	if (page < lowest || page - end_before(arena, page) < GUARD_PAGES)
		return;
	more = page_after(&arena->page[start], 0);
	arena->page[start].floor = (int16_t)start;
	for (int new = page; new < start; new ++)
		page_take(arena, new, more);
	arena->page[page].floor = (int16_t)lowest;
}

bool arena_touch(struct arena *arena, int page, uint32_t access)
{
	if (arena->page[page].kind == ARENA_NONE)
		grow_down(arena, page);
	return arena->page[page].kind != ARENA_NONE && !(access & ~arena->page[page].access);
}
