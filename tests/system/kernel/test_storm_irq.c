/* Storms of interrupts: hooks on a line that fires all the time come and go on many CPUs, with and
 * without IRQ_REENABLE. A hook that is enabled is told of an interrupt; one that is removed tells
 * nothing any more. Whoever disables the line for all goes on to enable it or to remove its hook.
 */
#include "storm.h"

#include <arch/provoke.h>

#define LINE ARCH_IRQ_SOURCE

static uint32_t port_access(uint32_t port, uint32_t width, bool write, uint32_t value)
{
	const struct sys_io_port_req request = {port, width, write ? IO_WRITE : IO_READ, value};
	struct sys_io_port_reply reply;

	return sys_io_port(&request, &reply) == 0 ? reply.value : value;
}

static void control(uint32_t hook, uint32_t operation)
{
	CHECK_EQUAL(sys_irq_control(&(struct sys_irq_control_req){hook, operation}, NULL), 0);
}

static uint32_t hook_set(uint32_t flags, uint32_t id)
{
	const struct sys_irq_set_req request = {LINE, flags, id};
	struct sys_irq_set_reply reply = {};

	REQUIRE(sys_irq_set(&request, &reply) == 0);
	return reply.hook;
}

/* Ids that fired; 0: none. */
static u64 interrupts_get(uint32_t flags)
{
	const struct notify_message *notify = (const void *)message()->payload;
	struct ipc_received received;
	const int error = ipc_receive(EP_HARDWARE, NULL, flags, &received);

	if (flags != 0 && error == -ENOTREADY)
		return 0;
	CHECK_EQUAL(error, 0);
	CHECK_EQUAL(message()->source, EP_HARDWARE);
	return notify->interrupts;
}

static void migrate(uint64_t *random)
{
	if (storm_below(random, 8) == 0)
		thread_place(EP_SELF, PRIORITY_TEST, storm_below(random, cpu_count()));
	else if (storm_below(random, 4) == 0)
		yield();
}

static void hook_live(uint64_t *random)
{
	const uint32_t id = storm_below(random, 64);
	const uint32_t flags = storm_below(random, 2) == 0 ? IRQ_REENABLE : 0;
	const unsigned int times = storm_below(random, 4);
	const uint32_t hook = hook_set(flags, id);
	u64 fired;

	control(hook, IRQ_ENABLE);
	for (unsigned int i = 0; i < times; i++) {
		migrate(random);
		CHECK_EQUAL(interrupts_get(0), 1ull << id);
		arch_irq_source_acknowledge(port_access);
		if (flags == 0)
			control(hook, IRQ_ENABLE);
	}
	migrate(random);
	if (storm_below(random, 4) == 0)
		control(hook, IRQ_DISABLE);
	control(hook, IRQ_REMOVE);
	fired = interrupts_get(IPC_NONBLOCK);
	CHECK(fired == 0 || fired == 1ull << id);
	migrate(random);
	CHECK_EQUAL(interrupts_get(IPC_NONBLOCK), 0);
}

static int hooks_on(void *argument)
{
	struct storm_worker *worker = argument;
	const struct sys_priv_resource_req line = {thread_self(), RESOURCE_IRQ, LINE, 1};

	CHECK_EQUAL(sys_priv_add(&line, NULL), 0);
	while (worker->done < worker->operations) {
		hook_live(&worker->random);
		worker->done++;
	}
	return 0;
}

/* The device fires again only when somebody has acknowledged, and all who would may be gone. */
static int acknowledge_on(void *argument)
{
	const struct spinner *spinner = argument;

	while (!spinner->stop) {
		arch_irq_source_acknowledge(port_access);
		sleep_for(MILLISECOND / 2);
	}
	return 0;
}

static void hooks_come_and_go(void)
{
	const struct sys_io_port_req request = {0, 1, IO_READ, 0};
	struct storm_worker workers[STORM_WORKERS];
	struct sys_io_port_reply reply;
	struct spinner spinner = {};
	struct test_thread *thread;

	if (sys_io_port(&request, &reply) == -ENODEV || !arch_irq_source_start(port_access))
		case_skip("no device to interrupt");
	thread = thread_start(NULL, acknowledge_on, &spinner);
	storm_start(workers, 0, hooks_on, NULL);
	storm_finish(workers, 0);
	spinner.stop = true;
	CHECK_EQUAL(thread_join(thread), 0);
	arch_irq_source_stop(port_access);
}

static const struct test_case cases[] = {
	STORM("hooks come and go while interrupts come", hooks_come_and_go, 600, 4500),
};

const struct test_suite suite_storm_irq = SUITE("storm_irq", cases);
