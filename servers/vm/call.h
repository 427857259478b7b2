/* VM's calls: dispatch from vm.def, and what all handlers share. A handler gets a private copy of
 * the request and a zeroed reply; it answers 0 or -errno.
 */
#pragma once

#include "vm_space.h"

struct vm_caller {
	endpoint_t thread;
	struct vm_space *space; /* NULL: a service that VM did not make (none so far) */
	uint32_t rights;
};

/* The answer to a message of PROTOCOL_VM, in the message page. status: what it came with. */
void vm_call(endpoint_t thread, uint32_t status, const struct message *request);

/* The space that a request names; NULL with *error. */
struct vm_space *call_space(const struct vm_caller *caller, space_t id, int *error);

/* Whole pages below PROGRAM_HIGH, at least one? */
bool call_range_valid(uint64_t address, uint64_t bytes);

/* VM_READ ... to REGION_READ ..., or -EINVAL. */
int call_access(uint32_t protection, uint32_t *access);

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	int handler(const struct vm_caller *caller, const struct request *req, struct reply *rep);
#include <skerry/vm.def>
#undef CALL
