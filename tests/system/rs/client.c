/* The clients. Each calls the suite for work with the last result in its request; the answer is
 * that there is some, in shared memory.
 */
#include "client.h"

#include <service.h>
#include <skerry/info.h>
#include <skerry/ipc.h>
#include <skerry/kernel_call.h>
#include <string.h>
#include <sys.h>
#include <sys_call.h>
#include <vm_call.h>

#define STACK_BYTES 8192u
#define TRAPS (1u << TRAP_KERNEL_CALL | 1u << TRAP_IPC_CALL)
#define CALLS                                                                                      \
	(1ull << SYS_NULL | 1ull << SYS_YIELD | 1ull << SYS_EXIT | 1ull << SYS_TLS_SET |           \
	 1ull << SYS_DIAG | 1ull << SYS_TIMES)

struct client {
	struct sys_thread self;
	int (*work)(void *argument);
	void *argument;
};

static struct client clients[CLIENTS];
static uint8_t stacks[CLIENTS][STACK_BYTES] __attribute__((aligned(16)));

static int run(void *argument)
{
	struct client *client = argument;
	int32_t result = 0;

	for (;;) {
		struct message *message = &message_page()->message;

		message->type = 0;
		memcpy(message->payload, &result, sizeof(result));
		if (ipc_call(service_start()->endpoint) != 0)
			return 0; /* the suite has ended */
		result = client->work(client->argument);
	}
}

static uint64_t target_of(unsigned int slot)
{
	struct info_thread info;
	const struct sys_info_req request = {
		.what = INFO_THREAD,
		.index = slot,
		.address = (uintptr_t)&info,
		.size = sizeof(info),
	};

	if (sys_info(&request, NULL) != 0)
		panic("no thread in slot %u", slot);
	return info.rts & RTS_FREE || info.privilege >= 64 ? 0 : 1ull << info.privilege;
}

/* Every service there is. */
static uint64_t targets(void)
{
	uint64_t all = 0;

	for (unsigned int slot = 0; slot <= endpoint_slot(service_start()->endpoint) + 2; slot++)
		all |= target_of(slot);
	return all & ~(1ull << PRIV_ID_PROGRAMS);
}

static int allow(endpoint_t thread)
{
	const struct sys_priv_set_req request = {
		.thread = thread,
		.flags = PRIV_SYSTEM,
		.traps = TRAPS,
		.signal_manager = RS_ENDPOINT,
		.calls = CALLS,
		.targets = {targets(), 0},
		.signal_backup = EP_NONE,
	};
	/* As urgent as what they call, so that one that hangs does not starve them. */
	const struct sys_schedctl_req schedule = {
		.thread = thread,
		.scheduler = SCHEDULER_KERNEL,
		.priority = 4,
		.quantum = 10000000,
	};
	const struct sys_priv_allow_req go = {thread, PRIV_ALLOW};
	struct sys_priv_set_reply reply;
	int error = sys_priv_set(&request, &reply);

	if (error == 0)
		error = sys_schedctl(&schedule, NULL);
	return error != 0 ? error : sys_priv_allow(&go, NULL);
}

static space_t own_space(void)
{
	struct info_thread info;
	const struct sys_info_req request = {
		.what = INFO_THREAD,
		.index = endpoint_slot(service_start()->endpoint),
		.address = (uintptr_t)&info,
		.size = sizeof(info),
	};

	return sys_info(&request, NULL) == 0 ? info.space : 0;
}

static int client_make(unsigned int number)
{
	struct client *client = &clients[number];
	const uintptr_t stack = (uintptr_t)stacks[number] + STACK_BYTES;
	const struct vm_space_req own = {.space = 0};
	struct vm_space_reply page;
	struct sys_thread_create_req request = {
		.space = own_space(),
		.process = EP_NONE,
		.program_counter = (uintptr_t)sys_thread_entry,
		.stack_pointer = stack,
		.argument = (uintptr_t)&client->self,
	};
	struct sys_thread_create_reply reply;
	int error = vm_message_page(&own, &page);

	if (error != 0)
		return error;
	request.message_frame = page.message_frame;
	request.message_address = page.message_address;
	error = sys_thread_create(&request, &reply);
	if (error != 0)
		return error;
	client->self = (struct sys_thread){
		.page = (struct message_page *)(uintptr_t)page.message_address,
		.endpoint = reply.thread,
		.stack_top = stack,
		.function = run,
		.argument = client,
	};
	return allow(reply.thread);
}

static int result_receive(unsigned int number)
{
	struct ipc_received received;
	int32_t result;

	if (ipc_receive(clients[number].self.endpoint, NULL, 0, &received) != 0)
		panic("client %u is gone", number);
	memcpy(&result, message_page()->message.payload, sizeof(result));
	return result;
}

void clients_init(void)
{
	for (unsigned int i = 0; i < CLIENTS; i++) {
		if (client_make(i) != 0)
			panic("no client %u", i);
		(void)result_receive(i);
	}
}

void client_begin(unsigned int number, int (*work)(void *argument), void *argument)
{
	clients[number].work = work;
	clients[number].argument = argument;
	if (ipc_send(clients[number].self.endpoint, IPC_NONBLOCK) != 0)
		panic("client %u does not wait for work", number);
}

int client_end(unsigned int number)
{
	return result_receive(number);
}

endpoint_t client_endpoint(unsigned int number)
{
	return clients[number].self.endpoint;
}
