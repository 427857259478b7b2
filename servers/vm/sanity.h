/* Is every frame used by exactly those who may? Debug builds go through all of VM's memory: whoever
 * holds frames says which, and at the end each frame must have been seen as often as it has
 * references. So a frame used twice, lost, or used while it is free is found, with its number.
 *
 *	sanity_begin(&sanity, &frames);
 *	sanity_see_space(&sanity, &space);			(each)
 *	sanity_see_pages(&sanity, &object->pages, "object");	(each shared object)
 *	sanity_see_slab(&sanity, &slab, frame_of_page);		(each)
 *	sanity_see(&sanity, frame, FRAME_TABLE, "table");	(each page table, cache block, ...)
 *	if (!sanity_end(&sanity)) panic("%s: %s, frame %u", sanity.where, sanity.wrong,
 *sanity.frame);
 */
#pragma once

#include "space.h"

struct sanity {
	struct frames *frames;
	const char *wrong; /* the first thing found; NULL: nothing */
	const char *where; /* who said so */
	frame_t frame;	   /* FRAME_NONE: not one in particular */
	uint32_t holds;	   /* seen so far */
};

void sanity_begin(struct sanity *sanity, struct frames *frames);

/* One user of a frame, with the frame_use it must have. */
void sanity_see(struct sanity *sanity, frame_t frame, enum frame_use use, const char *where);

/* Frames held for devices, once for each hold. */
void sanity_see_hold(struct sanity *sanity, frame_t first, uint32_t count, const char *where);

/* Every page of the table; frames that are no memory of ours are left out. */
void sanity_see_pages(struct sanity *sanity, struct pages *pages, const char *where);

/* A space's own checks and its pages. */
void sanity_see_space(struct sanity *sanity, struct space *space);

/* A slab's own checks and its pages. frame_of: which frame lies at this address. */
void sanity_see_slab(struct sanity *sanity, const struct slab *slab,
		     frame_t (*frame_of)(const void *page));

/* True if nothing is wrong. */
bool sanity_end(struct sanity *sanity);
