/* Showing and copying between spaces, against a model in which every page of a space shows a cell,
 * and cells hold numbers: pages that show one cell are one for all. Slabs are those of the debug
 * build: a write outside of USE() faults. Operations that take memory are tried with each request
 * for it failing in turn.
 */
#include "random.h"
#include "region_world.h"
#include "test.h"

#include "servers/vm/space_copy.h"
#include "servers/vm/space_share.h"
#include <skerry/errno.h>
#include <stdio.h>
#include <string.h>

#define PAGE ARCH_PAGE_SIZE
#define READ_WRITE (REGION_READ | REGION_WRITE)
#define CELLS 100000
#define LENGTH_MAX 12u /* pages of a range */
#define PLACES 64u     /* pages that ranges begin at */

struct model_page {
	unsigned int cell; /* 0: nothing is mapped */
	uint32_t access;
	bool is_shared; /* with children */
};

static struct model_page model[WORLD_SPACES][WORLD_PAGES];
static uint32_t cells[CELLS];
static unsigned int cell_count;
static uint64_t state;
static unsigned int shown, copied, forgotten, failed, refused;

/* What an operation is about. */
struct play {
	int from, to;
	unsigned int page, other, count;
	uint32_t access;
};

static vaddr_t at(unsigned int page)
{
	return WORLD_LOW + (vaddr_t)page * PAGE;
}

static unsigned int cell_make(uint32_t value)
{
	cells[++cell_count] = value;
	return cell_count;
}

/* What a program would read, without paging it in. */
static uint32_t peek(int space, unsigned int page)
{
	const struct region *region = region_find(&world.space[space].regions, at(page));
	struct page_reference present;
	const struct world_object *object = region->object;

	if (pages_find(&world.space[space].pages, at(page) / PAGE, &present))
		return world.content[present.frame];
	if (region->type == &shared &&
	    pages_find(&object->pages, (region->offset + (at(page) - region->start)) / PAGE,
		       &present))
		return world.content[present.frame];
	return 0;
}

static const char *compare(void)
{
	const char *wrong = world_check();

	for (int space = 0; space < WORLD_SPACES && !wrong; space++) {
		for (unsigned int page = 0; page < WORLD_PAGES && !wrong; page++) {
			const struct region *region =
				region_find(&world.space[space].regions, at(page));
			const struct model_page *wanted = &model[space][page];

			if (!region != !wanted->cell)
				wrong = "a page is there, or not";
			else if (region && (region->flags & REGION_ACCESS) != wanted->access)
				wrong = "a page has another access";
			else if (region && peek(space, page) != cells[wanted->cell])
				wrong = "a page has another content";
		}
	}
	return wrong;
}

/* --- Operations ------------------------------------------------------------------------------- */

static int do_map(const struct play *play)
{
	const struct space_request request = {.address = at(play->page),
					      .bytes = play->count * PAGE,
					      .placement = SPACE_FIXED,
					      .flags = READ_WRITE,
					      .type = &anonymous};
	vaddr_t start;

	for (unsigned int i = 0; i < play->count; i++)
		model[play->from][play->page + i] =
			(struct model_page){cell_make(0), READ_WRITE, false};
	return space_map(&world.space[play->from], &request, &start);
}

static int do_unmap(const struct play *play)
{
	memset(&model[play->from][play->page], 0, play->count * sizeof(struct model_page));
	return space_unmap(&world.space[play->from], at(play->page), play->count * PAGE);
}

static int do_protect(const struct play *play)
{
	for (unsigned int i = 0; i < play->count; i++)
		if (!model[play->from][play->page + i].cell)
			return 0;
	for (unsigned int i = 0; i < play->count; i++)
		model[play->from][play->page + i].access = play->access;
	return space_protect(&world.space[play->from], at(play->page), play->count * PAGE,
			     play->access);
}

static int do_write(const struct play *play)
{
	const struct model_page *page = &model[play->from][play->page];
	const struct world_entry *entry = &world.table[play->from][play->page];

	if (!(page->access & REGION_WRITE))
		return 0;
	if (!(entry->access & REGION_WRITE) || entry->frame == FRAME_NONE) {
		if (space_fault(&world.space[play->from], at(play->page), REGION_WRITE) !=
		    FAULT_DONE)
			return -ENOMEM;
	}
	world.content[entry->frame] = cells[page->cell] = random_next(&state) | 1;
	return 0;
}

static int do_fork(const struct play *play)
{
	int error;

	if (play->from == play->to)
		return 0;
	space_clear(&world.space[play->to], false);
	memset(model[play->to], 0, sizeof(model[play->to]));
	error = space_fork(&world.space[play->from], &world.space[play->to]);
	for (unsigned int i = 0; !error && i < WORLD_PAGES; i++) {
		model[play->to][i] = model[play->from][i];
		if (model[play->to][i].cell && !model[play->to][i].is_shared)
			model[play->to][i].cell = cell_make(cells[model[play->to][i].cell]);
	}
	return error;
}

/* The first page that may not be, in the order of addresses. */
static int show_expected(const struct play *play)
{
	for (unsigned int i = 0; i < play->count; i++) {
		const struct model_page *page = &model[play->from][play->page + i];

		if (!page->cell)
			return -EFAULT;
		if (play->access & ~page->access)
			return -EACCES;
	}
	return 0;
}

