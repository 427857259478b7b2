/* Markers of the benchmark. A real port emits an instruction that does nothing and that the
 * counting plugin (tests/bench) knows by its bytes, role and id in them.
 */
#pragma once

#define ARCH_BENCH_MARK 0

static inline void arch_bench_mark(unsigned int role, unsigned int id)
{
	(void)role, (void)id;
}
