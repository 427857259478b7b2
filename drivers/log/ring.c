/* Text in, text out. */
#include "ring.h"

void ring_add(struct ring *ring, const uint8_t *text, uint32_t bytes)
{
	for (uint32_t i = 0; i < bytes; i++)
		ring->text[ring->end++ % RING_BYTES] = text[i];
}

uint64_t ring_begin(const struct ring *ring)
{
	if (ring->end <= RING_BYTES)
		return 0;
	for (uint64_t at = ring->end - RING_BYTES; at < ring->end; at++) {
		if (ring->text[at % RING_BYTES] == '\n')
			return at + 1;
	}
	return ring->end - RING_BYTES; /* one line longer than the ring */
}

uint32_t ring_read(const struct ring *ring, uint64_t *position, uint8_t *to, uint32_t bytes)
{
	uint32_t done = 0;

	if (ring->end - *position > RING_BYTES)
		*position = ring_begin(ring);
	while (done < bytes && *position + done < ring->end) {
		to[done] = ring->text[(*position + done) % RING_BYTES];
		done++;
	}
	return done;
}
