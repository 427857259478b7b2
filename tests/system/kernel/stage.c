/* Stages: pages that are edited under those who use them. */
#include "stage.h"

#include <skerry/kernel_page.h>

#define SPARES_AT (STAGE_BASE + 0x2000000)

static const struct kernel_page *const kernel_page = (const struct kernel_page *)ARCH_KERNEL_PAGE;

/* --- Frames ------------------------------------------------------------------------------------
 */

static volatile uint32_t *words(paddr_t frame)
{
	return frame_pointer(frame);
}

static void frame_stamp(paddr_t frame, unsigned int page, uint32_t generation)
{
	for (unsigned int i = STAGE_FIRST_STAMP; i < STAGE_WORDS; i++)
		words(frame)[i] = STAMP(page, generation);
}

static void frame_poison(paddr_t frame)
{
	for (unsigned int i = 0; i < STAGE_WORDS; i++)
		words(frame)[i] = POISON;
}

/* Nobody wrote to it since. */
static void poison_check(paddr_t frame)
{
	unsigned int touched = 0;

	for (unsigned int i = 0; i < STAGE_WORDS; i++)
		touched += words(frame)[i] != POISON;
	CHECK_EQUAL(touched, 0);
}

static paddr_t spare_take(struct stage *stage, unsigned int *slot)
{
	*slot = storm_below(stage->random, STAGE_SPARES);
	poison_check(stage->spare[*slot]);
	return stage->spare[*slot];
}

/* --- Making ------------------------------------------------------------------------------------
 */

static void map(struct page_table *table, unsigned int page, paddr_t frame, uint32_t flags)
{
	CHECK_EQUAL(page_table_map(table, stage_address(page), frame, ARCH_PAGE_SIZE,
				   flags | PAGE_USER),
		    0);
}

static long map_region(void *argument)
{
	struct stage *stage = argument;

	return page_table_map(&stage->other, STAGE_REGION, stage->trap, ARCH_PAGE_SIZE, PAGE_USER);
}

static unsigned long *root_words(paddr_t root)
{
	return frame_pointer(root);
}

/* A second table for the region, under a root that no CPU ever loads. The words of that root which
 * change when the table is made are the region's, in any format whose root entries cover no more
 * than the region's surroundings. */
static void region_make(struct stage *stage)
{
	const paddr_t frames =
		space_add(stage->space, STAGE_REGION, STAGE_REGION_PAGES, PAGE_WRITE);
	const paddr_t resting = space_add(stage->space, SPARES_AT + 0x10000, STAGE_REGION_PAGES, 0);
	unsigned long before[ARCH_PAGE_SIZE / sizeof(unsigned long)];

	REQUIRE(root_make(&stage->other) == 0);
	memcpy(before, root_words(stage->other.root), sizeof(before));
	REQUIRE(supervisor_run(map_region, stage) == 0);
	for (unsigned int i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		if (root_words(stage->other.root)[i] != before[i] && stage->region_words++ == 0)
			stage->region_word = i;
	}
	REQUIRE(stage->region_words >= 1 && stage->region_words <= STAGE_ROOT_WORDS);
	for (unsigned int i = stage->region_word; i < stage->region_word + stage->region_words; i++)
		REQUIRE(root_words(stage->other.root)[i] != before[i]);
	for (unsigned int i = 0; i < STAGE_REGION_PAGES; i++) {
		stage->region_frame[0][i] = frames + i * ARCH_PAGE_SIZE;
		stage->region_frame[1][i] = resting + i * ARCH_PAGE_SIZE;
		frame_stamp(stage->region_frame[0][i], STAGE_PAGES + i, 0);
		frame_poison(stage->region_frame[1][i]);
		map(&stage->other, STAGE_PAGES + i, stage->trap, PAGE_WRITE);
	}
}

void stage_make(struct stage *stage, uint64_t *random)
{
	paddr_t frames;

	memset(stage, 0, sizeof(*stage));
	stage->random = random;
	stage->space = space_make();
	frames = space_add(stage->space, STAGE_BASE, STAGE_PAGES, PAGE_WRITE);
	for (unsigned int i = 0; i < STAGE_PAGES; i++) {
		stage->frame[i] = frames + i * ARCH_PAGE_SIZE;
		frame_stamp(stage->frame[i], i, 0);
	}
	frames = space_add(stage->space, SPARES_AT, STAGE_SPARES + 1, 0);
	for (unsigned int i = 0; i < STAGE_SPARES; i++) {
		stage->spare[i] = frames + i * ARCH_PAGE_SIZE;
		frame_poison(stage->spare[i]);
	}
	stage->trap = frames + STAGE_SPARES * ARCH_PAGE_SIZE;
	frame_poison(stage->trap);
	region_make(stage);
}

