/* Threads of the kernel test: their blocks, their making, their end. */
#include "thread.h"

#include "frames.h"
#include "supervisor.h"
#include "test_case.h"
#include <arch/layout.h>
#include <string.h>
#include <sys.h>
#include <sys_call.h>
#include <sys_ipc.h>

#define CALLS_ALL ((1ull << SYS_CALL_COUNT) - 1)
#define CALLS_BASIC                                                                                \
	(CALL_BIT(SYS_NULL) | CALL_BIT(SYS_YIELD) | CALL_BIT(SYS_EXIT) | CALL_BIT(SYS_TLS_SET) |   \
	 CALL_BIT(SYS_TIMES) | CALL_BIT(SYS_GRANT_TABLE) | CALL_BIT(SYS_SAFECOPY_FROM) |           \
	 CALL_BIT(SYS_SAFECOPY_TO) | CALL_BIT(SYS_SAFECOPY_VECTOR) | CALL_BIT(SYS_SAFEMEMSET) |    \
	 CALL_BIT(SYS_ALARM) | CALL_BIT(SYS_INFO) | CALL_BIT(SYS_DIAG))

const struct role role_full = {
	.flags = PRIV_SYSTEM | PRIV_MAGIC_GRANTS | PRIV_ALL_IO | PRIV_ALL_MEMORY,
	.traps = TRAP_MASK_ALL,
	.calls = CALLS_ALL,
	.targets = {~0ull, ~0ull},
};

const struct role role_service = {
	.flags = PRIV_SYSTEM,
	.traps = TRAP_MASK_ALL,
	.calls = CALLS_BASIC,
	.targets = {~0ull, ~0ull},
};

const struct role role_program = {
	.flags = 0,
	.traps = 1u << TRAP_KERNEL_CALL | 1u << TRAP_IPC_CALL,
	.calls = CALLS_BASIC,
	.targets = {~0ull, ~0ull},
};

static struct test_thread threads[TEST_THREADS];
static paddr_t block_frames;

/* --- Blocks ------------------------------------------------------------------------------------
 */

static vaddr_t block_address(unsigned int index)
{
	return BLOCK_BASE + index * BLOCK_PAGES * ARCH_PAGE_SIZE;
}

static paddr_t block_frame(unsigned int index)
{
	return block_frames + index * (BLOCK_PAGES - 1) * ARCH_PAGE_SIZE;
}

static paddr_t message_frame(unsigned int index)
{
	return block_frame(index) + STACK_PAGES * ARCH_PAGE_SIZE;
}

void threads_init(void)
{
	block_frames = frames_allocate(TEST_THREADS * (BLOCK_PAGES - 1));
	if (block_frames == 0)
		panic("no memory for thread blocks");
}

void threads_map(struct page_table *table)
{
	for (unsigned int i = 0; i < TEST_THREADS; i++) {
		if (page_table_map(table, block_address(i) + ARCH_PAGE_SIZE, block_frame(i),
				   (BLOCK_PAGES - 1) * ARCH_PAGE_SIZE, PAGE_USER | PAGE_WRITE) != 0)
			panic("no memory to map thread blocks");
	}
}

/* --- Making ------------------------------------------------------------------------------------
 */

static unsigned int index_of(const struct test_thread *thread)
{
	return thread - threads;
}

static struct test_thread *find_unused(void)
{
	for (unsigned int i = 0; i < TEST_THREADS; i++) {
		if (!threads[i].used)
			return &threads[i];
	}
	return NULL;
}

static void block_fill(struct test_thread *thread, const struct thread_plan *plan)
{
	const vaddr_t block = block_address(index_of(thread));
	const vaddr_t top = block + (1 + STACK_PAGES) * ARCH_PAGE_SIZE;

	memset(thread, 0, sizeof(*thread));
	thread->used = true;
	thread->waiter = EP_NONE;
	thread->space = plan->space != NULL ? plan->space : &root_space;
	thread->page = (struct message_page *)top;
	memset(thread->page, 0, ARCH_PAGE_SIZE);
	thread->self = (struct sys_thread *)top - 1;
	*thread->self = (struct sys_thread){
		.page = thread->page,
		.stack_top = (vaddr_t)thread->self,
		.function = plan->function,
		.argument = plan->argument,
	};
}

