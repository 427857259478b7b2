/* From a message to its row's handler and back. */
#include "call.h"

#include "memory.h"
#include <arch/layout.h>
#include <string.h>
#include <sys.h>
#include <sys_thread.h>

#define CALL(name, nr, request_type, reply_type, handler, right, what)                             \
	static int run_##handler(const struct vm_caller *caller, const void *payload,              \
				 void *answer)                                                     \
	{                                                                                          \
		struct request_type request;                                                       \
		struct reply_type reply;                                                           \
		int code;                                                                          \
                                                                                                   \
		memcpy(&request, payload, sizeof(request));                                        \
		memset(&reply, 0, sizeof(reply));                                                  \
		code = handler(caller, &request, &reply);                                          \
		memcpy(answer, &reply, sizeof(reply));                                             \
		return code;                                                                       \
	}
#include <skerry/vm.def>
#undef CALL

struct row {
	int (*run)(const struct vm_caller *caller, const void *payload, void *answer);
	uint32_t right;
};

static const struct row rows[] = {
#define CALL(name, nr, request, reply, handler, right, what) [nr] = {run_##handler, right},
#include <skerry/vm.def>
#undef CALL
};

static int dispatch(endpoint_t thread, uint32_t status, const struct message *request, void *answer)
{
	const uint32_t nr = request->type & 0xFFFF;
	struct vm_caller caller = {.thread = thread};

	if (MESSAGE_PROTOCOL(request->type) != PROTOCOL_VM ||
	    nr >= sizeof(rows) / sizeof(rows[0]) || rows[nr].run == NULL)
		return -EBADCALL;
	caller.space = vm_space_of_sender(status);
	if (caller.space == NULL)
		return -ENOTALLOWED;
	caller.rights = caller.space->rights;
	memory_level = vm_space_level(caller.space);
	if (rows[nr].run == NULL)
		return -EBADCALL;
	if (!(caller.rights & rows[nr].right))
		return -ENOTALLOWED;
	return rows[nr].run(&caller, request->payload, answer);
}

void vm_call(endpoint_t thread, uint32_t status, const struct message *request)
{
	uint8_t answer[MESSAGE_PAYLOAD_SIZE] = {0};
	const int code = dispatch(thread, status, request, answer);
	struct message *message = &message_page()->message;

	message->type = (uint32_t)code;
	memcpy(message->payload, answer, sizeof(answer));
}

struct vm_space *call_space(const struct vm_caller *caller, space_t id, int *error)
{
	struct vm_space *space = id == 0 ? caller->space : vm_space_find(id);

	*error = -ESRCH;
	if (space != NULL && space != caller->space && !(caller->rights & VM_RIGHT_OTHERS)) {
		*error = -ENOTALLOWED;
		return NULL;
	}
	if (space == NULL || space->ending)
		return NULL;
	memory_level = vm_space_level(space);
	return space;
}

bool call_range_valid(uint64_t address, uint64_t bytes)
{
	return (address | bytes) % ARCH_PAGE_SIZE == 0 && bytes != 0 && address < PROGRAM_HIGH &&
	       bytes <= PROGRAM_HIGH - address;
}

int call_access(uint32_t protection, uint32_t *access)
{
	if (protection & ~(VM_READ | VM_WRITE | VM_EXECUTE))
		return -EINVAL;
	*access = (protection & VM_READ ? REGION_READ : 0) |
		  (protection & VM_WRITE ? REGION_WRITE | REGION_READ : 0) |
		  (protection & VM_EXECUTE ? REGION_EXECUTE | REGION_READ : 0);
	return 0;
}
