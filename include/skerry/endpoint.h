/* Endpoints: 32-bit names of threads.
 *
 *   31            12 11         0
 *   +----------------+-----------+
 *   |  generation    |   slot    |   generation 1 .. 0xFFFFE; slot < 0xFFF
 *   +----------------+-----------+
 *
 * A slot's generation advances each time a thread leaves it, so a stale endpoint names nobody:
 * calls answer EDEADSRCDST. Values with slot 0xFFF are special names and never name a thread.
 */
#pragma once

#include <skerry/types.h>

#define ENDPOINT_SLOT_BITS 12
#define ENDPOINT_SLOT_MASK ((1u << ENDPOINT_SLOT_BITS) - 1)
#define ENDPOINT_GENERATION_MAX 0xFFFFEu

#define ENDPOINT(slot, generation) (((endpoint_t)(generation) << ENDPOINT_SLOT_BITS) | (slot))

#define EP_NONE 0xFFFFFFFFu	/* nobody */
#define EP_ANY 0xFFFFEFFFu	/* receive from anybody */
#define EP_SELF 0xFFFFDFFFu	/* the caller, in kernel calls that take an endpoint */
#define EP_PHYSICAL 0xFFFFCFFFu /* physical memory, in copies that may name it */

/* Sources of messages the kernel makes in its own name; each is one bit in a receiver's set of
 * pending notifications. */
#define EP_HARDWARE 0xFFFFBFFFu /* an interrupt: payload struct notify_hardware */
#define EP_CLOCK 0xFFFFAFFFu	/* an alarm */
#define EP_SYSTEM 0xFFFF9FFFu	/* signals wait for their manager: SYS_SIGNAL_GET */
#define EP_ASYNC 0xFFFF8FFFu	/* asynchronous sends were delivered or dropped */

static inline unsigned int endpoint_slot(endpoint_t e)
{
	return e & ENDPOINT_SLOT_MASK;
}

/* EP_NONE, EP_ANY and the like: a name, but no thread's. */
static inline bool endpoint_is_special(endpoint_t e)
{
	return endpoint_slot(e) == ENDPOINT_SLOT_MASK;
}
