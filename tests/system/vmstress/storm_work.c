/* What the threads of a storm do; they run in other spaces. */
#include "storm.h"

#include "stress.h"
#include "work.h"
#include <sys.h>
#include <sys_call.h>

#define BURST 512u /* touches between two looks at `stop` */
#define RECYCLED 12u
#define RECYCLE_STEP 16u /* words between those that are looked at */
#define NAME_MARK 0x5A000000u
#define WATCH 200u /* looks at a page that nobody may write */

struct storm *storm;

static void yield(void)
{
	const struct sys_empty_req request = {};

	(void)sys_yield(&request, NULL);
}

static volatile uint32_t *words_of(uint32_t page)
{
	return (volatile uint32_t *)(uintptr_t)(STORM_START + page * PAGE);
}

static volatile uint32_t *writer_word(uint32_t page, uint32_t writer)
{
	return words_of(page) + 16 * (writer + 1);
}

void storm_fail(const char *what, uint32_t page, uint32_t found, uint32_t wanted)
{
	if (__sync_fetch_and_add(&storm->failures, 1) == 0) {
		storm->page = page;
		storm->found = found;
		storm->wanted = wanted;
		storm->failure = what;
	}
	storm->stop = 1;
}

static uint32_t name_make(uint32_t page, uint32_t serial)
{
	return NAME_MARK | page << 16 | (serial & 0xFFFF);
}

bool storm_name_fits(uint32_t page, uint32_t name)
{
	return name == 0 || name >> 16 == name_make(page, 0) >> 16;
}

/* --- Writers and readers ---------------------------------------------------------------------- */

/* The upper half says of which name it is, the lower half counts, as far as it can: a writer that
 * was started afresh goes on where it was. */
static void write_one(uint32_t writer, uint32_t page)
{
	volatile uint32_t *word = writer_word(page, writer);
	const uint32_t name = storm->name[page], before = storm->written[writer][page];
	const uint32_t value = before >> 16 == (name & 0xFFFF) ? before + 1 : name << 16 | 1;
	uint32_t found;

	if (name == 0 || (value & 0xFFFF) == 0)
		return;
	*word = value;
	found = *word;
	if (storm->name[page] != name)
		return;
	if (found != value)
		storm_fail("a writer does not find what it wrote", page, found, value);
	storm->written[writer][page] = value;
}

static void write_on(uint32_t writer)
{
	while (!storm->stop) {
		for (uint32_t i = 0; i < BURST; i++)
			write_one(writer, i % STORM_PAGES);
		storm->writes++;
		yield();
	}
}

static void read_one(uint32_t page)
{
	uint32_t written[STORM_WRITERS], found[STORM_WRITERS], first;
	uint32_t name;

	for (uint32_t i = 0; i < STORM_WRITERS; i++)
		written[i] = storm->written[i][page];
	name = storm->name[page];
	if (name == 0)
		return;
	first = *words_of(page);
	for (uint32_t i = 0; i < STORM_WRITERS; i++)
		found[i] = *writer_word(page, i);
	if (storm->name[page] != name)
		return;
	if (first != name)
		storm_fail("a reader finds another page", page, first, name);
	for (uint32_t i = 0; i < STORM_WRITERS; i++) {
		if (written[i] >> 16 != (name & 0xFFFF))
			continue; /* of the page before it */
		if (found[i] >> 16 != written[i] >> 16 || found[i] < written[i])
			storm_fail("a reader finds an old word", page, found[i], written[i]);
	}
}

static void read_on(void)
{
	while (!storm->stop) {
		for (uint32_t i = 0; i < BURST; i++)
			read_one(i % STORM_PAGES);
		storm->reads++;
		yield();
	}
}

/* --- The editor ------------------------------------------------------------------------------- */

static bool done(bool good, const char *what, uint32_t page)
{
	if (!good)
		storm_fail(what, page, 0, 0);
	return good;
}

static bool page_replace(uint32_t page)
{
	const long at = STORM_START + (long)page * PAGE;

	return done(map_at((uint64_t)at, PAGE, RW, VM_MAP_FIXED) == at, "no new page", page);
}

/* For a moment there is nothing: who touches it is refused and comes again. */
static bool page_remake(uint32_t page)
{
	const long at = STORM_START + (long)page * PAGE;

	return done(unmap((uint64_t)at, PAGE) == 0 &&
			    map_at((uint64_t)at, PAGE, RW, VM_MAP_FIXED_NOREPLACE) == at,
		    "no page again", page);
}

