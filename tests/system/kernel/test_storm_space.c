/* Storms about spaces that end under their threads, while their frames, data and tables alike, are
 * poisoned and become tables and data of new spaces at once (frames_hot()). Each space's data holds
 * its serial number: whoever meets another, or leaves its own elsewhere, used a space that is gone.
 */
#include "frames.h"
#include "storm.h"
#include "ticker.h"
#include <arch/layout.h>

#define WORKERS 4u
#define RESIDENTS 2u
#define HERE PRIVATE_BASE
#define FEW_PAGES 4u
#define MANY_PAGES 36u /* half of it is longer than COPY_PREEMPT_BYTES */
#define PAGE_WORDS (ARCH_PAGE_SIZE / 4)

struct resident {
	struct test_thread *thread;
	uint32_t serial; /* below 1 << 24 */
	unsigned int pages;
	endpoint_t server;
	uint64_t random;
	volatile unsigned int count;
};

struct world {
	struct test_space *space;
	struct test_thread *server;
	paddr_t frame[MANY_PAGES];
	unsigned int pages;
	struct resident resident[RESIDENTS];
};

static struct world worlds[WORKERS];

/* --- Residents ----------------------------------------------------------------------------------
 */

static bool is_ours(uint32_t word, uint32_t serial)
{
	return word == 0 || word >> 8 == serial;
}

static volatile uint32_t *word_choose(struct resident *resident)
{
	return (volatile uint32_t *)HERE +
	       storm_below(&resident->random, resident->pages * PAGE_WORDS);
}

static void touch(struct resident *resident)
{
	for (unsigned int i = 0; i < 50; i++) {
		volatile uint32_t *word = word_choose(resident);

		CHECK(is_ours(*word, resident->serial));
		*word = resident->serial << 8 | i;
	}
}

static void trap(struct resident *resident)
{
	struct sys_times_reply reply = {.priority = 99};

	CHECK_EQUAL(sys_null(&(struct sys_null_req){}, NULL), 0);
	CHECK_EQUAL(sys_times(&(struct sys_times_req){EP_SELF}, &reply), 0);
	CHECK_EQUAL(reply.priority, PRIORITY_TEST);
	CHECK(is_ours(*word_choose(resident), resident->serial));
}

static void call(struct resident *resident)
{
	message_set(TYPE(1), (u64)resident->serial << 32 | resident->count);
	CHECK_EQUAL(ipc_call(resident->server), 0);
	CHECK_EQUAL(message()->quad[0], ((u64)resident->serial << 32 | resident->count) + 1);
}

static void copy(struct resident *resident)
{
	const u64 half = resident->pages / 2 * ARCH_PAGE_SIZE;
	const struct sys_copy_req request = {
		.source = EP_SELF,
		.destination = EP_SELF,
		.source_address = HERE,
		.destination_address = HERE + half,
		.bytes = half,
	};

	*word_choose(resident) = resident->serial << 8;
	CHECK_EQUAL(sys_vircopy(&request, NULL), 0);
	CHECK(is_ours(*word_choose(resident), resident->serial));
}

static int reside(void *argument)
{
	struct resident *resident = argument;

	while (resident->serial != 0) { /* for ever: no serial is 0 */
		switch (storm_below(&resident->random, 8)) {
		case 0:
			yield();
			break;
		case 1:
		case 2:
			trap(resident);
			break;
		case 3:
			call(resident);
			break;
		case 4:
			copy(resident);
			break;
		case 5:
			sleep_for(MILLISECOND / 20);
			break;
		default:
			touch(resident);
		}
		resident->count++;
	}
	return 0;
}

/* --- Worlds -------------------------------------------------------------------------------------
 */

