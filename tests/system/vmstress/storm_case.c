/* The storms: the service starts the threads, forks and copies among them, and starts afresh who
 * was refused a page that was gone for a moment.
 */
#include "storm.h"

#include "stress.h"
#include "world.h"
#include "tests/system/user/runner.h"
#include <skerry/kernel_page.h>
#include <string.h>
#include <sys.h>
#include <vm_call.h>

#define OPERATIONS 1500u
#define SHARED_BYTES ((sizeof(struct storm) + PAGE - 1) & ~(size_t)(PAGE - 1))
#define SNAPSHOT_WORDS 64u /* of a page: its name and all that writers write */
#define SNAPSHOT_WAIT 2u   /* turns of others between two looks */
#define FORK_COST 10u	   /* operations that a fork counts for */
#define HANDLE 0u	   /* the thread that does nothing but be forked */

static struct worker workers[WORLD_THREADS], recycler;
static uint8_t buffer[(STORM_PAGES > STORM_LANDING ? STORM_PAGES : STORM_LANDING) * PAGE]
	__attribute__((aligned(4096)));
static unsigned int refused, forks, copies;

/* Thread 0 is the handle. */
static const struct {
	uint32_t role, index;
} parts[WORLD_THREADS] = {
	{STORM_ROLES, 0}, {STORM_EDIT, 0}, {STORM_WRITE, 0},
	{STORM_WRITE, 1}, {STORM_READ, 0}, {STORM_READ, 0},
};

static void part_give(struct worker *worker, uint32_t role, uint32_t index)
{
	const struct work_command command = {
		.kind = WORK_STORM,
		.count = role,
		.word = {index},
	};

	world_command(worker, &command);
}

/* --- Begin and end ---------------------------------------------------------------------------- */

static void pages_make(space_t space)
{
	const uint64_t starts[] = {STORM_START, STORM_LANDING_START, STORM_ASIDE};

	for (unsigned int i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		if (map_in(space, starts[i], STORM_PAGES * PAGE, RW, VM_MAP_FIXED) < 0)
			panic("no pages");
	}
}

static void storm_begin(unsigned int budget, unsigned int turn)
{
	storm = (struct storm *)map(SHARED_BYTES, RW, VM_MAP_SHARED | VM_MAP_POPULATE);
	assert((long)storm > 0);
	storm->budget = budget;
	storm->turn = turn;
	storm->random = stress_random(1);
	refused = forks = copies = 0;
	world_begin(&workers[HANDLE]);
	pages_make(workers[HANDLE].space);
	if (world_fork(&workers[HANDLE], &recycler) != 0)
		panic("no fork");
	part_give(&recycler, STORM_RECYCLE, 0);
	for (unsigned int i = 1; i < WORLD_THREADS; i++) {
		world_thread_add(&workers[HANDLE], i, &workers[i]);
		part_give(&workers[i], parts[i].role, parts[i].index);
	}
}

static void worker_restart(struct worker *worker, uint32_t role, uint32_t index)
{
	if (!worker->ready || worker->signals == 0 || storm->stop)
		return;
	refused++;
	part_give(worker, role, index);
}

/* Those that were refused go on; so does the service when nobody says anything. */
static void storm_tend(void)
{
	if (storm->edits + forks * FORK_COST >= storm->budget)
		storm->stop = 1;
	world_poll();
	for (unsigned int i = 1; i < WORLD_THREADS; i++)
		worker_restart(&workers[i], parts[i].role, parts[i].index);
	if (recycler.ready && recycler.signals != 0)
		storm_fail("the other space loses its memory", 0, 0, 0);
}

