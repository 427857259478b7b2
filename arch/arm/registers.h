/* System registers of ARMv7-A by their names in ARM DDI 0406C, B4.1: inline, for C. */
#pragma once

#include <skerry/types.h>

#define REGISTER_32(name, instruction)                                                             \
	static inline uint32_t name##_read(void)                                                   \
	{                                                                                          \
		uint32_t value;                                                                    \
                                                                                                   \
		__asm__ volatile("mrc " instruction : "=r"(value)::"memory");                      \
		return value;                                                                      \
	}                                                                                          \
	static inline void name##_write(uint32_t value)                                            \
	{                                                                                          \
		__asm__ volatile("mcr " instruction ::"r"(value) : "memory");                      \
	}

#define OPERANDS(op1, n, m, op2) "p15, " #op1 ", %0, c" #n ", c" #m ", " #op2

REGISTER_32(midr, OPERANDS(0, 0, 0, 0))
REGISTER_32(mpidr, OPERANDS(0, 0, 0, 5))
REGISTER_32(id_pfr1, OPERANDS(0, 0, 1, 1))
REGISTER_32(sctlr, OPERANDS(0, 1, 0, 0))
REGISTER_32(cpacr, OPERANDS(0, 1, 0, 2))
REGISTER_32(ttbr0, OPERANDS(0, 2, 0, 0))
REGISTER_32(ttbr1, OPERANDS(0, 2, 0, 1))
REGISTER_32(ttbcr, OPERANDS(0, 2, 0, 2))
REGISTER_32(dfsr, OPERANDS(0, 5, 0, 0))
REGISTER_32(ifsr, OPERANDS(0, 5, 0, 1))
REGISTER_32(dfar, OPERANDS(0, 6, 0, 0))
REGISTER_32(ifar, OPERANDS(0, 6, 0, 2))
REGISTER_32(tlbiall, OPERANDS(0, 8, 7, 0))
REGISTER_32(vbar, OPERANDS(0, 12, 0, 0))
REGISTER_32(tpidruro, OPERANDS(0, 13, 0, 3))
REGISTER_32(tpidrprw, OPERANDS(0, 13, 0, 4))
REGISTER_32(cntfrq, OPERANDS(0, 14, 0, 0))
REGISTER_32(cntkctl, OPERANDS(0, 14, 1, 0))
REGISTER_32(cntv_ctl, OPERANDS(0, 14, 3, 1))

static inline void cntv_cval_write(uint64_t value)
{
	__asm__ volatile("mcrr p15, 3, %Q0, %R0, c14" ::"r"(value) : "memory");
}

static inline void isb(void)
{
	__asm__ volatile("isb" ::: "memory");
}

static inline void dsb(void)
{
	__asm__ volatile("dsb ish" ::: "memory");
}

/* Of MPIDR: affinity levels 0 to 2, as devicetrees and PSCI name a CPU. */
#define MPIDR_AFFINITY 0xFFFFFFu
