/* The threads in other spaces. They run this program's code, in memory that forks gave them. */
#include "work.h"

#include "storm.h"
#include "world.h"
#include "tests/system/vm/memory.h"
#include <string.h>
#include <sys_ipc.h>

int work_call(uint32_t type, const void *request, uint64_t *address)
{
	struct message *message = &message_page()->message;
	int error;

	message->type = type;
	memcpy(message->payload, request, WORK_CALL_BYTES);
	error = ipc_call(VM_ENDPOINT);
	*address = message->quad[0];
	return error != 0 ? error : (int)message->type;
}

static void look(uintptr_t from, uint32_t pages, uint32_t *word)
{
	for (uint32_t i = 0; i < pages; i++, from += PAGE) {
		word[2 * i] = *(const volatile uint32_t *)from;
		word[2 * i + 1] = *(const volatile uint32_t *)(from + PAGE - 4);
	}
}

static void work_do(const struct work_command *command, struct work_result *result)
{
	*result = (struct work_result){.kind = command->kind};
	switch (command->kind) {
	case WORK_LOOK:
		look(command->address, command->count, result->word);
		break;
	case WORK_WRITE:
		*(volatile uint32_t *)(uintptr_t)command->address = command->value;
		break;
	case WORK_CALL:
		result->code = work_call(command->count, command->call, &result->address);
		break;
	case WORK_STORM:
		result->code = storm_work(command->count, command->word[0]);
		break;
	}
}

int work_for_ever(void *unused)
{
	struct work_result result = {.kind = WORK_FRESH};
	struct work_command command;

	(void)unused;
	for (;;) {
		struct message *message = &message_page()->message;

		message->type = 0;
		memcpy(message->payload, &result, sizeof(result));
		if (ipc_call(world_service) != 0)
			return 1;
		memcpy(&command, message->payload, sizeof(command));
		work_do(&command, &result);
	}
}
