/* Little-endian values at byte offsets, to build images and tables by their specification. */
#pragma once

#include <stdint.h>
#include <string.h>

static inline void put_bytes(void *base, size_t offset, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((uint8_t *)base)[offset + i] = (uint8_t)(value >> 8 * i);
}

static inline void put8(void *base, size_t offset, uint64_t value)
{
	put_bytes(base, offset, value, 1);
}

static inline void put16(void *base, size_t offset, uint64_t value)
{
	put_bytes(base, offset, value, 2);
}

static inline void put32(void *base, size_t offset, uint64_t value)
{
	put_bytes(base, offset, value, 4);
}

static inline void put64(void *base, size_t offset, uint64_t value)
{
	put_bytes(base, offset, value, 8);
}

static inline uint32_t get32(const void *base, size_t offset)
{
	const uint8_t *bytes = (const uint8_t *)base + offset;

	return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* Sets the byte at offset so that all size bytes sum to 0. */
static inline void put_checksum(void *base, size_t size, size_t offset)
{
	uint8_t sum = 0;

	put8(base, offset, 0);
	for (size_t i = 0; i < size; i++)
		sum += ((uint8_t *)base)[i];
	put8(base, offset, (uint8_t)-sum);
}
