/* A storm: threads of one space write and read its pages while one of them replaces, moves and
 * protects these, the service forks and copies, and a second space takes what frames come free. A
 * translation that should be gone shows as an old or a foreign word.
 *
 * A page's first word is its name, the page and a serial number; the editor publishes the name when
 * the page is there and withdraws it before it changes anything. Each writer has a word of its own
 * in every page, and publishes what it has written there.
 */
#pragma once

#include "tests/system/vm/memory.h"
#include <stdbool.h>

#define STORM_PAGES 24u
#define STORM_LANDING 24u /* pages that only the service's copies write */
#define STORM_WRITERS 2u
#define STORM_START 0x30000000u
#define STORM_LANDING_START 0x30100000u
#define STORM_ASIDE 0x30200000u /* where pages are moved to */
#define STORM_COPIED 0xC0C0C0C0u

enum storm_role { STORM_EDIT, STORM_WRITE, STORM_READ, STORM_RECYCLE, STORM_ROLES };

/* What a worker says that ends: it has done its share, or somebody found something wrong. */
#define STORM_DONE 1

/* In memory that all spaces share. */
struct storm {
	volatile uint32_t stop;
	volatile uint32_t edits; /* done */
	uint32_t budget;
	uint32_t turn;			     /* edits between two rests of the editor */
	uint64_t random;		     /* the editor's */
	volatile uint32_t name[STORM_PAGES]; /* 0: withdrawn */
	volatile uint32_t written[STORM_WRITERS][STORM_PAGES];
	volatile uint32_t reads, writes, recycled; /* so that all is known to have happened */
	volatile uint32_t failures;
	const char *volatile failure; /* the first one */
	volatile uint32_t page, found, wanted;
};

extern struct storm *storm;

/* A worker's part in it: STORM_DONE. */
int32_t storm_work(uint32_t role, uint32_t index);

/* Say what is wrong, unless somebody has; everybody stops. */
void storm_fail(const char *what, uint32_t page, uint32_t found, uint32_t wanted);

/* Is it a name that this page may have, or that of a page nobody has named yet? */
bool storm_name_fits(uint32_t page, uint32_t name);