static bool page_move(uint32_t page)
{
	const uint64_t at = STORM_START + page * PAGE, to = STORM_ASIDE + page * PAGE;
	const uint32_t name = *words_of(page);
	const volatile uint32_t *moved = (const volatile uint32_t *)(uintptr_t)to;

	if (!done(remap(at, PAGE, PAGE, VM_MREMAP_MAYMOVE | VM_MREMAP_FIXED, to) == (long)to,
		  "a page does not move", page))
		return false;
	if (*moved != name)
		storm_fail("a page that moved is another", page, *moved, name);
	return page_replace(page);
}

/* A new page is zero but for what writers wrote since. */
static void name_give(uint32_t page, uint32_t serial)
{
	volatile uint32_t *words = words_of(page);

	if (words[0] != 0 || words[8] != 0 || words[PAGE / 4 - 1] != 0)
		storm_fail("a new page is not zero", page, words[0], 0);
	words[0] = name_make(page, serial);
	storm->name[page] = name_make(page, serial);
}

/* Nobody may write: nothing changes. It keeps its name: readers go on. */
static bool page_freeze(uint32_t page, uint32_t protection)
{
	const uint64_t at = STORM_START + page * PAGE;
	uint32_t before[STORM_WRITERS];

	if (!done(protect(at, PAGE, protection) == 0, "a page is not protected", page))
		return false;
	for (uint32_t i = 0; protection == VM_READ && i < STORM_WRITERS; i++)
		before[i] = *writer_word(page, i);
	for (uint32_t look = 0; protection == VM_READ && look < WATCH; look++) {
		for (uint32_t i = 0; i < STORM_WRITERS; i++) {
			const uint32_t found = *writer_word(page, i);

			if (found != before[i])
				storm_fail("a protected page is written", page, found, before[i]);
		}
	}
	return done(protect(at, PAGE, RW) == 0, "a page is not writable again", page);
}

static void landing_replace(uint32_t page)
{
	const long at = STORM_LANDING_START + (long)page * PAGE;

	(void)done(map_at((uint64_t)at, PAGE, RW, VM_MAP_FIXED) == at, "no landing", page);
}

static void edit_one(uint32_t serial)
{
	const uint32_t page = stress_below(&storm->random, STORM_PAGES);
	const uint32_t what = stress_below(&storm->random, 16);

	if (what < 2) {
		(void)page_freeze(page, what == 0 ? VM_READ : 0);
		return;
	}
	if (what < 6) {
		landing_replace(page);
		return;
	}
	storm->name[page] = 0;
	if (what < 8 ? page_remake(page) : what < 11 ? page_move(page) : page_replace(page))
		name_give(page, serial);
}

/* It may itself be started afresh: what it was about to name is replaced later. */
static void edit_on(void)
{
	while (!storm->stop) {
		edit_one(storm->edits + 1);
		storm->edits++;
		if (storm->edits % storm->turn == 0)
			yield();
	}
}

/* --- The other space -------------------------------------------------------------------------- */

static void recycled_check(volatile uint32_t *words, uint32_t wanted)
{
	for (uint32_t i = 0; i < RECYCLED * PAGE / 4; i += RECYCLE_STEP) {
		if (words[i] != wanted)
			storm_fail("another space's page is written", i, words[i], wanted);
	}
}

/* New pages are zero and stay what this space makes of them. */
static void recycle_on(void)
{
	volatile uint32_t *older = NULL;
	uint32_t round = 0;

	while (!storm->stop) {
		const long at = map(RECYCLED * PAGE, RW, VM_MAP_POPULATE);
		volatile uint32_t *words = (volatile uint32_t *)at;

		if (!done(at > 0, "nothing to recycle", 0))
			return;
		recycled_check(words, 0);
		for (uint32_t i = 0; i < RECYCLED * PAGE / 4; i += RECYCLE_STEP)
			words[i] = ~round;
		if (older != NULL) {
			recycled_check(older, ~(round - 1));
			(void)unmap((uintptr_t)older, RECYCLED * PAGE);
		}
		older = words;
		round++;
		storm->recycled++;
		yield();
	}
}

int32_t storm_work(uint32_t role, uint32_t index)
{
	switch (role) {
	case STORM_EDIT:
		edit_on();
		break;
	case STORM_WRITE:
		write_on(index);
		break;
	case STORM_READ:
		read_on();
		break;
	case STORM_RECYCLE:
		recycle_on();
		break;
	}
	return STORM_DONE;
}
