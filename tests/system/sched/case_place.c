/* Cases of CPUs: masks are obeyed, and the busy are spread. */
#include "worker.h"

#include <service.h>
#include <string.h>
#include <sys_call.h>

static bool enough_cpus(uint32_t wanted)
{
	if (cpus() >= wanted)
		return true;
	runner_skip("too few CPUs");
	return false;
}

/* Quantum after quantum, as the kernel says. */
static bool stays_on(unsigned int number, uint64_t mask, unsigned int looks)
{
	for (unsigned int i = 0; i < looks; i++) {
		const struct info_thread info = worker_info(number);

		EXPECT(mask >> info.cpu & 1);
		EXPECT((info.affinity & ~mask) == 0);
		EXPECT(quanta_pass(number + 1, 1));
	}
	return true;
}

bool case_mask_obeyed(void)
{
	for (uint32_t cpu = 0; cpu < cpus(); cpu++) {
		EXPECT(workers_start(1));
		EXPECT_EQ(start(0, 0, 1ull << cpu), 0);
		EXPECT_EQ(state(0).cpu, cpu);
		EXPECT(quanta_pass(1, 1));
		EXPECT(stays_on(0, 1ull << cpu, 6));
		EXPECT(workers_stop());
	}
	return true;
}

bool case_mask_changed(void)
{
	if (!enough_cpus(2))
		return true;
	EXPECT(workers_start(1));
	EXPECT_EQ(start(0, 0, 1), 0);
	for (unsigned int round = 0; round < 8; round++) {
		const uint64_t mask = 1ull << (round + 1) % cpus();

		EXPECT(quanta_pass(1, 1));
		EXPECT_EQ(set_mask(0, mask), 0);
		EXPECT(quanta_pass(1, 1));
		EXPECT(stays_on(0, mask, 2));
	}
	return workers_stop();
}

bool case_mask_of_resting(void)
{
	if (!enough_cpus(2))
		return true;
	EXPECT(workers_start(1));
	EXPECT_EQ(start(0, 0, 1), 0);
	EXPECT(worker_rest(0));
	EXPECT_EQ(set_mask(0, 2), 0);
	EXPECT(worker_go_on(0));
	EXPECT(quanta_pass(1, 1));
	EXPECT(stays_on(0, 2, 3));
	return workers_stop();
}

/* Once it has come where it was put, the kernel may take it wherever its mask says. */
bool case_soft(void)
{
	const uint64_t all = (1ull << cpus()) - 1;

	EXPECT(workers_start(1));
	EXPECT_EQ(start(0, 0, EVERY_CPU), 0);
	UNTIL(worker_info(0).affinity == all);
	EXPECT(quanta_pass(1, 3));
	EXPECT(worker_info(0).affinity == all);
	/* One that rests need not come. */
	EXPECT(worker_rest(0));
	EXPECT_EQ(set_mask(0, 1), 0);
	EXPECT_EQ(set_mask(0, EVERY_CPU), 0);
	UNTIL(worker_info(0).affinity == all);
	return workers_stop();
}

/* --- Balance ---------------------------------------------------------------------------------- */

static unsigned int here(unsigned int count, uint32_t cpu)
{
	unsigned int found = 0;

	for (unsigned int i = 0; i < count; i++)
		found += worker_info(i).cpu == cpu;
	return found;
}

static bool spread_evenly(unsigned int count, unsigned int each)
{
	for (uint32_t cpu = 0; cpu < cpus(); cpu++) {
		if (here(count, cpu) != each || cpu_load(cpu).busy != each)
			return false;
	}
	return true;
}

/* All on one CPU, then wherever they like: two for each. */
bool case_spread(void)
{
	const unsigned int count = cpus() * 2 <= CREW_MAX ? cpus() * 2 : CREW_MAX;

	if (CREW_MAX % cpus() != 0 && count == CREW_MAX)
		return true;
	EXPECT(workers_start(count));
	for (unsigned int i = 0; i < count; i++)
		EXPECT_EQ(start(i, 0, 1), 0);
	EXPECT(quanta_pass(count, count));
	EXPECT_EQ(here(count, 0), count);
	for (unsigned int i = 0; i < count; i++)
		EXPECT_EQ(set_mask(i, EVERY_CPU), 0);
	UNTIL(spread_evenly(count, count / cpus()));
	return workers_stop();
}

