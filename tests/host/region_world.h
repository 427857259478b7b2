/* A made-up machine for spaces: frames with one number as content, page tables as arrays, and four
 * memory types: anonymous, shared object, private view of such an object, device. Everything that
 * allocates asks world_fails() first. What is forbidden (an edit without bracket, a frame mapped
 * and not referenced) is kept in world.wrong.
 */
#pragma once

#include "servers/vm/sanity.h"
#include "servers/vm/space.h"

#define WORLD_SPACES 3
#define WORLD_OBJECTS 3
#define WORLD_FRESH 40	/* objects that private memory becomes */
#define WORLD_PAGES 128 /* of a space */
#define WORLD_LOW 0x10000u
#define WORLD_HIGH (WORLD_LOW + WORLD_PAGES * ARCH_PAGE_SIZE)
#define WORLD_OBJECT_PAGES 1024
#define WORLD_FRAMES 600
#define WORLD_DEVICE 5000 /* its first frame */
#define WORLD_DEVICE_FRAMES 64

struct world_entry {
	frame_t frame; /* FRAME_NONE: empty */
	uint32_t access;
};

struct world_object {
	struct pages pages;
	int regions;
};

struct world {
	struct space space[WORLD_SPACES];
	struct world_entry table[WORLD_SPACES][WORLD_PAGES];
	struct world_object object[WORLD_OBJECTS + WORLD_FRESH];
	uint32_t content[WORLD_FRAMES + WORLD_DEVICE + WORLD_DEVICE_FRAMES];
	struct frames frames;
	struct slab chunks, regions;
	struct memory_source memory;
	const char *wrong;
	int brackets;	  /* begun since this was last set */
	uint32_t fail_in; /* the n-th request for memory fails; 0: none does */
	bool failed;
};

extern struct world world;

extern const struct memory_type anonymous, shared, private_view, device;

void world_start(void);
void world_end(void); /* all spaces cleared: nothing may be left */

/* Count a request for memory; true if it is to fail. */
bool world_fails(void);

void world_complain(const char *wrong);

/* Spaces, page tables, references, objects, frames, slabs: NULL, or what is wrong. */
const char *world_check(void);
