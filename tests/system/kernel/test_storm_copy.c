/* Storms about copies between spaces whose pages are edited meanwhile: long ones, with places where
 * they give way. Who copies in has a stage alone; who copies out shares one with others. Missing
 * pages make memory requests, which are answered late, refused, or never because the copier is
 * killed.
 */
#include "granter.h"
#include "stage.h"
#include "ticker.h"

#define EDITORS 2u
#define READERS 3u
#define STAGE_BYTES (STAGE_PAGES * ARCH_PAGE_SIZE)

/* A thread that copies from or to a stage, in a space of its own. */
struct copier {
	struct stage *stage;
	struct granter *granter; /* in the stage's space */
	grant_t grant;		 /* of all its pages */
	bool writes;
	struct test_space *space; /* with a buffer where the stage has its pages */
	struct test_thread *thread;
	volatile endpoint_t
		name; /* for the hook: who is freed has none, its thread may be another's */
	uint64_t random;
	volatile unsigned int count;
	volatile bool held; /* a request of its is not answered yet */
	volatile vaddr_t address;
	volatile uint32_t access;
	volatile bool refused; /* its copy must fail */
	uint32_t least[STAGE_PAGES];
	uint32_t serial;
};

struct set {
	struct stage stage;
	struct granter granter;
	struct copier copier[READERS];
	unsigned int count;
};

static struct set sets[EDITORS];

/* --- Copying ------------------------------------------------------------------------------------
 */

static int copy(const struct copier *copier, bool in, vaddr_t address, u64 bytes)
{
	if (address % 8 == 0) {
		const struct sys_copy_req request = {
			.source = in ? EP_SELF : copier->granter->name,
			.destination = in ? copier->granter->name : EP_SELF,
			.source_address = address,
			.destination_address = address,
			.bytes = bytes,
		};

		return sys_vircopy(&request, NULL);
	}
	return in ? grant_write(copier->granter, copier->grant, address - STAGE_BASE,
				(const void *)address, bytes)
		  : grant_read(copier->granter, copier->grant, address - STAGE_BASE,
			       (void *)address, bytes);
}

/* The editor may refuse a request, of this copy only. */
static bool copy_checked(struct copier *copier, bool in, vaddr_t address, u64 bytes)
{
	int error;

	copier->refused = false;
	error = copy(copier, in, address, bytes);
	CHECK_EQUAL(error, copier->refused ? -EFAULT : 0);
	return error == 0;
}

/* Somewhere, and mostly across the places where a copy gives way. */
static vaddr_t range_choose(struct copier *copier, u64 *bytes)
{
	const vaddr_t start = storm_below(&copier->random, STAGE_BYTES / 4) * 4;
	const vaddr_t near = storm_below(&copier->random, 3 * ARCH_PAGE_SIZE / 4) * 4;

	if (storm_below(&copier->random, 2) == 0) {
		*bytes = STAGE_BYTES - near;
		return STAGE_BASE + near;
	}
	*bytes = start + near < STAGE_BYTES ? near + 4 : STAGE_BYTES - start;
	return STAGE_BASE + start;
}

static uint32_t word_at(vaddr_t address)
{
	return *(volatile uint32_t *)address;
}

/* The part of a page that was copied: stamps of this page, none older than what all had to see when
 * the copy began, and none older than one before it. */
static void page_check(struct copier *copier, unsigned int page, vaddr_t from, vaddr_t to)
{
	uint32_t newest = copier->least[page];
	const vaddr_t first = stage_address(page) + STAGE_FIRST_STAMP * 4;
	vaddr_t at = from > first ? from : first;

	while (at < to) {
		const uint32_t stamp = word_at(at);

		CHECK_EQUAL(STAMP_PAGE(stamp), page);
		CHECK(STAMP_GENERATION(stamp) >= newest);
		CHECK(STAMP_GENERATION(stamp) <= copier->stage->most[page]);
		newest = STAMP_GENERATION(stamp);
		if (at == to - 4)
			break;
		at += 4 * (1 + storm_below(&copier->random, 256));
		if (at >= to)
			at = to - 4;
	}
}

