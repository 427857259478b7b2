/* The kernel-call fuzzer: test=fuzz fuzz=N seed=S makes N random kernel calls and traps. It fails
 * when a row of kernel.def never succeeds, a documented refusal never occurs or another one does,
 * or when something is left over at the end. fuzz_show=1 prints what occurred how often, fuzz_log=N
 * every call from step N of each worker on.
 *
 * The case's thread conducts: it makes the workers, pulls those back that wait for too long, and
 * takes victims away that keep all CPUs.
 */
#include "fuzz.h"

#include "option.h"
#include "supervisor.h"
#include <arch/provoke.h>
#include <sys.h>

#define CALLS_DEFAULT 100000u
#define CALLS_AMONG_OTHERS 5000u /* when all suites run */
#define CALLS_COVERING 50000u	 /* with fewer, something may not occur by chance */

#define TICK (MILLISECOND / 2)
#define TICKS_STALLED 100u /* victims hold the CPUs */
#define TICKS_HUNG 20000u  /* somebody waits for ever */
#define TICKS_PATIENCE 2048u
#define TICKS_CHECK 64u

static struct row rows[SYS_CALL_COUNT];
static uint32_t weight_sum;

/* --- Workers -----------------------------------------------------------------------------------
 */

static void rows_join(void)
{
	const struct row *const tables[] = {thread_rows, signal_rows, memory_rows, system_rows};

	weight_sum = 0;
	for (unsigned int number = 0; number < SYS_CALL_COUNT; number++) {
		rows[number] = (struct row){};
		for (unsigned int table = 0; table < sizeof(tables) / sizeof(tables[0]); table++) {
			if (tables[table][number].make != NULL)
				rows[number] = tables[table][number];
		}
		CHECK(rows[number].make != NULL || number == SYS_EXIT);
		weight_sum += rows[number].weight;
	}
}

static unsigned int row_pick(struct choice *c)
{
	uint32_t left = below(c, weight_sum);
	unsigned int number = 0;

	while (left >= rows[number].weight)
		left -= rows[number++].weight;
	return number;
}

/* Who may do little tries most often what it may. */
static void call_step(struct choice *c)
{
	unsigned int number = row_pick(c);

	for (unsigned int i = 0; i < 20 && !(c->worker->role.calls >> number & 1); i++)
		number = row_pick(c);
	rows[number].make(c);
}

static bool crowd_is_here(const struct worker *worker)
{
	return worker->index == 0 && worker->calls >= worker->share / 2 &&
	       worker->calls < worker->share / 2 + worker->share / 16;
}

static int worker_run(void *argument)
{
	struct worker *worker = argument;
	struct choice c = {};
	bool crowded = false;

	while (worker->calls < worker->share) {
		choice_begin(&c, worker);
		worker->steps++;
		if (one_in(&c, 4))
			trap_step(&c);
		else if (one_in(&c, 8))
			victim_mend(&c);
		else
			call_step(&c);
		if (worker->steps % 4 == 0)
			yield();
		/* Making it takes calls itself, so it may be over when it is made. */
		if (crowded != crowd_is_here(worker)) {
			if (crowded)
				crowd_unmake(&c);
			else
				crowd_make(&c);
			crowded = !crowded;
		}
	}
	if (crowded)
		crowd_unmake(&c);
	return 0;
}

/* --- Rights ------------------------------------------------------------------------------------
 */

static void target_deny(endpoint_t thread)
{
	struct sys_root_get_reply reply;

	REQUIRE(sys_vmctl_root_get(&(struct sys_root_get_req){thread}, &reply) == 0);
	world.targets[reply.privilege / 64] &= ~(1ull << reply.privilege % 64);
}

static struct role role_of(unsigned int worker)
{
	struct role role = role_full;

	switch (worker) {
	case 2: /* a service that may make every call, but holds nothing */
		role.flags = PRIV_SYSTEM | PRIV_CHECK_IO;
		break;
	case 3:
		role.flags = PRIV_SYSTEM;
		role.calls = VICTIM_CALLS;
		break;
	case 4: /* like fuzz_system.c gives other programs */
		role = role_program;
		role.calls &= VICTIM_CALLS;
		break;
	default:
		return role;
	}
	role.targets[0] = world.targets[0];
	role.targets[1] = world.targets[1];
	return role;
}

