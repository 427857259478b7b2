/* The fuzzer's crowd: worker 0 fills the kernel's tables to the brim, so that everybody sees
 * ENOSPC, and empties them some steps later. Its threads never run, and nobody else knows their
 * names.
 */
#include "fuzz.h"

#include <arch/provoke.h>

#define CROWD_MAX 4096u

static struct {
	unsigned int threads, spaces, hooks;
	endpoint_t thread[CROWD_MAX];
	space_t space[CROWD_MAX];
	struct page_table table[CROWD_MAX];
	uint32_t hook[CROWD_MAX];
} crowd;

static bool thread_add(struct choice *c)
{
	const struct sys_thread_create_req request = {
		.space = root_space.id,
		.process = EP_NONE,
		.message_frame = world.pool,
		.message_address = DATA_BASE,
		.program_counter = (vaddr_t)victim_entry,
		.stack_pointer = DATA_BASE,
	};
	struct sys_thread_create_reply reply;

	if (crowd.threads == CROWD_MAX || MAKE2(c, SYS_THREAD_CREATE, &request, &reply) != 0)
		return false;
	crowd.thread[crowd.threads++] = reply.thread;
	return true;
}

/* Others may clear a thread meanwhile, so it may succeed for a while. */
static bool fork_add(struct choice *c)
{
	const struct sys_fork_req request = {
		.parent = crowd.thread[0],
		.space = root_space.id,
		.message_frame = world.pool,
	};
	struct sys_thread_create_reply reply;

	if (crowd.threads == CROWD_MAX || MAKE2(c, SYS_FORK, &request, &reply) != 0)
		return false;
	crowd.thread[crowd.threads++] = reply.thread;
	return true;
}

static void privileges_fill(struct choice *c)
{
	struct sys_priv_set_req request = {
		.flags = PRIV_SYSTEM | PRIV_CHECK_IO,
		.signal_manager = EP_NONE,
		.signal_backup = EP_NONE,
	};
	struct sys_priv_set_reply reply;

	for (unsigned int i = 0; i < crowd.threads; i++) {
		request.thread = crowd.thread[i];
		if (MAKE2(c, SYS_PRIV_SET, &request, &reply) != 0)
			return;
	}
}

/* The machine may hold few port maps: they run out first. */
static void ports_fill(struct choice *c)
{
	for (unsigned int i = 0; i < crowd.threads; i++) {
		const struct sys_priv_resource_req ports = {crowd.thread[i], RESOURCE_IO,
							    ARCH_PORT_PLAY, 1};
		const struct sys_io_enable_req request = {crowd.thread[i], 1};

		if (MAKE(c, SYS_PRIV_ADD, &ports) != 0 || MAKE(c, SYS_IO_ENABLE, &request) != 0)
			return;
	}
}

static bool space_add_one(struct choice *c)
{
	struct page_table *table = &crowd.table[crowd.spaces];
	struct sys_space_create_req request;
	struct sys_space_create_reply reply;

	if (crowd.spaces == CROWD_MAX || root_make(table) != 0)
		return false;
	request.root = table->root;
	if (MAKE2(c, SYS_SPACE_CREATE, &request, &reply) != 0) {
		root_free(table);
		return false;
	}
	crowd.space[crowd.spaces++] = reply.space;
	return true;
}

static bool hook_add(struct choice *c)
{
	const struct sys_irq_set_req request = {.irq = ARCH_IRQ_SOURCE};
	struct sys_irq_set_reply reply;

	if (crowd.hooks == CROWD_MAX || MAKE2(c, SYS_IRQ_SET, &request, &reply) != 0)
		return false;
	crowd.hook[crowd.hooks++] = reply.hook;
	return true;
}

void crowd_make(struct choice *c)
{
	while (thread_add(c))
		;
	while (fork_add(c))
		;
	privileges_fill(c);
	ports_fill(c);
	while (space_add_one(c))
		;
	while (hook_add(c))
		;
}

void crowd_unmake(struct choice *c)
{
	while (crowd.hooks > 0) {
		const struct sys_irq_control_req request = {crowd.hook[--crowd.hooks], IRQ_REMOVE};

		(void)MAKE(c, SYS_IRQ_CONTROL, &request);
	}
	while (crowd.spaces > 0) {
		const struct sys_space_destroy_req request = {crowd.space[--crowd.spaces]};

		(void)MAKE(c, SYS_SPACE_DESTROY, &request);
		root_free(&crowd.table[crowd.spaces]);
	}
	while (crowd.threads > 0) {
		const struct sys_clear_req request = {crowd.thread[--crowd.threads]};

		(void)MAKE(c, SYS_CLEAR, &request);
	}
}
