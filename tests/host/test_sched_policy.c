/* SCHED's policy: shares, priorities, where threads go. */
#include "test.h"

#include "servers/sched/policy.h"
#include "tests/host/random.h"
#include <string.h>

TEST("five steps of nice are half the share, each step the same")
{
	for (int nice = SCHED_NICE_MIN; nice < SCHED_NICE_MAX; nice++) {
		const uint64_t more = nice_quantum(nice), less = nice_quantum(nice + 1);

		CHECK(less * 1147 < more * 1000 && less * 1150 > more * 1000);
		if (nice + 5 <= SCHED_NICE_MAX) {
			const uint64_t half = nice_quantum(nice + 5);

			CHECK(half * 2 >= more - 2 && half * 2 <= more + 2);
		}
	}
	CHECK_EQ(nice_quantum(0), 20000000);
	/* The kernel's limits. */
	CHECK(nice_quantum(SCHED_NICE_MAX) >= 1000000);
	CHECK(nice_quantum(SCHED_NICE_MIN) <= 10000000000);
}

TEST("a higher nice value never starts before a lower one")
{
	CHECK_EQ(nice_priority_first(0), 8);
	for (int nice = SCHED_NICE_MIN; nice < SCHED_NICE_MAX; nice++)
		CHECK(nice_priority_first(nice) <= nice_priority_first(nice + 1));
	CHECK(nice_priority_first(SCHED_NICE_MIN) > 4); /* behind services */
	CHECK(nice_priority_first(SCHED_NICE_MAX) < PRIORITY_LAST);
	CHECK(!nice_valid(SCHED_NICE_MIN - 1) && !nice_valid(SCHED_NICE_MAX + 1));
	CHECK(nice_valid(SCHED_NICE_MIN) && nice_valid(SCHED_NICE_MAX));
}

TEST("the CPU with the least to do is chosen, the preferred one among equals")
{
	uint64_t load[CPUS_MAX] = {5, 3, 3, 9};

	CHECK_EQ(load_least(load, 0xF, CPUS_MAX), 1);
	CHECK_EQ(load_least(load, 0xF, 2), 2);
	CHECK_EQ(load_least(load, 0xF, 0), 1);
	CHECK_EQ(load_least(load, 0x9, 3), 0);
	CHECK_EQ(load_least(load, 0x8, 0), 3);
	CHECK_EQ(load_least(load, 1ull << 63, 0), 63);
}

TEST("a move makes loads more even, or there is none")
{
	const uint64_t load[CPUS_MAX] = {40, 20};
	struct load_thread threads[2] = {{0, 3, 20}, {0, 3, 20}};
	uint32_t thread, to;

	CHECK(!load_move(load, 2, threads, 2, &thread, &to)); /* 20 and 40 is no better */
	threads[1].weight = 10;
	CHECK(load_move(load, 2, threads, 2, &thread, &to));
	CHECK_EQ(thread, 1);
	CHECK_EQ(to, 1);
	threads[1].mask = 1;
	CHECK(!load_move(load, 2, threads, 2, &thread, &to));
}

TEST("moves come to an end, where no thread could go to a better place")
{
	for (uint64_t seed = 1; seed <= 300; seed++) {
		uint64_t random = seed * 0x9E3779B97F4A7C15ull;
		const uint32_t cpus = 1 + random_below(&random, 8);
		const uint32_t count = random_below(&random, 30);
		uint64_t load[CPUS_MAX] = {0};
		struct load_thread threads[30];
		uint32_t thread, to, moves = 0;

		for (uint32_t i = 0; i < count; i++) {
			const uint32_t cpu = random_below(&random, cpus);

			threads[i] = (struct load_thread){
				.cpu = cpu,
				.mask = 1ull << cpu | random_next(&random),
				.weight = 1 + random_below(&random, 300),
			};
			load[cpu] += threads[i].weight;
		}
		while (load_move(load, cpus, threads, count, &thread, &to) && moves++ < 1000) {
			CHECK(threads[thread].mask >> to & 1);
			CHECK(to < cpus && to != threads[thread].cpu);
			CHECK(load[to] + threads[thread].weight < load[threads[thread].cpu]);
			load[threads[thread].cpu] -= threads[thread].weight;
			load[to] += threads[thread].weight;
			threads[thread].cpu = to;
		}
		CHECK(moves < 1000);
		for (uint32_t i = 0; i < count; i++)
			for (uint32_t cpu = 0; cpu < cpus; cpu++)
				CHECK(!(threads[i].mask >> cpu & 1) ||
				      load[cpu] + threads[i].weight >= load[threads[i].cpu] ||
				      cpu == threads[i].cpu);
	}
}