static void copy_out(struct copier *copier)
{
	u64 bytes;
	const vaddr_t address = range_choose(copier, &bytes);

	for (unsigned int i = 0; i < STAGE_PAGES; i++)
		copier->least[i] = copier->stage->least[i];
	if (!copy_checked(copier, false, address, bytes))
		return;
	for (unsigned int i = 0; i < STAGE_PAGES; i++) {
		const vaddr_t from = stage_address(i), to = from + ARCH_PAGE_SIZE;

		if (to > address && from < address + bytes)
			page_check(copier, i, from > address ? from : address,
				   to < address + bytes ? to : address + (vaddr_t)bytes);
	}
}

/* What is written is there when it is read back. */
static void copy_in(struct copier *copier)
{
	u64 bytes;
	const vaddr_t address = range_choose(copier, &bytes);
	const vaddr_t end = address + (vaddr_t)bytes;
	unsigned int wrong = 0;

	copier->serial++;
	for (vaddr_t at = address; at < end; at += 4)
		*(volatile uint32_t *)at = (uint32_t)at ^ copier->serial << 8;
	if (!copy_checked(copier, true, address, bytes))
		return;
	for (vaddr_t at = address; at < end; at += 4)
		*(volatile uint32_t *)at = 0;
	if (!copy_checked(copier, false, address, bytes))
		return;
	for (vaddr_t at = address; at < end; at += 4)
		wrong += word_at(at) != ((uint32_t)at ^ copier->serial << 8);
	CHECK_EQUAL(wrong, 0);
}

static int copy_on(void *argument)
{
	struct copier *copier = argument;

	while (!copier->stage->stop) {
		if (copier->writes)
			copy_in(copier);
		else
			copy_out(copier);
		copier->count++;
		if (storm_below(&copier->random, 8) == 0)
			sleep_for(MILLISECOND / 20);
	}
	return 0;
}

/* --- Memory requests ----------------------------------------------------------------------------
 */

static int request_hold(const struct memory_event *event)
{
	for (unsigned int s = 0; s < EDITORS; s++) {
		for (unsigned int i = 0; i < sets[s].count; i++) {
			struct copier *copier = &sets[s].copier[i];

			if (copier->name != event->thread)
				continue;
			CHECK(!copier->held);
			CHECK_EQUAL(event->request.target, copier->granter->name);
			CHECK(event->request.address - STAGE_BASE < STAGE_BYTES);
			copier->address = (vaddr_t)event->request.address;
			copier->access = event->request.access;
			copier->held = true;
			return MEMORY_HOLD;
		}
	}
	return MEMORY_HOLD; /* of one that is being freed: nobody answers it */
}

static int request_reply(endpoint_t thread, int result)
{
	return sys_vmctl_memreq_reply(&(struct sys_memreq_reply_req){thread, result}, NULL);
}

static void requests_answer(struct set *set)
{
	for (unsigned int i = 0; i < set->count; i++) {
		struct copier *copier = &set->copier[i];

		if (!copier->held)
			continue;
		if (stage_allows(&set->stage, copier->address, copier->access)) {
			copier->held = false;
			CHECK_EQUAL(request_reply(copier->thread->endpoint, 0), 0);
		} else if (storm_below(set->stage.random, 16) == 0) {
			copier->held = false;
			copier->refused = true;
			CHECK_EQUAL(request_reply(copier->thread->endpoint, -ENOMEM), 0);
		}
	}
}

/* --- Copiers ------------------------------------------------------------------------------------
 */

/* Held until the hook can find it. */
static void copier_start(struct copier *copier)
{
	const struct thread_plan plan = {
		.space = copier->space,
		.function = copy_on,
		.argument = copier,
		.quantum = MILLISECOND,
		.flags = THREAD_HELD,
	};
	struct sys_priv_allow_req request = {.operation = PRIV_ALLOW};

	copier->held = false;
	copier->thread = thread_make(&plan);
	copier->name = request.thread = copier->thread->endpoint;
	CHECK_EQUAL(sys_priv_allow(&request, NULL), 0);
}

static void copier_replace(struct copier *copier)
{
	const endpoint_t old = copier->thread->endpoint;

	copier->name = EP_NONE;
	thread_free(copier->thread);
	CHECK_EQUAL(request_reply(old, 0), -EDEADSRCDST);
	copier_start(copier);
}

