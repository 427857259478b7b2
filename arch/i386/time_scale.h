/* Multiplying by a ratio of two frequencies without a 64-bit division, which the kernel is not
 * linked with: x * multiplier >> shift, the product taken in 96 bits.
 */
#pragma once

#include <stdint.h>

struct time_scale {
	uint32_t multiplier;
	uint32_t shift; /* at most 32 */
};

static inline uint64_t time_divide(uint64_t number, uint32_t divisor)
{
	uint32_t high = number >> 32, low = (uint32_t)number;
	uint32_t remainder = high % divisor;

	__asm__("divl %2" : "+a"(low), "+d"(remainder) : "rm"(divisor) : "cc");
	return (uint64_t)(high / divisor) << 32 | low;
}

/* to / from, as exactly as 32 bits can. Neither is 0. */
static inline struct time_scale time_scale_ratio(uint32_t to, uint32_t from)
{
	struct time_scale scale = {.shift = 32};
	uint64_t quotient;

	for (;;) {
		quotient = time_divide((uint64_t)to << scale.shift, from);
		if (quotient >> 32 == 0)
			break;
		scale.shift--;
	}
	scale.multiplier = (uint32_t)quotient;
	return scale;
}

static inline uint64_t time_scale_apply(const struct time_scale *scale, uint64_t x)
{
	uint64_t low = (x & 0xffffffffu) * scale->multiplier;
	uint64_t high = (x >> 32) * scale->multiplier;

	return (high << (32 - scale->shift)) + (low >> scale->shift);
}