static uint64_t busy_cpus(void)
{
	uint64_t mask = 0;

	for (uint32_t cpu = 0; cpu < cpus(); cpu++)
		mask |= (uint64_t)(cpu_load(cpu).busy > 0) << cpu;
	return mask;
}

/* Started where nobody was busy, unless all were. */
static bool starts_apart(unsigned int number)
{
	uint64_t before, after;

	do { /* until it is known who was busy then */
		before = busy_cpus();
		EXPECT_EQ(start(number, 0, EVERY_CPU), 0);
		after = busy_cpus() & ~(1ull << state(number).cpu);
	} while (after != before && after != (before & ~(1ull << state(number).cpu)));
	EXPECT(before == (1ull << cpus()) - 1 || !(before >> state(number).cpu & 1));
	return true;
}

bool case_choice(void)
{
	const unsigned int count = cpus() <= CREW_MAX ? cpus() : CREW_MAX;

	EXPECT(workers_start(count));
	for (unsigned int i = 0; i < count; i++)
		EXPECT(worker_rest(i));
	for (unsigned int i = 0; i < count; i++) {
		EXPECT(starts_apart(i));
		EXPECT(worker_go_on(i));
		EXPECT(quanta_pass(i + 1, i + 1));
		UNTIL(cpu_load(state(i).cpu).busy >= 1);
	}
	return workers_stop();
}

/* Shares count, not heads: one of twice the share has a CPU for itself. */
static bool heavy_alone(void)
{
	const uint32_t cpu = state(0).cpu;

	return state(1).cpu != cpu && state(2).cpu != cpu && state(1).cpu == state(2).cpu;
}

bool case_spread_by_share(void)
{
	if (!enough_cpus(2))
		return true;
	EXPECT(workers_start(3));
	EXPECT_EQ(start(0, -5, 3), 0);
	EXPECT_EQ(start(1, 0, 1), 0);
	EXPECT_EQ(start(2, 0, 2), 0);
	EXPECT(quanta_pass(3, 6));
	EXPECT_EQ(set_mask(1, 3), 0);
	EXPECT_EQ(set_mask(2, 3), 0);
	UNTIL(heavy_alone());
	return workers_stop();
}

/* Those that may not move stay, others make room. */
bool case_spread_with_masks(void)
{
	if (!enough_cpus(2))
		return true;
	EXPECT(workers_start(4));
	EXPECT_EQ(start(0, 0, 1), 0);
	EXPECT_EQ(start(1, 0, 1), 0);
	EXPECT_EQ(start(2, 0, 3), 0);
	EXPECT_EQ(start(3, 0, 3), 0);
	UNTIL(state(2).cpu == 1 && state(3).cpu == 1 && worker_info(2).cpu == 1 &&
	      worker_info(3).cpu == 1);
	EXPECT(stays_on(0, 1, 3));
	EXPECT(stays_on(1, 1, 3));
	return workers_stop();
}

/* A child goes where its parent is unless another CPU has less to do. */
bool case_child_place(void)
{
	struct sched_inherit_req inherit;

	if (!enough_cpus(2))
		return true;
	EXPECT(workers_start(2));
	inherit = (struct sched_inherit_req){worker(0), worker(1)};
	EXPECT_EQ(start(0, 0, 3), 0);
	EXPECT(worker_rest(1));
	EXPECT(worker_rest(0)); /* its parent rests: nobody is busy */
	UNTIL(cpu_load(0).busy == 0 && cpu_load(1).busy == 0);
	EXPECT_EQ(sched_inherit(&inherit, NULL), 0);
	EXPECT_EQ(state(1).cpu, state(0).cpu);
	EXPECT(worker_go_on(0));
	UNTIL(cpu_load(state(0).cpu).busy == 1);
	EXPECT_EQ(sched_inherit(&inherit, NULL), 0);
	EXPECT(state(1).cpu != state(0).cpu);
	return workers_stop();
}