static int do_show(const struct play *play)
{
	struct space *from = &world.space[play->from], *to = &world.space[play->to];
	const int expected = show_expected(play);
	struct share share;
	vaddr_t place;
	int error;
	USE(NULL);

	error = share_take(&share, from, at(play->page), play->count * PAGE, play->access);
	if (!error) {
		error = share_show(&share, to, at(play->other), play->access | REGION_SHARED,
				   &place);
		if (error)
			share_drop(&share);
	}
	refused += expected != 0;
	if (expected)
		return error == expected ? 0 : error ?: -EEXIST;
	for (unsigned int i = 0; !error && i < play->count; i++)
		model[play->to][(place - WORLD_LOW) / PAGE + i] = (struct model_page){
			model[play->from][play->page + i].cell, play->access, true};
	shown += !error;
	return error;
}

static int content_copy(frame_t to, frame_t from)
{
	world.content[to] = world.content[from];
	return 0;
}

static int copy_expected(const struct play *play)
{
	if (play->from == play->to && play->page < play->other + play->count &&
	    play->other < play->page + play->count)
		return -EINVAL;
	for (unsigned int i = 0; i < play->count; i++)
		if (!(model[play->from][play->page + i].access & REGION_READ) ||
		    !(model[play->to][play->other + i].access & REGION_WRITE))
			return -EFAULT;
	return 0;
}

static int do_copy(const struct play *play)
{
	const struct space_copy copy = {
		.from = &world.space[play->from],
		.to = &world.space[play->to],
		.start = at(play->page),
		.address = at(play->other),
		.bytes = play->count * PAGE,
		.copy = content_copy,
	};
	const int expected = copy_expected(play);
	int error;
	USE(NULL);

	error = space_copy(&copy);
	refused += expected != 0;
	if (expected)
		return error == expected ? 0 : error ?: -EEXIST;
	for (unsigned int i = 0; !error && i < play->count; i++)
		cells[model[play->to][play->other + i].cell] =
			cells[model[play->from][play->page + i].cell];
	copied += !error;
	return error;
}

/* What stands at the page is taken back, wherever else in the space it is. */
static int do_forget(const struct play *play)
{
	struct space *space = &world.space[play->from];
	const struct region *region = region_find(&space->regions, at(play->page));
	const void *object = region ? region->object : NULL;
	USE(NULL);

	if (!object)
		return 0;
	for (unsigned int i = 0; i < WORLD_PAGES; i++) {
		struct model_page *page = &model[play->from][i];

		region = region_find(&space->regions, at(i));
		if (region && region->object == object)
			*page = (struct model_page){cell_make(0), page->access, false};
	}
	share_forget(space, object, &anonymous);
	forgotten++;
	return 0;
}

/* --- Playing ---------------------------------------------------------------------------------- */

static int (*const operations[])(const struct play *play) = {
	do_write, do_write, do_write, do_write, do_map,	 do_unmap,  do_protect,
	do_fork,  do_show,  do_show,  do_copy,	do_copy, do_forget,
};

static void choose(struct play *play)
{
	static const uint32_t accesses[] = {REGION_READ, READ_WRITE, READ_WRITE, READ_WRITE};

	*play = (struct play){
		.from = (int)random_below(&state, WORLD_SPACES),
		.to = (int)random_below(&state, WORLD_SPACES),
		.page = random_below(&state, PLACES),
		.other = random_below(&state, PLACES),
		.count = 1 + random_below(&state, LENGTH_MAX),
		.access = accesses[random_below(&state, 4)],
	};
}

/* Shows and copies with the first request failing, then the second, ... until none fails. */
static const char *failures_play(int (*operation)(const struct play *play), const struct play *play)
{
	const char *wrong = NULL;
	int error;

	for (uint32_t n = 1; !wrong; n++) {
		world.fail_in = n;
		world.failed = false;
		error = operation(play);
		world.fail_in = 0;
		if (!world.failed)
			return error && error != -ENOMEM ? "refused without need" : compare();
		failed++;
		/* A page copy may do without a table for its entry. */
		if (error && error != -ENOMEM)
			wrong = "another error than ENOMEM";
		if (!error)
			return compare();
		wrong = wrong ?: compare();
	}
	return wrong;
}

static bool play_seed(uint64_t seed, bool every_failure)
{
	const char *wrong = NULL;
	unsigned int i;

	state = seed * 0x9E3779B97F4A7C15u + 1;
	memset(model, 0, sizeof(model));
	cell_count = 0;
	world_start();
	for (i = 0; i < 400 && !wrong; i++) {
		const unsigned int number =
			random_below(&state, sizeof(operations) / sizeof(operations[0]));
		struct play play;
		int error;

		choose(&play);
		if (every_failure &&
		    (operations[number] == do_show || operations[number] == do_copy)) {
			wrong = failures_play(operations[number], &play);
			continue;
		}
		error = operations[number](&play);
		if (error && error != -ENOMEM && error != -E2BIG)
			wrong = "refused without need";
		wrong = wrong ?: compare();
	}
	if (wrong)
		printf("# seed %llu, operation %u: %s\n", (unsigned long long)seed, i, wrong);
	for (int space = 0; space < WORLD_SPACES; space++)
		space_clear(&world.space[space], false);
	CHECK_EQ(world.frames.statistics.use[FRAME_FREE], WORLD_FRAMES);
	CHECK_EQ(world.regions.object_count + world.chunks.object_count, 0);
	world_end();
	CHECK_TEXT(wrong ?: "", "");
	return !wrong;
}

TEST("showing, copying, forking and taking back agree with the model")
{
	for (uint64_t seed = 1; seed <= 200 && play_seed(seed, false); seed++)
		;
	CHECK(shown > 1000 && copied > 300 && forgotten > 100 && refused > 1000);
}

TEST("with each request for memory failing in turn, shows and copies leave all as it was")
{
	for (uint64_t seed = 1000; seed < 1060 && play_seed(seed, true); seed++)
		;
	CHECK(failed > 1000);
}