static void worker_make(struct worker *worker, unsigned int index, uint32_t share)
{
	const struct thread_plan plan = {
		/* 0 and 3 in the root's space, the others in two like it */
		.space = index % 3 == 0 ? NULL : world.space[index % 3 - 1],
		.role = &worker->role,
		.function = worker_run,
		.argument = worker,
		.priority = WORKER_PRIORITY,
		.quantum = WORKER_QUANTUM,
		.flags = THREAD_HELD,
	};

	worker->index = index;
	worker->role = role_of(index);
	worker->share = share;
	worker->caller = EP_NONE;
	worker->record = (uint8_t *)RECORD_BASE + index * ARCH_PAGE_SIZE;
	worker->thread = thread_make(&plan);
	worker->endpoint = worker->thread->endpoint;
}

static void irq_give(const struct worker *worker)
{
	const struct sys_priv_resource_req request = {worker->endpoint, RESOURCE_IRQ,
						      ARCH_IRQ_SOURCE, 1};

	CHECK_EQUAL(sys_priv_add(&request, NULL), 0);
}

static void workers_make(uint32_t calls)
{
	world.targets[0] = world.targets[1] = ~0ull;
	target_deny(supervisor_endpoint());
	target_deny(world.conductor);
	for (unsigned int i = 0; i < PARTNERS; i++) {
		const struct thread_plan plan = {
			.space = i == 0 ? NULL : world.space[0],
			.function = partner_run,
			.priority = WORKER_PRIORITY - i, /* one is more urgent */
		};

		world.partner[i] = thread_make(&plan);
	}
	for (unsigned int i = 0; i < WORKERS; i++)
		worker_make(&world.worker[i], i, calls / WORKERS);
	irq_give(&world.worker[0]);
	irq_give(&world.worker[2]);
	for (unsigned int i = 0; i < WORKERS; i++) {
		const struct sys_priv_allow_req request = {world.worker[i].endpoint, PRIV_ALLOW};

		CHECK_EQUAL(sys_priv_allow(&request, NULL), 0);
	}
}

/* --- Conducting --------------------------------------------------------------------------------
 */

static void inhibits_clear(void)
{
	struct sys_space_req request;

	for (unsigned int i = 0; i < CELLS; i++) {
		request.space = world.cell[i].id;
		(void)sys_vmctl_inhibit_clear(&request, NULL);
	}
	for (unsigned int i = 0; i < 2; i++) {
		request.space = world.space[i]->id;
		(void)sys_vmctl_inhibit_clear(&request, NULL);
	}
}

static void victim_clear(endpoint_t endpoint)
{
	if (!is_protected(endpoint) && sys_clear(&(struct sys_clear_req){endpoint}, NULL) == 0)
		victim_forget(endpoint);
}

static void victims_clear(void)
{
	for (unsigned int i = 0; i < BODIES; i++) {
		if (world.body[i].endpoint != 0)
			victim_clear(world.body[i].endpoint);
	}
}

/* It makes no progress: end what it waits for. The root comes round by itself. */
static void worker_help(const struct worker *worker)
{
	const struct info_thread info = thread_info(worker->endpoint);

	if ((info.rts & (RTS_SENDING | RTS_REPLY_WAIT)) && info.waits_for == supervisor_endpoint())
		return;
	if (info.rts & (RTS_SENDING | RTS_RECEIVE_ANY | RTS_RECEIVE_FROM))
		(void)sys_ipc_cancel(&(struct sys_ipc_cancel_req){worker->endpoint}, NULL);
	else if (info.rts & RTS_REPLY_WAIT)
		victim_clear(info.waits_for);
	inhibits_clear(); /* it, or who would answer it */
}

