/* Multiplying by a ratio of two frequencies without a 64-bit division: x * multiplier >> shift, the
 * product taken in 96 bits.
 */
#pragma once

#include <stdint.h>

struct time_scale {
	uint32_t multiplier;
	uint32_t shift; /* at most 32 */
};

/* A bit at a time: at boot only. The divisor is not 0 and below 2^63. */
static inline uint64_t time_divide(uint64_t number, uint64_t divisor)
{
	uint64_t quotient = 0, remainder = 0;

	for (unsigned int i = 0; i < 64; i++) {
		remainder = remainder << 1 | number >> 63;
		number <<= 1;
		quotient <<= 1;
		if (remainder >= divisor) {
			remainder -= divisor;
			quotient |= 1;
		}
	}
	return quotient;
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