static bool storm_end(void)
{
	const space_t space = workers[HANDLE].space, other = recycler.space;
	const bool good = storm->failures == 0;

	storm->stop = 1;
	world_wait(&recycler);
	for (unsigned int i = 1; i < WORLD_THREADS; i++)
		world_wait(&workers[i]);
	stress_done = storm->edits + forks * FORK_COST;
	sys_print("# %u edits, %u forks, %u copies, %u turns of writers, %u of readers, %u "
		  "recycled, %u refused\n",
		  storm->edits, forks, copies, storm->writes, storm->reads, storm->recycled,
		  refused);
	if (!good)
		(void)stress_fail("%s: page %#x, %#x, not %#x", storm->failure, storm->page,
				  storm->found, storm->wanted);
	world_thread_end(&recycler);
	world_space_end(other);
	for (unsigned int i = 0; i < WORLD_THREADS; i++)
		world_thread_end(&workers[i]);
	world_space_end(space);
	(void)unmap((uintptr_t)storm, SHARED_BYTES);
	stress_check();
	return good;
}

/* --- What the service does to them ------------------------------------------------------------ */

/* A page that may be gone for a moment. */
static bool snapshot_page(const struct worker *child, uint32_t page, uint32_t *words)
{
	return world_copy_from(child, STORM_START + page * PAGE, words, SNAPSHOT_WORDS * 4, 0) == 0;
}

/* A child's memory stands still, whatever its parent's threads do. */
static void snapshot_check(const struct worker *child)
{
	static uint32_t first[STORM_PAGES][SNAPSHOT_WORDS], again[SNAPSHOT_WORDS];
	bool there[STORM_PAGES];

	for (uint32_t page = 0; page < STORM_PAGES; page++)
		there[page] = snapshot_page(child, page, first[page]);
	for (unsigned int i = 0; i < SNAPSHOT_WAIT; i++) {
		world_yield();
		storm_tend();
	}
	for (uint32_t page = 0; page < STORM_PAGES; page++) {
		if (snapshot_page(child, page, again) != there[page])
			storm_fail("a child's page comes or goes", page, there[page], !there[page]);
		for (uint32_t i = 0; there[page] && i < SNAPSHOT_WORDS; i++) {
			if (again[i] != first[page][i])
				storm_fail("a child's page changes", page, again[i],
					   first[page][i]);
		}
	}
}

/* The child writes where the parent's threads read. */
static void child_write(const struct worker *child)
{
	static const uint32_t garbage[SNAPSHOT_WORDS] = {0xBAD};

	for (uint32_t page = 0; page < STORM_PAGES; page++)
		(void)world_copy_to(child, STORM_START + page * PAGE, garbage, sizeof(garbage), 0);
}

static void storm_fork(void)
{
	struct worker child;
	const int error = world_fork(&workers[HANDLE], &child);

	if (error != 0) {
		storm_fail("no fork", 0, (uint32_t)-error, 0);
		return;
	}
	snapshot_check(&child);
	child_write(&child);
	world_thread_end(&child);
	world_space_end(child.space);
	forks++;
}

/* Long copies, which give way: what comes is the page's own, what goes lands in no other. */
static void storm_copy(void)
{
	if (world_copy_from(&workers[HANDLE], STORM_START, buffer, STORM_PAGES * PAGE, 0) == 0) {
		for (uint32_t page = 0; page < STORM_PAGES; page++) {
			uint32_t name;

			memcpy(&name, buffer + page * PAGE, sizeof(name));
			if (!storm_name_fits(page, name))
				storm_fail("a copy brings another page", page, name, 0);
		}
	}
	memset(buffer, (int)(STORM_COPIED & 0xFF), sizeof(buffer));
	(void)world_copy_to(&workers[HANDLE], STORM_LANDING_START, buffer, STORM_LANDING * PAGE, 0);
	copies++;
}

/* --- Cases ------------------------------------------------------------------------------------ */

static bool storm_run(void (*meanwhile)(void), unsigned int turn)
{
	const unsigned int budget = stress_budget(OPERATIONS);

	sys_print("# budget: %u operations\n", budget);
	storm_begin(budget, turn);
	while (!storm->stop) {
		storm_tend();
		meanwhile();
	}
	return storm_end();
}

bool storm_edits(void)
{
	return storm_run(world_yield, 16);
}

bool storm_forks(void)
{
	return storm_run(storm_fork, 1);
}

bool storm_copies(void)
{
	return storm_run(storm_copy, 4);
}
