/* A program that asks VM and PM for anything: it may end by its own doing, killed or without
 * memory, but every answer it gets must be one that is written somewhere.
 */
#include "vm_case.h"

#include "fuzz.h"
#include <sys_ipc.h>

#define TOUCHED 16u /* pages of a new mapping */

/* What it was given it uses. It may be gone already, which is the end. */
static void use(struct fuzz *fuzz)
{
	const long start = fuzz->known[fuzz_random(fuzz) % 8];
	struct vm_region_info region;

	if (start == 0 || !region_get(0, (uint64_t)start, &region))
		return;
	for (uint64_t page = 0; page < TOUCHED && page * PAGE < region.bytes; page++) {
		if (region.protection & VM_WRITE)
			*byte_at((long)(region.address + page * PAGE)) = (uint8_t)page;
	}
}

/* Of a fork the child goes on with less, or the tree would never end. */
int fuzz_run(uint32_t seed, uint32_t messages)
{
	struct fuzz fuzz = {.random = seed * 2654435761u | 1};

	for (uint32_t i = 0; i < messages; i++) {
		const bool is_vm = fuzz_random(&fuzz) % 4 != 0;
		struct message *message = &message_page()->message;
		uint32_t type, pid;

		fuzz_message(&fuzz, is_vm ? PROTOCOL_VM : PROTOCOL_PM);
		type = message->type;
		CHECK_EQ(ipc_call(is_vm ? VM_ENDPOINT : PM_ENDPOINT), 0);
		if (!fuzz_answer_valid(&fuzz, type)) {
			sys_print("# fuzz: seed %u, message %u, type %#x: answer %d\n",
				  (unsigned int)seed, (unsigned int)i, (unsigned int)type,
				  (int)message->type);
			return 77;
		}
		memcpy(&pid, message->payload, sizeof(pid));
		if (type == PM_FORK && message->type == 0 && pid == 0)
			messages = i + (messages - i) / 4;
		if (fuzz_random(&fuzz) % 8 == 0)
			use(&fuzz);
	}
	return 0;
}