void stage_end(struct stage *stage)
{
	stage->stop = true;
	for (unsigned int i = 0; i < STAGE_PAGES; i++)
		stage_open(stage, i);
	stage_runners_end(stage);
	for (unsigned int i = 0; i < STAGE_SPARES; i++)
		poison_check(stage->spare[i]);
	poison_check(stage->trap);
	root_free(&stage->other);
}

/* --- Brackets ----------------------------------------------------------------------------------
 */

static bool is_inside(const struct stage *stage, endpoint_t thread)
{
	for (unsigned int i = 0; i < stage->runner_count; i++) {
		if (stage->runner[i].thread->endpoint == thread)
			return true;
	}
	return false;
}

static void bracket_begin(struct stage *stage)
{
	CHECK_EQUAL(sys_vmctl_inhibit_set(&(struct sys_space_req){stage->space->id}, NULL), 0);
	for (unsigned int i = 0; i < stage->runner_count; i++)
		stage->counts[i] = stage->runner[i].count;
	stage->watched = storm_below(stage->random, 4) == 0;
	for (unsigned int i = 0; stage->watched && i < cpu_count(); i++) {
		const struct info_cpu cpu = cpu_info(i);

		stage->inside[i] = is_inside(stage, cpu.current);
		stage->entries[i] = (unsigned int)cpu.entries;
	}
}

/* A CPU that had a thread of the space current, and has not had the lock since, has not flushed: no
 * epoch may have passed it. */
static void epoch_check(struct stage *stage, u64 epoch)
{
	if (kernel_page->epoch_passed < epoch) {
		stage->owed++;
		return;
	}
	for (unsigned int i = 0; stage->watched && i < cpu_count(); i++) {
		if (stage->inside[i])
			CHECK((unsigned int)cpu_info(i).entries != stage->entries[i]);
	}
}

static u64 bracket_end(struct stage *stage)
{
	struct sys_epoch_reply reply = {};

	/* Others get the lock, or this CPU, while the edit is half done. */
	if (storm_below(stage->random, 4) == 0)
		yield();
	for (unsigned int i = 0; i < stage->runner_count; i++)
		CHECK_EQUAL(stage->runner[i].count, stage->counts[i]);
	if (stage->watched)
		poison_check(stage->trap);
	CHECK_EQUAL(sys_vmctl_inhibit_clear(&(struct sys_space_req){stage->space->id}, &reply), 0);
	epoch_check(stage, reply.epoch);
	stage->edits++;
	return reply.epoch;
}

void stage_bracket(struct stage *stage)
{
	bracket_begin(stage);
	(void)bracket_end(stage);
}

static void epoch_wait(u64 epoch)
{
	nanoseconds_t limit = 0;

	for (unsigned int i = 0; kernel_page->epoch_passed < epoch; i++) {
		if (i < 100)
			yield();
		else if (!wait_a_moment(&limit))
			break;
	}
	CHECK(kernel_page->epoch_passed >= epoch);
}

/* --- Edits -------------------------------------------------------------------------------------
 */

static uint32_t flags_of(enum page_state state)
{
	return state == PAGE_OPEN ? PAGE_WRITE : 0;
}

/* In a bracket: the page's contents go to a spare frame, with the next generation. */
static void page_replace(struct stage *stage, unsigned int page, enum page_state state)
{
	const paddr_t old = stage->frame[page];
	unsigned int slot;
	const paddr_t fresh = spare_take(stage, &slot);

	map(&stage->space->table, page, stage->trap, PAGE_WRITE);
	stage->most[page]++;
	if (storm_below(stage->random, 4) == 0)
		yield();
	if (!stage->contents_keep)
		frame_stamp(fresh, page, stage->most[page]);
	for (unsigned int i = 0; i < (stage->contents_keep ? STAGE_WORDS : STAGE_FIRST_STAMP); i++)
		words(fresh)[i] = words(old)[i];
	frame_poison(old);
	stage->spare[slot] = old;
	stage->frame[page] = fresh;
	stage->state[page] = state;
	if (state == PAGE_ABSENT)
		CHECK_EQUAL(
			page_table_unmap(&stage->space->table, stage_address(page), ARCH_PAGE_SIZE),
			0);
	else
		map(&stage->space->table, page, fresh, flags_of(state));
}

void stage_move(struct stage *stage, unsigned int page)
{
	bracket_begin(stage);
	page_replace(stage, page, stage->state[page]);
	(void)bracket_end(stage);
	stage->least[page] = stage->most[page];
}