static void copier_stop(struct set *set, const struct copier *copier)
{
	struct sys_runctl_req request = {copier->thread->endpoint, RUNCTL_STOP};
	unsigned int count;

	CHECK_EQUAL(sys_runctl(&request, NULL), 0);
	count = copier->count;
	if (copier->held)
		stage_open(&set->stage, (copier->address - STAGE_BASE) / ARCH_PAGE_SIZE);
	requests_answer(set);
	yield();
	CHECK(thread_rts(copier->thread->endpoint) & RTS_STOPPED);
	CHECK_EQUAL(copier->count, count);
	request.operation = RUNCTL_RESUME;
	CHECK_EQUAL(sys_runctl(&request, NULL), 0);
}

/* The copier's own space is closed for a moment. */
static void copier_inhibit(const struct copier *copier)
{
	const struct sys_space_req request = {copier->space->id};
	unsigned int count;

	CHECK_EQUAL(sys_vmctl_inhibit_set(&request, NULL), 0);
	count = copier->count;
	yield();
	CHECK_EQUAL(copier->count, count);
	CHECK_EQUAL(sys_vmctl_inhibit_clear(&request, NULL), 0);
}

static void copier_disturb(struct set *set)
{
	struct copier *copier = &set->copier[storm_below(set->stage.random, set->count)];

	switch (storm_below(set->stage.random, 4)) {
	case 0:
		copier_replace(copier);
		break;
	case 1:
		copier_inhibit(copier);
		break;
	case 2:
		thread_place(copier->thread->endpoint, PRIORITY_TEST,
			     storm_below(set->stage.random, cpu_count()));
		break;
	default:
		copier_stop(set, copier);
	}
}

static void set_make(struct set *set, bool writes, uint64_t *random)
{
	struct grant_entry entry = {
		.flags = GRANT_DIRECT | GRANT_READ | GRANT_WRITE,
		.grantee = EP_ANY,
		.address = STAGE_BASE,
		.bytes = STAGE_BYTES,
	};

	memset(set, 0, sizeof(*set));
	stage_make(&set->stage, random);
	set->stage.contents_keep = writes;
	granter_start(&set->granter, set->stage.space, NULL);
	for (unsigned int i = 0; i < (writes ? 1 : READERS); i++) {
		struct copier *copier = &set->copier[i];

		copier->stage = &set->stage;
		copier->granter = &set->granter;
		copier->grant = granter_grant(&set->granter, i, entry);
		copier->writes = writes;
		copier->random = *random + i;
		copier->space = space_make();
		(void)space_add(copier->space, STAGE_BASE, STAGE_PAGES, PAGE_WRITE);
		copier_start(copier);
		set->count = i + 1;
	}
}

static void set_end(struct set *set)
{
	set->stage.stop = true;
	for (unsigned int i = 0; i < STAGE_PAGES; i++)
		stage_open(&set->stage, i);
	for (unsigned int i = 0; i < set->count; i++) {
		nanoseconds_t limit = 0;

		while (set->copier[i].thread->end == THREAD_RUNS && wait_a_moment(&limit))
			requests_answer(set);
		CHECK(set->copier[i].count != 0);
		CHECK_EQUAL(thread_join(set->copier[i].thread), 0);
	}
	set->count = 0;
	thread_free(set->granter.thread);
	stage_end(&set->stage);
}

static int edit_on(void *argument)
{
	struct storm_worker *worker = argument;
	struct set *set = &sets[worker->index];

	set_make(set, worker->index & 1, &worker->random);
	while (worker->done < worker->operations) {
		if (storm_below(&worker->random, 16) == 0)
			copier_disturb(set);
		else
			stage_edit(&set->stage);
		requests_answer(set);
		if (cpu_count() == 1 || storm_below(&worker->random, 4) == 0)
			yield();
		worker->done++;
	}
	set_end(set);
	return 0;
}

static void edits_under_copies(void)
{
	struct storm_worker workers[STORM_WORKERS];
	struct ticker ticker;

	supervisor_hooks.memory = request_hold;
	ticker_start(&ticker);
	storm_start(workers, EDITORS, edit_on, NULL);
	storm_finish(workers, EDITORS);
	ticker_stop(&ticker);
}

static const struct test_case cases[] = {
	STORM("edits hold for copies through the space", edits_under_copies, 8000, 22000),
};

const struct test_suite suite_storm_copy = SUITE("storm_copy", cases);