static void hang_report(void)
{
	CHECK(!"the workers make progress");
	for (unsigned int i = 0; i < WORKERS; i++) {
		const struct worker *worker = &world.worker[i];
		const struct info_thread info = thread_info(worker->endpoint);

		sys_print("# worker %u: %u calls of %u, rts %#x, waits for %#x\n", i, worker->calls,
			  worker->share, info.rts, info.waits_for);
	}
	check_stop();
}

/* One look at all workers; false: all have ended. */
static bool workers_watch(uint32_t seen[WORKERS], unsigned int *still)
{
	bool running = false, moved = false;

	for (unsigned int i = 0; i < WORKERS; i++) {
		const struct worker *worker = &world.worker[i];

		if (*(volatile enum thread_end *)&worker->thread->end != THREAD_RUNS)
			continue;
		running = true;
		if (seen[i] != worker->calls)
			moved = true;
		else
			worker_help(worker);
		seen[i] = worker->calls;
	}
	*still = moved ? 0 : *still + 1;
	if (*still % TICKS_STALLED == TICKS_STALLED - 1)
		victims_clear();
	if (*still == TICKS_HUNG)
		hang_report();
	return running;
}

static uint32_t port_access(uint32_t port, uint32_t width, bool write, uint32_t value)
{
	const struct sys_io_port_req request = {port, width, write ? IO_WRITE : IO_READ, value};
	struct sys_io_port_reply reply;

	return sys_io_port(&request, &reply) == 0 ? reply.value : 0;
}

static void conduct(void)
{
	uint32_t seen[WORKERS] = {};
	unsigned int still = 0, ticks = 0;

	(void)arch_port_play_select(port_access);
	(void)arch_irq_source_start(port_access);
	while (workers_watch(seen, &still)) {
		if (++ticks % TICKS_PATIENCE == 0)
			supervisor_patience();
		if (ticks % TICKS_CHECK == 0)
			waits_check();
		(void)surprises_print();
		arch_irq_source_acknowledge(port_access);
		sleep_for(TICK);
	}
	arch_irq_source_stop(port_access);
	for (unsigned int i = 0; i < WORKERS; i++)
		CHECK_EQUAL(world.worker[i].thread->end, THREAD_EXITED);
	inhibits_clear();
	for (unsigned int i = 0; i < PARTNERS; i++) {
		CHECK_EQUAL(ipc_call(world.partner[i]->endpoint), 0);
		CHECK_EQUAL(thread_join(world.partner[i]), 0);
	}
	for (unsigned int i = 0; i < WORKERS; i++)
		thread_free(world.worker[i].thread);
}

/* --- Cases -------------------------------------------------------------------------------------
 */

static uint32_t calls_wanted(void)
{
	char selection[128];

	option_get("test", selection, sizeof(selection));
	return (uint32_t)option_number("fuzz", list_has(selection, "fuzz") ? CALLS_DEFAULT
									   : CALLS_AMONG_OTHERS);
}

static void random_calls(void)
{
	const uint64_t seed = option_number("seed", 1);
	const uint32_t calls = calls_wanted();
	const nanoseconds_t start = clock_now();
	uint32_t made = 0;

	sys_print("# fuzz=%u seed=%llu\n", calls, seed);
	log_from = (uint32_t)option_number("fuzz_log", ~0u);
	cover_reset();
	rows_join();
	world_make(seed);
	workers_make(calls);
	conduct();
	world_unmake();
	for (unsigned int i = 0; i < WORKERS; i++)
		made += world.worker[i].calls;
	sys_print("# %u calls, about %u ms\n", made, (uint32_t)((clock_now() - start) >> 20));
	CHECK_EQUAL(surprises_print(), 0);
}

static void everything_occurred(void)
{
	if (option_number("fuzz_show", 0) != 0)
		cover_print();
	if (calls_wanted() < CALLS_COVERING)
		case_skip("too few calls");
	CHECK_EQUAL(cover_missing(), 0);
}

static const struct test_case cases[] = {
	CASE("random calls answer what they document and leave nothing behind", random_calls, 0),
	CASE("every call succeeds and every refusal occurs", everything_occurred, 0),
};

const struct test_suite suite_fuzz = SUITE("fuzz", cases);
