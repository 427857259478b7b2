/* The last text that was written, as a ring: positions count all bytes ever. Pure. */
#pragma once

#include <stdint.h>

#define RING_BYTES 65536u

struct ring {
	uint64_t end; /* bytes ever written */
	uint8_t text[RING_BYTES];
};

void ring_add(struct ring *ring, const uint8_t *text, uint32_t bytes);

/* Where the oldest whole line begins: what was half overwritten is left out. */
uint64_t ring_begin(const struct ring *ring);

/* Copy from *position on, which moves to the oldest line if that was overwritten. How many; the
 * position is then that of what was copied. */
uint32_t ring_read(const struct ring *ring, uint64_t *position, uint8_t *to, uint32_t bytes);
