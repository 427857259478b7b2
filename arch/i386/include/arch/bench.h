/* Markers of the benchmark on i386: an instruction that does nothing and that the counting plugin
 * (tests/bench/insc.c) knows by its bytes: cmp eax, 0x534BRRII, role and id in the immediate. It
 * exists on every CPU from the 386 on; the plugin does not count it.
 */
#pragma once

#define ARCH_BENCH_MARK 0x534B0000

__attribute__((always_inline)) static inline void arch_bench_mark(unsigned int role,
								  unsigned int id)
{
	__asm__ volatile("cmpl %0, %%eax"
			 :
			 : "i"(ARCH_BENCH_MARK | role << 8 | id)
			 : "memory", "cc");
}
