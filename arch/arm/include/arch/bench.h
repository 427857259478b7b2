/* Markers of the benchmark on ARM: an instruction that does nothing and that the counting plugin
 * (tests/bench/insc.c) knows by its bytes: PLI [pc, #-0xRII], role and id in the offset. It is a
 * hint (ARM DDI 0406C, A8.8.129), which no compiler emits; the plugin does not count it.
 */
#pragma once

#define ARCH_BENCH_MARK 0

__attribute__((always_inline)) static inline void arch_bench_mark(unsigned int role,
								  unsigned int id)
{
	__asm__ volatile("pli [pc, #-%c0]" ::"i"(role << 8 | id) : "memory");
}