static void world_make(struct world *world, uint32_t serial, uint64_t *random)
{
	const bool inhibited = storm_below(random, 4) == 0;
	const struct sys_space_req request = {(world->space = space_make())->id};

	world->pages = storm_below(random, 4) == 0 ? MANY_PAGES : FEW_PAGES;
	/* One by one, so that hot frames serve. */
	for (unsigned int i = 0; i < world->pages; i++)
		world->frame[i] = space_add(world->space, HERE + i * ARCH_PAGE_SIZE, 1, PAGE_WRITE);
	if (inhibited)
		CHECK_EQUAL(sys_vmctl_inhibit_set(&request, NULL), 0);
	for (unsigned int i = 0; i < RESIDENTS; i++) {
		struct resident *resident = &world->resident[i];

		*resident = (struct resident){
			.serial = serial,
			.pages = world->pages,
			.server = world->server->endpoint,
			.random = *random + i + 1,
		};
		resident->thread = thread_make(&(struct thread_plan){
			.space = world->space,
			.function = reside,
			.argument = resident,
			.quantum = MILLISECOND,
			.affinity = storm_below(random, 2)
					    ? 1ull << storm_below(random, cpu_count())
					    : 0,
		});
	}
	if (!inhibited)
		return;
	yield();
	for (unsigned int i = 0; i < RESIDENTS; i++)
		CHECK_EQUAL(world->resident[i].count, 0);
	CHECK_EQUAL(sys_vmctl_inhibit_clear(&request, NULL), 0);
}

static void world_live(const struct world *world, uint64_t *random)
{
	const struct resident *resident = &world->resident[storm_below(random, RESIDENTS)];
	const unsigned int enough = storm_below(random, 8);
	nanoseconds_t limit = 0;

	if (enough == 7) {
		sleep_for(MILLISECOND / 4);
		return;
	}
	for (unsigned int i = 0; resident->count < enough; i++) {
		if (i < 50)
			yield();
		else if (!wait_a_moment(&limit))
			break;
	}
	CHECK(resident->count >= enough);
}

/* All that is left of it is its own. */
static void world_check(const struct world *world)
{
	unsigned int foreign = 0;

	for (unsigned int i = 0; i < world->pages; i++) {
		const volatile uint32_t *words = frame_pointer(world->frame[i]);

		for (unsigned int w = i % 4; w < PAGE_WORDS; w += 4)
			foreign += !is_ours(words[w], world->resident[0].serial);
	}
	CHECK_EQUAL(foreign, 0);
}

static void world_end(struct world *world, uint64_t *random)
{
	const unsigned int first = storm_below(random, RESIDENTS);

	for (unsigned int i = 0; i < RESIDENTS; i++)
		thread_free(world->resident[(first + i) % RESIDENTS].thread);
	if (storm_below(random, 2) == 0)
		world_check(world);
	space_free(world->space);
}

static int worlds_come_and_go(void *argument)
{
	struct storm_worker *worker = argument;
	struct world *world = &worlds[worker->index];

	world->server = thread_start(worker->index & 1 ? space_make() : NULL, echo_server, NULL);
	while (worker->done < worker->operations) {
		const uint32_t serial = (worker->done * WORKERS + worker->index + 1) & 0xFFFFFF;

		world_make(world, serial, &worker->random);
		world_live(world, &worker->random);
		world_end(world, &worker->random);
		worker->done++;
	}
	echo_stop(world->server);
	return 0;
}

static long heat(void *unused)
{
	(void)unused;
	frames_hot(true);
	return 0;
}

static void spaces_end_under_threads(void)
{
	struct storm_worker workers[STORM_WORKERS];
	struct ticker ticker;

	(void)supervisor_run(heat, NULL);
	ticker_start(&ticker);
	storm_start(workers, WORKERS, worlds_come_and_go, NULL);
	storm_finish(workers, WORKERS);
	ticker_stop(&ticker);
}

static const struct test_case cases[] = {
	STORM("spaces end, and their frames serve others at once", spaces_end_under_threads, 1200,
	      45000),
};

const struct test_suite suite_storm_space = SUITE("storm_space", cases);
