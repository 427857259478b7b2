/* Requests of vm.def with one field each that VM must refuse, and how. */
#pragma once

#include "memory.h"

/* A request of `space` (0: one's own) to be refused. */
struct hostile {
	uint32_t type;
	int error;
	uint8_t request[MESSAGE_PAYLOAD_SIZE];
	const char *field;
	uint64_t value;
};

/* Number `number` of them, for calls that need no other right than `rights`; false: no more. The
 * requests, but for the bad field, are good ones on `pages` mapped, private pages at `start`. */
bool hostile_get(unsigned int number, uint32_t rights, space_t space, long start,
		 unsigned int pages, struct hostile *hostile);

/* What VM answers: a code, or the kernel's refusal. */
int hostile_ask(const struct hostile *hostile);
