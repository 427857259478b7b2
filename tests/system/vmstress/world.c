/* Spaces and threads of the service's making. It is the signal manager of its threads, which share
 * the privilege of programs: no other programs run beside this suite.
 */
#include "world.h"

#include "tests/system/vm/memory.h"
#include <service.h>
#include <skerry/info.h>
#include <skerry/kernel_call.h>
#include <skerry/signal.h>
#include <string.h>
#include <sys.h>
#include <sys_call.h>
#include <vm_call.h>

#define STACK_BYTES 8192u
#define WORKERS_MAX 64u
#define PRIORITY 4u	 /* the service's own, so that all take turns */
#define QUANTUM 5000000u /* ns */

static uint8_t stacks[WORLD_THREADS][STACK_BYTES] __attribute__((aligned(16)));
static struct sys_thread blocks[WORLD_THREADS];
static struct worker *workers[WORKERS_MAX]; /* who is heard */

endpoint_t world_service;

#define MUST(call)                                                                                 \
	do {                                                                                       \
		const int error_ = (call);                                                         \
		if (error_ != 0)                                                                   \
			panic("%s: %d", #call, error_);                                            \
	} while (0)

/* --- Who is heard ----------------------------------------------------------------------------- */

static void worker_enter(struct worker *worker)
{
	for (unsigned int i = 0; i < WORKERS_MAX; i++) {
		if (workers[i] == NULL) {
			workers[i] = worker;
			return;
		}
	}
	panic("too many workers");
}

static struct worker **worker_find(endpoint_t thread)
{
	for (unsigned int i = 0; i < WORKERS_MAX; i++) {
		if (workers[i] != NULL && workers[i]->thread == thread)
			return &workers[i];
	}
	return NULL;
}

/* --- Starting and restarting ------------------------------------------------------------------ */

static void allow(endpoint_t thread)
{
	const struct sys_priv_allow_req request = {thread, PRIV_ALLOW};

	MUST(sys_priv_allow(&request, NULL));
}

static uint64_t targets[2];

static void target_add(endpoint_t thread)
{
	struct info_thread info;
	const struct sys_info_req request = {
		.what = INFO_THREAD,
		.index = endpoint_slot(thread),
		.address = (uintptr_t)&info,
		.size = sizeof(info),
	};

	MUST(sys_info(&request, NULL));
	targets[info.privilege / 64] |= 1ull << info.privilege % 64;
}

static void privilege_give(endpoint_t thread)
{
	const struct sys_priv_set_req request = {
		.thread = thread,
		.traps = 1u << TRAP_KERNEL_CALL | 1u << TRAP_IPC_CALL,
		.signal_manager = world_service,
		.calls = 1ull << SYS_NULL | 1ull << SYS_YIELD | 1ull << SYS_EXIT |
			 1ull << SYS_TLS_SET | 1ull << SYS_DIAG,
		.targets = {targets[0], targets[1]},
		.signal_backup = EP_NONE,
	};
	const struct sys_schedctl_req schedule = {
		.thread = thread,
		.scheduler = SCHEDULER_KERNEL,
		.priority = PRIORITY,
		.quantum = QUANTUM,
	};
	struct sys_priv_set_reply reply;

	MUST(sys_priv_set(&request, &reply));
	MUST(sys_schedctl(&schedule, NULL));
	allow(thread);
}

static uintptr_t stack_top(unsigned int index)
{
	return (uintptr_t)stacks[index] + STACK_BYTES;
}

static void restart(const struct worker *worker)
{
	const struct sys_exec_req request = {
		.thread = worker->thread,
		.program_counter = (uintptr_t)sys_thread_entry,
		.stack_pointer = stack_top(worker->index),
		.argument = (uintptr_t)&blocks[worker->index],
		.name = "worker",
	};

	MUST(sys_exec(&request, NULL));
}

static endpoint_t thread_make(const struct vm_space_reply *space, unsigned int index,
			      endpoint_t process)
{
	const struct sys_thread_create_req request = {
		.space = space->space,
		.process = process,
		.message_frame = space->message_frame,
		.message_address = space->message_address,
		.program_counter = (uintptr_t)sys_thread_entry,
		.stack_pointer = stack_top(index),
		.argument = (uintptr_t)&blocks[index],
	};
	struct sys_thread_create_reply reply;

	MUST(sys_thread_create(&request, &reply));
	privilege_give(reply.thread);
	return reply.thread;
}

void world_init(void)
{
	world_service = service_start()->endpoint;
	target_add(VM_ENDPOINT);
	target_add(world_service);
	memset(stacks, 0, sizeof(stacks));
	for (unsigned int i = 0; i < WORLD_THREADS; i++) {
		blocks[i] = (struct sys_thread){
			.page = (struct message_page *)(uintptr_t)service_start()->message_page,
			.endpoint = EP_NONE,
			.stack_top = stack_top(i),
			.function = work_for_ever,
		};
	}
}

void world_begin(struct worker *first)
{
	const struct vm_space_fork_req request = {.thread = world_service};
	struct vm_space_reply space;

	MUST(vm_space_fork(&request, &space));
	*first = (struct worker){.space = space.space};
	first->thread = thread_make(&space, 0, EP_NONE);
	worker_enter(first);
	world_wait(first);
}

int world_fork(const struct worker *parent, struct worker *child)
{
	const struct vm_space_fork_req request = {.parent = parent->space,
						  .thread = parent->thread};
	struct vm_space_reply space;
	struct sys_fork_req fork = {.parent = parent->thread};
	struct sys_thread_create_reply reply;
	const int error = vm_space_fork(&request, &space);

	if (error != 0)
		return error;
	fork.space = space.space;
	fork.message_frame = space.message_frame;
	MUST(sys_fork(&fork, &reply));
	*child = (struct worker){
		.thread = reply.thread,
		.space = space.space,
		.index = parent->index,
		.ready = true,
	};
	allow(child->thread);
	worker_enter(child);
	return 0;
}

/* The thread's block, which says where its message page is, is in its own space. */
void world_thread_add(const struct worker *first, unsigned int index, struct worker *more)
{
	const struct vm_space_req request = {.space = first->space};
	struct vm_space_reply space;
	uintptr_t page;

	MUST(vm_message_page(&request, &space));
	page = (uintptr_t)space.message_address;
	MUST(world_copy_to(first, (uint32_t)(uintptr_t)&blocks[index].page, &page, sizeof(page),
			   0));
	*more = (struct worker){.space = first->space, .index = index};
	more->thread = thread_make(&space, index, first->thread);
	worker_enter(more);
	world_wait(more);
}

/* --- Ends ------------------------------------------------------------------------------------- */

void world_thread_end(struct worker *worker)
{
	const struct sys_clear_req request = {.thread = worker->thread};

	MUST(sys_clear(&request, NULL));
	*worker_find(worker->thread) = NULL;
	worker->thread = EP_NONE;
}

void world_space_end(space_t space)
{
	const struct vm_space_req request = {.space = space};

	MUST(vm_space_destroy(&request, NULL));
}

/* --- Commands --------------------------------------------------------------------------------- */

void world_command(struct worker *worker, const struct work_command *command)
{
	struct message *message = &message_page()->message;

	assert(worker->ready);
	worker->ready = false;
	worker->signals = 0;
	message->type = 0;
	memset(message->payload, 0, sizeof(message->payload));
	memcpy(message->payload, command, sizeof(*command));
	MUST(ipc_send(worker->thread, IPC_NONBLOCK));
}

static void signals_collect(void)
{
	const struct sys_empty_req request = {};
	struct sys_signal_get_reply end;

	while (sys_signal_get(&request, &end) == 0 && end.thread != EP_NONE) {
		const struct sys_signal_end_req done = {.thread = end.thread};
		struct worker **worker = worker_find(end.thread);

		if (worker == NULL)
			panic("signals %llx of a stranger", end.signals);
		(*worker)->signals |= end.signals;
		restart(*worker);
		MUST(sys_signal_end(&done, NULL));
	}
}

/* False: there was none (with IPC_NONBLOCK). */
static bool message_take(uint32_t flags)
{
	struct message *message = &message_page()->message;
	struct ipc_received received;
	struct worker **worker;
	const int error = ipc_receive(EP_ANY, NULL, flags, &received);

	if (error == -ENOTREADY && flags == IPC_NONBLOCK)
		return false;
	MUST(error);
	if (ipc_status_trap(received.status) == TRAP_IPC_NOTIFY) {
		signals_collect();
		return true;
	}
	worker = worker_find(message->source);
	if (worker == NULL)
		panic("a call of a stranger");
	memcpy(&(*worker)->result, message->payload, sizeof((*worker)->result));
	(*worker)->ready = true;
	return true;
}

void world_wait(struct worker *worker)
{
	while (!worker->ready)
		(void)message_take(0);
}

void world_poll(void)
{
	while (message_take(IPC_NONBLOCK))
		;
}

/* --- Copies ----------------------------------------------------------------------------------- */

int world_copy_from(const struct worker *worker, uint32_t address, void *to, size_t bytes,
		    uint32_t flags)
{
	const struct sys_copy_req request = {
		.source = worker->thread,
		.destination = EP_SELF,
		.source_address = address,
		.destination_address = (uintptr_t)to,
		.bytes = bytes,
		.flags = flags,
	};

	return sys_vircopy(&request, NULL);
}

int world_copy_to(const struct worker *worker, uint32_t address, const void *from, size_t bytes,
		  uint32_t flags)
{
	const struct sys_copy_req request = {
		.source = EP_SELF,
		.destination = worker->thread,
		.source_address = (uintptr_t)from,
		.destination_address = address,
		.bytes = bytes,
		.flags = flags,
	};

	return sys_vircopy(&request, NULL);
}

void world_yield(void)
{
	const struct sys_empty_req request = {};

	(void)sys_yield(&request, NULL);
}
