/* Random messages to VM, PM and RS: wrong ones, right ones, and those in between. */
#pragma once

#include "memory.h"
#include <skerry/pm.h>
#include <skerry/rs.h>

struct fuzz {
	uint32_t random;
	long known[8]; /* addresses that were good once */
	unsigned int knowns;
};

uint32_t fuzz_random(struct fuzz *fuzz);

/* Put a message into the message page: of a call of `protocol`, PROTOCOL_VM, PM or RS, now and then
 * of none. */
void fuzz_message(struct fuzz *fuzz, uint32_t protocol);

/* Take note of the answer in the message page. False: no answer that is written anywhere. */
bool fuzz_answer_valid(struct fuzz *fuzz, uint32_t type);

uint32_t fuzz_number(const char *text);

/* In a program: `vmcase @fuzz SEED MESSAGES`. */
int fuzz_run(uint32_t seed, uint32_t messages);
