/* CR4 (SDM vol. 3, 2.5). A CPU without CPUID, or with none of these features, may not have it. */
#pragma once

#include <stdint.h>

#define CR4_PSE 0x10u /* 4 MB pages */
#define CR4_PGE 0x80u /* global pages */

static inline uint32_t cr4_read(void)
{
	uint32_t value;

	__asm__ volatile("movl %%cr4, %0" : "=r"(value));
	return value;
}

static inline void cr4_write(uint32_t value)
{
	__asm__ volatile("movl %0, %%cr4" : : "r"(value) : "memory");
}