void stage_close(struct stage *stage, unsigned int page, enum page_state state)
{
	uint32_t before[STAGE_FIRST_STAMP];

	bracket_begin(stage);
	if (storm_below(stage->random, 2) == 0) {
		page_replace(stage, page, state);
	} else {
		stage->state[page] = state;
		if (state == PAGE_ABSENT)
			CHECK_EQUAL(page_table_unmap(&stage->space->table, stage_address(page),
						     ARCH_PAGE_SIZE),
				    0);
		else
			map(&stage->space->table, page, stage->frame[page], 0);
	}
	(void)bracket_end(stage);
	stage->least[page] = stage->most[page];
	/* From here on nobody writes to it. */
	for (unsigned int i = 0; i < STAGE_FIRST_STAMP; i++)
		before[i] = words(stage->frame[page])[i];
	yield();
	for (unsigned int i = 0; i < STAGE_FIRST_STAMP; i++)
		CHECK_EQUAL(words(stage->frame[page])[i], before[i]);
}

void stage_open(struct stage *stage, unsigned int page)
{
	if (stage->state[page] == PAGE_OPEN)
		return;
	/* An empty entry may be filled under everybody's eyes. */
	if (stage->state[page] == PAGE_ABSENT && storm_below(stage->random, 2) == 0) {
		map(&stage->space->table, page, stage->frame[page], PAGE_WRITE);
		stage->state[page] = PAGE_OPEN;
		return;
	}
	bracket_begin(stage);
	map(&stage->space->table, page, stage->frame[page], PAGE_WRITE);
	stage->state[page] = PAGE_OPEN;
	(void)bracket_end(stage);
}

void stage_edit(struct stage *stage)
{
	const unsigned int page = storm_below(stage->random, STAGE_PAGES);
	const unsigned int way = storm_below(stage->random, 8);

	if (way == 0)
		stage_bracket(stage);
	else if (way == 1)
		stage_region_move(stage, true);
	else if (stage->state[page] != PAGE_OPEN)
		stage_open(stage, page);
	else if (way <= 3)
		stage_close(stage, page, way == 2 ? PAGE_READONLY : PAGE_ABSENT);
	else
		stage_move(stage, page);
	for (unsigned int i = 0; i < STAGE_PAGES; i++) {
		if (storm_below(stage->random, 8) == 0)
			stage_open(stage, i);
	}
	stage_answer(stage);
}

static u64 flush(struct stage *stage)
{
	struct sys_epoch_reply reply = {};

	CHECK_EQUAL(sys_vmctl_flush(&(struct sys_space_req){stage->space->id}, &reply), 0);
	stage->edits++;
	return reply.epoch;
}

void stage_move_flushed(struct stage *stage, unsigned int page)
{
	const paddr_t old = stage->frame[page];
	unsigned int slot;
	const paddr_t fresh = spare_take(stage, &slot);

	stage->most[page]++;
	frame_stamp(fresh, page, stage->most[page]);
	map(&stage->space->table, page, fresh, PAGE_WRITE);
	stage->frame[page] = fresh;
	epoch_wait(flush(stage));
	stage->least[page] = stage->most[page];
	frame_poison(old);
	stage->spare[slot] = old;
}

static void region_swap(struct stage *stage)
{
	unsigned long *used = &root_words(stage->space->table.root)[stage->region_word];
	unsigned long *resting = &root_words(stage->other.root)[stage->region_word];

	for (unsigned int i = 0; i < stage->region_words; i++) {
		const unsigned long old = used[i];

		__atomic_store_n(&used[i], resting[i], __ATOMIC_RELEASE);
		resting[i] = old;
	}
}

/* The table that is not in use names the resting frames; it takes the place of the other, whose
 * entries are spoilt as soon as the epoch has passed. */
void stage_region_move(struct stage *stage, bool bracket)
{
	const unsigned int set = stage->region_set ^ 1;
	u64 epoch;

	for (unsigned int i = 0; i < STAGE_REGION_PAGES; i++) {
		poison_check(stage->region_frame[set][i]);
		stage->most[STAGE_PAGES + i]++;
		frame_stamp(stage->region_frame[set][i], STAGE_PAGES + i,
			    stage->most[STAGE_PAGES + i]);
		map(&stage->other, STAGE_PAGES + i, stage->region_frame[set][i], PAGE_WRITE);
	}
	if (bracket)
		bracket_begin(stage);
	region_swap(stage);
	epoch = bracket ? bracket_end(stage) : flush(stage);
	if (!bracket)
		epoch_wait(epoch);
	for (unsigned int i = 0; i < STAGE_REGION_PAGES; i++) {
		stage->least[STAGE_PAGES + i] = stage->most[STAGE_PAGES + i];
		frame_poison(stage->region_frame[set ^ 1][i]);
	}
	stage->region_set = set;
	epoch_wait(epoch);
	for (unsigned int i = 0; i < STAGE_REGION_PAGES; i++)
		map(&stage->other, STAGE_PAGES + i, stage->trap, PAGE_WRITE);
}
