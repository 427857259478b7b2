/* What the fuzzer checks besides answers: nobody waits for the dead, no queue keeps a thread, and
 * tables that nothing counts are as full as before. The kernel of debug builds checks the rest.
 */
#include "fuzz.h"

#include <arch/provoke.h>

/* The thread in a slot; false: it is empty. */
static bool slot_info(unsigned int slot, struct info_thread *info)
{
	const struct sys_info_req request = {.what = INFO_THREAD,
					     .index = slot,
					     .address = (vaddr_t)info,
					     .size = sizeof(*info)};

	CHECK_EQUAL(sys_info(&request, NULL), 0);
	return info->thread != EP_NONE;
}

/* Whoever waited was told when the other died, in the same hold of the lock; and names of the dead
 * are refused. */
void waits_check(void)
{
	const unsigned int slots = machine_info().thread_slots;
	struct sys_times_reply reply;
	struct info_thread then, now;

	for (unsigned int slot = 0; slot < slots; slot++) {
		if (!slot_info(slot, &then) || endpoint_is_special(then.waits_for) ||
		    sys_times(&(struct sys_times_req){then.waits_for}, &reply) == 0)
			continue;
		CHECK(!slot_info(slot, &now) || now.thread != then.thread ||
		      now.waits_for != then.waits_for);
	}
}

/* Only the supervisor may still be on its way to its next receive. */
void queues_check(void)
{
	for (unsigned int i = 0; i < cpu_count(); i++) {
		nanoseconds_t limit = 0;
		unsigned int ready;

		do {
			ready = cpu_info(i).ready;
		} while (ready != 0 && wait_a_moment(&limit));
		CHECK_EQUAL(ready, 0);
	}
}

/* --- Tables ------------------------------------------------------------------------------------
 *
 * How many interrupt hooks and port maps are free is found by taking them.
 */

#define HOOKS_MAX 4096u
#define PORT_MAPS_MAX 8u

static unsigned int hooks_before, port_maps_before;

static unsigned int hooks_free(void)
{
	static uint32_t hook[HOOKS_MAX];
	const struct sys_priv_resource_req irq = {world.conductor, RESOURCE_IRQ, ARCH_IRQ_SOURCE,
						  1};
	const struct sys_irq_set_req request = {.irq = ARCH_IRQ_SOURCE};
	struct sys_irq_set_reply reply;
	unsigned int count = 0;

	if (sys_priv_query(&irq, NULL) != 0)
		CHECK_EQUAL(sys_priv_add(&irq, NULL), 0);
	while (count < HOOKS_MAX && sys_irq_set(&request, &reply) == 0)
		hook[count++] = reply.hook;
	for (unsigned int i = 0; i < count; i++)
		CHECK_EQUAL(
			sys_irq_control(&(struct sys_irq_control_req){hook[i], IRQ_REMOVE}, NULL),
			0);
	return count;
}

static unsigned int port_maps_free(void)
{
	struct role role = role_service;
	const struct thread_plan plan = {
		.role = &role, .function = wait_for_ever, .flags = THREAD_HELD};
	struct test_thread *thread[PORT_MAPS_MAX];
	unsigned int count = 0;

	role.flags = PRIV_SYSTEM | PRIV_ALL_IO;
	for (unsigned int i = 0; i < PORT_MAPS_MAX; i++) {
		thread[i] = thread_make(&plan);
		count += sys_io_enable(&(struct sys_io_enable_req){thread[i]->endpoint, 1}, NULL) ==
			 0;
	}
	for (unsigned int i = 0; i < PORT_MAPS_MAX; i++)
		thread_free(thread[i]);
	return count;
}

void tables_note(void)
{
	hooks_before = hooks_free();
	port_maps_before = port_maps_free();
}

void tables_check(void)
{
	CHECK_EQUAL(hooks_free(), hooks_before);
	CHECK_EQUAL(port_maps_free(), port_maps_before);
}
