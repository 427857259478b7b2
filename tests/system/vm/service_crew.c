/* The crew: VM copies the space and gives message pages, the kernel makes the threads. */
#include "crew.h"

#include "service_case.h"
#include <service.h>
#include <skerry/info.h>
#include <skerry/kernel_call.h>
#include <string.h>
#include <sys_call.h>
#include <vm_call.h>

#define STACK_BYTES 8192u
#define TRAPS (1u << TRAP_KERNEL_CALL | 1u << TRAP_IPC_CALL)
#define CALLS                                                                                      \
	(1ull << SYS_NULL | 1ull << SYS_YIELD | 1ull << SYS_EXIT | 1ull << SYS_TLS_SET |           \
	 1ull << SYS_DIAG | 1ull << SYS_VIRCOPY | 1ull << SYS_MEMSET)

static uint8_t stacks[CREW_MAX][STACK_BYTES] __attribute__((aligned(16)));
static void (*crew_work)(unsigned int number);
static struct vm_space_reply first_page; /* of the copy, for threads that never run */

static int begin(void *number)
{
	crew_work((unsigned int)(uintptr_t)number);
	panic("a crew's thread came back");
}

static struct sys_thread *block_of(unsigned int number)
{
	return (struct sys_thread *)(stacks[number] + STACK_BYTES) - 1;
}

/* Before the copy is made: where the page will be is known only for the first. */
static void blocks_fill(unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		struct sys_thread *block = block_of(i);

		*block = (struct sys_thread){
			.endpoint = EP_NONE,
			.stack_top = (uintptr_t)block,
			.function = begin,
			.argument = (void *)(uintptr_t)i,
		};
	}
}

/* In the copy. */
static int block_set_page(const struct crew *crew, unsigned int number, u64 page)
{
	const uintptr_t word = (uintptr_t)page;
	const struct sys_copy_req request = {
		.source = EP_SELF,
		.destination = crew->thread[number],
		.source_address = (uintptr_t)&word,
		.destination_address = (uintptr_t)&block_of(number)->page,
		.bytes = sizeof(word),
	};

	return sys_vircopy(&request, NULL);
}

static uint64_t further_targets;

static uint64_t target_of(endpoint_t service)
{
	struct info_thread info;
	const struct sys_info_req request = {
		.what = INFO_THREAD,
		.index = endpoint_slot(service),
		.address = (uintptr_t)&info,
		.size = sizeof(info),
	};

	return sys_info(&request, NULL) == 0 ? 1ull << info.privilege : 0;
}

void crew_may_send(endpoint_t service)
{
	further_targets |= target_of(service);
}

int crew_privilege(endpoint_t thread)
{
	const struct sys_priv_set_req request = {
		.thread = thread,
		.flags = PRIV_SYSTEM,
		.traps = TRAPS,
		.signal_manager = RS_ENDPOINT,
		.calls = CALLS,
		.targets = {target_of(VM_ENDPOINT) | further_targets, 0},
		.signal_backup = EP_NONE,
	};
	struct sys_priv_set_reply reply;

	return sys_priv_set(&request, &reply);
}

static int thread_allow(endpoint_t thread)
{
	const struct sys_priv_allow_req request = {thread, PRIV_ALLOW};
	const int error = crew_privilege(thread);

	return error != 0 ? error : sys_priv_allow(&request, NULL);
}

static int thread_make(const struct crew *crew, const struct vm_space_reply *page,
		       unsigned int number, endpoint_t *thread)
{
	const struct sys_thread_create_req request = {
		.space = crew->space,
		.process = EP_NONE,
		.message_frame = page->message_frame,
		.message_address = page->message_address,
		.program_counter = (uintptr_t)sys_thread_entry,
		.stack_pointer = (uintptr_t)block_of(number),
		.argument = (uintptr_t)block_of(number),
	};
	struct sys_thread_create_reply reply = {.thread = EP_NONE};
	const int error = sys_thread_create(&request, &reply);

	*thread = reply.thread;
	return error;
}

static int thread_add(struct crew *crew, const struct vm_space_reply *page)
{
	int error = thread_make(crew, page, crew->count, &crew->thread[crew->count]);

	if (error == 0)
		error = block_set_page(crew, crew->count++, page->message_address);
	return error;
}

bool crew_start(struct crew *crew, unsigned int count, void (*work)(unsigned int number))
{
	const struct vm_space_fork_req fork = {.parent = 0, .thread = service_start()->endpoint};
	struct vm_space_req further;
	int error;

	*crew = (struct crew){.count = 0};
	crew_work = work;
	blocks_fill(count);
	error = vm_space_fork(&fork, &first_page);
	crew->space = further.space = first_page.space;
	if (error == 0)
		error = thread_add(crew, &first_page);
	while (error == 0 && crew->count < count) {
		struct vm_space_reply page;

		error = vm_message_page(&further, &page);
		if (error == 0)
			error = thread_add(crew, &page);
	}
	for (unsigned int i = 0; error == 0 && i < count; i++)
		error = thread_allow(crew->thread[i]);
	if (error == 0)
		return true;
	sys_print("# no crew: %d\n", error);
	(void)crew_stop(crew);
	return false;
}

int crew_idler(const struct crew *crew, endpoint_t *thread)
{
	return thread_make(crew, &first_page, 0, thread);
}

bool crew_clear(endpoint_t thread)
{
	const struct sys_clear_req request = {.thread = thread};

	return sys_clear(&request, NULL) == 0;
}

bool crew_stop(struct crew *crew)
{
	const struct vm_space_req request = {.space = crew->space};
	bool all = true;

	while (crew->count > 0)
		all &= crew_clear(crew->thread[--crew->count]);
	return vm_space_destroy(&request, NULL) == 0 && all;
}
