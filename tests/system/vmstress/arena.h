/* The model: what a stretch of a space, the arena, must look like after any sequence of VM's calls.
 * Everything around it is a guard, so that VM can place memory nowhere else, and the model says
 * exactly where. It knows pages, not regions: a region is what `arena_continues` holds together. It
 * knows no frames either: forks copy.
 */
#pragma once

#include "tests/system/vm/memory.h"

#define ARENA_START 0x20000000u
#define ARENA_PAGES 128
#define ARENA_HEAP 8	  /* page where the heap starts */
#define ARENA_OBJECTS 64u /* shared ones */
#define OBJECT_PAGES 32

enum arena_kind {
	ARENA_NONE,
	ARENA_ANONYMOUS,
	ARENA_SHARED,
	ARENA_CONTIGUOUS,
	ARENA_GUARD,
};

/* Two words of a page are looked at: its first and its last. */
struct arena_words {
	u32 first, last;
};

struct arena_page {
	uint8_t kind;
	uint8_t access; /* VM_READ ... */
	bool cut;	/* of contiguous memory: another region begins, though nothing differs */
	uint8_t object;
	int16_t offset; /* page of the object */
	int16_t floor;	/* how low the region may grow that begins here; else the page itself */
	struct arena_words words; /* of private memory */
};

struct arena {
	struct arena_page page[ARENA_PAGES];
	u32 heap_end; /* address, not rounded */
};

enum arena_place { ARENA_ANYWHERE, ARENA_FIXED, ARENA_IF_FREE };

struct arena_request {
	enum arena_place place;
	int page; /* wished for or demanded; -1: none */
	int pages;
	int growth; /* pages */
	enum arena_kind kind;
	uint32_t access;
};

void arena_init(struct arena *arena);

/* Each does what VM's call must do and answers what it must answer: 0 or -errno. */
int arena_map(struct arena *arena, const struct arena_request *request, int *at);
int arena_unmap(struct arena *arena, int first, int pages);
int arena_protect(struct arena *arena, int first, int pages, uint32_t access);
/* *to: where to with ARENA_FIXED; where it is afterwards. */
int arena_remap(struct arena *arena, int first, int old_pages, int new_pages,
		enum arena_place place, bool may_move, int *to);
int arena_break(struct arena *arena, u32 address);
void arena_fork(const struct arena *from, struct arena *to);
void arena_clear(struct arena *arena);

/* A touch, which may make a stack grow. False: it is refused. */
bool arena_touch(struct arena *arena, int page, uint32_t access);

/* The words of a page that is there. */
struct arena_words *arena_words(struct arena *arena, int page);

/* The first page of the region that holds the page, the page after its last. */
int arena_region_start(const struct arena *arena, int page);
int arena_region_end(const struct arena *arena, int page);

/* Is there an object that nobody shows? Shared memory needs one. */
bool arena_object_free(void);
