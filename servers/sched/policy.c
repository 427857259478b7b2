/* Quanta, priorities and balance. */
#include "policy.h"

#define STEPS 5 /* of nice, to half or twice the share */
#define FIRST_MIDDLE 8
#define FIRST_REACH 3 /* how far nice 20 is from there */

uint64_t nice_quantum(int32_t nice)
{
	/* 20 ms * 2^(-i/5) */
	static const uint64_t nanoseconds[STEPS] = {20000000, 17411011, 15157165, 13195079,
						    11486983};
	const uint32_t up = (uint32_t)(nice - SCHED_NICE_MIN);

	return nanoseconds[up % STEPS] << 4 >> up / STEPS;
}

uint32_t nice_priority_first(int32_t nice)
{
	return (uint32_t)(FIRST_MIDDLE + nice * FIRST_REACH / 20);
}

uint32_t load_least(const uint64_t load[CPUS_MAX], uint64_t mask, uint32_t prefer)
{
	uint32_t best =
		prefer < CPUS_MAX && mask >> prefer & 1 ? prefer : (uint32_t)__builtin_ctzll(mask);

	for (uint32_t cpu = 0; cpu < CPUS_MAX; cpu++) {
		if ((mask >> cpu & 1) && load[cpu] < load[best])
			best = cpu;
	}
	return best;
}

/* Half of what the sum of squares loses. */
static uint64_t gain(const uint64_t load[CPUS_MAX], const struct load_thread *thread, uint32_t to)
{
	const uint64_t from = load[thread->cpu], after = load[to] + thread->weight;

	return from > after ? thread->weight * (from - after) : 0;
}

bool load_move(const uint64_t load[CPUS_MAX], uint32_t cpus, const struct load_thread *threads,
	       uint32_t count, uint32_t *thread, uint32_t *to)
{
	uint64_t best = 0;

	for (uint32_t i = 0; i < count; i++) {
		for (uint32_t cpu = 0; cpu < cpus; cpu++) {
			const uint64_t now =
				threads[i].mask >> cpu & 1 ? gain(load, &threads[i], cpu) : 0;

			if (now > best) {
				best = now;
				*thread = i;
				*to = cpu;
			}
		}
	}
	return best > 0;
}
