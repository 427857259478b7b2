/* Spaces, each with its model beside it: one operation on one of them at a time, or one on each of
 * several at once. */
#pragma once

#include "arena.h"
#include "world.h"

#define ACTORS 12u

struct actor {
	struct worker worker;
	struct arena arena;
	bool used;
};

/* A call to VM, and what the model says to it. */
struct expectation {
	uint32_t type;
	uint8_t request[WORK_CALL_BYTES];
	int code;
	bool has_address;
	uint64_t address;
};

/* --- calls.c: VM's calls ---------------------------------------------------------------------- */

/* Choose a call; the model has made it then. own: by the actor itself, which alone moves its heap.
 */
void call_choose(struct actor *actor, bool own, uint64_t *random, struct expectation *call);
/* One for which VM must find a reason to refuse. */
void call_choose_bad(uint64_t *random, struct expectation *call);
/* It is made by the service, for the actor. */
void call_set_space(struct expectation *call, space_t space);
bool call_check(const struct actor *actor, const struct expectation *call, int code,
		uint64_t address);

/* --- look.c: contents ------------------------------------------------------------------------- */

/* Each page, each region is as the model has it. */
bool actor_verify(struct actor *actor);