static int create(struct test_thread *thread, const struct thread_plan *plan)
{
	const struct sys_thread_create_req request = {
		.space = thread->space->id,
		.process = plan->process != 0 ? plan->process : EP_NONE,
		.message_frame = message_frame(index_of(thread)),
		.message_address = (vaddr_t)thread->page,
		.program_counter = (vaddr_t)sys_thread_entry,
		.stack_pointer = (vaddr_t)thread->self,
		.argument = (vaddr_t)thread->self,
		.flags = plan->flags & THREAD_LATE ? THREAD_INHIBITED : 0,
	};
	struct sys_thread_create_reply reply;
	const int error = sys_thread_create(&request, &reply);

	if (error == 0) {
		thread->endpoint = reply.thread;
		thread->self->endpoint = reply.thread;
	}
	return error;
}

static int give_privilege(struct test_thread *thread, const struct thread_plan *plan)
{
	const struct role *role = plan->role != NULL ? plan->role : &role_full;
	const struct sys_priv_set_req request = {
		.thread = thread->endpoint,
		.flags = role->flags,
		.traps = role->traps,
		.signal_manager = plan->manager != 0 ? plan->manager : supervisor_endpoint(),
		.calls = role->calls,
		.targets = {role->targets[0], role->targets[1]},
		.signal_backup = EP_NONE,
	};
	struct sys_priv_set_reply reply;
	const int error = sys_priv_set(&request, &reply);

	thread->privilege = reply.privilege;
	return error;
}

static int give_schedule(const struct test_thread *thread, const struct thread_plan *plan)
{
	const struct sys_schedctl_req request = {
		.thread = thread->endpoint,
		.scheduler = plan->scheduler != 0 ? plan->scheduler : SCHEDULER_KERNEL,
		.priority = plan->priority != 0 ? plan->priority : PRIORITY_TEST,
		.quantum = plan->quantum != 0 ? plan->quantum : QUANTUM_TEST,
		.affinity = plan->affinity,
	};

	return sys_schedctl(&request, NULL);
}

static int allow(const struct test_thread *thread)
{
	const struct sys_priv_allow_req request = {
		.thread = thread->endpoint,
		.operation = PRIV_ALLOW,
	};

	return sys_priv_allow(&request, NULL);
}

struct making {
	const struct thread_plan *plan;
	struct test_thread *thread;
};

static long make(void *argument)
{
	struct making *making = argument;
	const struct thread_plan *plan = making->plan;
	struct test_thread *thread = find_unused();
	int error;

	if (thread == NULL)
		return -ENOSPC;
	block_fill(thread, plan);
	error = create(thread, plan);
	if (error != 0) {
		thread->used = false;
		return error;
	}
	making->thread = thread;
	error = give_schedule(thread, plan);
	if (error == 0 && !(plan->flags & THREAD_UNPRIVILEGED))
		error = give_privilege(thread, plan);
	if (error == 0 && !(plan->flags & (THREAD_HELD | THREAD_UNPRIVILEGED)))
		error = allow(thread);
	return error;
}

struct test_thread *thread_make(const struct thread_plan *plan)
{
	struct making making = {.plan = plan};

	CHECK_EQUAL(supervisor_run(make, &making), 0);
	REQUIRE(making.thread != NULL);
	return making.thread;
}

struct test_thread *thread_start(struct test_space *space, int (*function)(void *), void *argument)
{
	const struct thread_plan plan = {
		.space = space, .function = function, .argument = argument};

	return thread_make(&plan);
}

/* --- Ending ------------------------------------------------------------------------------------
 */

static long clear(void *argument)
{
	struct test_thread *thread = argument;
	const struct sys_clear_req request = {.thread = thread->endpoint};

	thread->used = false;
	return sys_clear(&request, NULL);
}

void thread_free(struct test_thread *thread)
{
	CHECK_EQUAL(supervisor_run(clear, thread), 0);
}

void threads_free_all(void)
{
	for (unsigned int i = 0; i < TEST_THREADS; i++) {
		if (threads[i].used)
			(void)supervisor_run(clear, &threads[i]);
	}
}

int thread_join(struct test_thread *thread)
{
	const enum thread_end end = thread_wait(thread);
	const int status = thread->status;

	thread_free(thread);
	if (end == THREAD_EXITED)
		return status;
	return end == THREAD_FAULTED ? -EFAULT : -EINTR;
}

struct test_thread *thread_by_endpoint(endpoint_t endpoint)
{
	for (unsigned int i = 0; i < TEST_THREADS; i++) {
		if (threads[i].used && threads[i].endpoint == endpoint)
			return &threads[i];
	}
	return NULL;
}

endpoint_t thread_self(void)
{
	return sys_thread_self()->endpoint;
}
