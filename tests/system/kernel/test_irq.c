/* Interrupts as notifications, from a line that really fires: which one, and how it is started and
 * acknowledged, the port says (<arch/provoke.h>).
 */
#include "helper.h"

#include <arch/provoke.h>

#define LINE ARCH_IRQ_SOURCE
#define BIT(id) (1ull << (id))

static uint32_t port_access(uint32_t port, uint32_t width, bool write, uint32_t value)
{
	const struct sys_io_port_req request = {port, width, write ? IO_WRITE : IO_READ, value};
	struct sys_io_port_reply reply;

	return sys_io_port(&request, &reply) == 0 ? reply.value : value;
}

static void acknowledge(void)
{
	arch_irq_source_acknowledge(port_access);
}

static int line_add(endpoint_t thread, uint32_t irq)
{
	return sys_priv_add(&(struct sys_priv_resource_req){thread, RESOURCE_IRQ, irq, 1}, NULL);
}

/* The device fires from now on. */
static void source_start(void)
{
	const struct sys_io_port_req request = {0, 1, IO_READ, 0};
	struct sys_io_port_reply reply;

	if (sys_io_port(&request, &reply) == -ENODEV || !arch_irq_source_start(port_access))
		case_skip("no device to interrupt");
	CHECK_EQUAL(line_add(thread_self(), LINE), 0);
}

static void source_stop(void)
{
	arch_irq_source_stop(port_access);
}

static int hook_set(uint32_t irq, uint32_t flags, uint32_t id, uint32_t *hook)
{
	const struct sys_irq_set_req request = {irq, flags, id};
	struct sys_irq_set_reply reply;
	const int error = sys_irq_set(&request, &reply);

	*hook = reply.hook;
	return error;
}

static uint32_t hook_of(uint32_t flags, uint32_t id)
{
	uint32_t hook;

	REQUIRE(hook_set(LINE, flags, id, &hook) == 0);
	return hook;
}

static int control(uint32_t hook, uint32_t operation)
{
	return sys_irq_control(&(struct sys_irq_control_req){hook, operation}, NULL);
}

/* The ids that fired; 0: none is told. */
static u64 interrupts_now(void)
{
	const struct notify_message *notify = (const void *)message()->payload;
	struct ipc_received received;

	if (ipc_receive(EP_HARDWARE, NULL, IPC_NONBLOCK, &received) != 0)
		return 0;
	CHECK_EQUAL(message()->type, MESSAGE_NOTIFY);
	CHECK_EQUAL(message()->source, EP_HARDWARE);
	CHECK(received.status & IPC_STATUS_KERNEL);
	return notify->interrupts;
}

static u64 interrupts_wait(void)
{
	nanoseconds_t limit = 0;
	u64 fired;

	while ((fired = interrupts_now()) == 0 && wait_a_moment(&limit))
		;
	return fired;
}

/* For several periods of the device, acknowledged all the while, nothing is told. */
static bool line_is_quiet(void)
{
	for (unsigned int i = 0; i < 4; i++) {
		acknowledge();
		sleep_for(3 * MILLISECOND);
		if (interrupts_now() != 0)
			return false;
	}
	return true;
}

/* --- One hook -----------------------------------------------------------------------------------
 */

static void interrupt_is_told(void)
{
	uint32_t hook;

	source_start();
	hook = hook_of(0, 7);
	CHECK_EQUAL(control(hook, IRQ_ENABLE), 0);
	CHECK_EQUAL(interrupts_wait(), BIT(7));
	source_stop();
	CHECK_EQUAL(control(hook, IRQ_REMOVE), 0);
}

static void hook_begins_disabled(void)
{
	uint32_t hook;

	source_start();
	hook = hook_of(IRQ_REENABLE, 7);
	CHECK(line_is_quiet());
	CHECK_EQUAL(control(hook, IRQ_ENABLE), 0);
	CHECK_EQUAL(interrupts_wait(), BIT(7));
	source_stop();
}

static void line_waits_for_its_driver(void)
{
	uint32_t hook;

	source_start();
	hook = hook_of(0, 63);
	CHECK_EQUAL(control(hook, IRQ_ENABLE), 0);
	for (unsigned int i = 0; i < 5; i++) {
		CHECK_EQUAL(interrupts_wait(), BIT(63));
		CHECK(line_is_quiet());
		CHECK_EQUAL(control(hook, IRQ_ENABLE), 0);
		acknowledge();
	}
	source_stop();
}

static void line_is_enabled_by_itself(void)
{
	uint32_t hook;

	source_start();
	hook = hook_of(IRQ_REENABLE, 0);
	CHECK_EQUAL(control(hook, IRQ_ENABLE), 0);
	for (unsigned int i = 0; i < 20; i++) {
		CHECK_EQUAL(interrupts_wait(), BIT(0));
		acknowledge();
	}
	CHECK_EQUAL(control(hook, IRQ_DISABLE), 0);
	(void)interrupts_now();
	CHECK(line_is_quiet());
	/* What fired meanwhile is not lost. */
	CHECK_EQUAL(control(hook, IRQ_ENABLE), 0);
	CHECK_EQUAL(interrupts_wait(), BIT(0));
	source_stop();
}

static u64 interrupts_counted(void)
{
	u64 count = 0;

	for (unsigned int i = 0; i < cpu_count(); i++)
		count += cpu_info(i).interrupts;
	return count;
}

static void unserved_device_is_no_storm(void)
{
	uint32_t hook;
	u64 before;

	source_start();
	hook = hook_of(IRQ_REENABLE, 1);
	CHECK_EQUAL(control(hook, IRQ_ENABLE), 0);
	CHECK_EQUAL(interrupts_wait(), BIT(1));
	before = interrupts_counted();
	sleep_for(20 * MILLISECOND); /* nobody acknowledges */
	CHECK(interrupts_counted() - before < 1000);
	source_stop();
}

static void interrupts_wait_for_their_driver(void)
{
	uint32_t hooks[2];

	source_start();
	hooks[0] = hook_of(0, 3);
	hooks[1] = hook_of(0, 33);
	CHECK_EQUAL(control(hooks[0], IRQ_ENABLE), 0);
	CHECK_EQUAL(control(hooks[1], IRQ_ENABLE), 0);
	sleep_for(10 * MILLISECOND);
	CHECK_EQUAL(interrupts_wait(), BIT(3) | BIT(33)); /* in one message */
	CHECK_EQUAL(interrupts_now(), 0);
	source_stop();
}

static void urgent_driver_is_in_time(void)
{
	struct spinner spinner = {};
	struct test_thread *thread = thread_start(NULL, spin, &spinner);
	uint32_t hook;

	for (unsigned int cpu = 0; cpu < cpu_count(); cpu++) {
		source_start();
		hook = hook_of(0, 9);
		thread_place(thread->endpoint, PRIORITY_TEST + 1, cpu);
		thread_place(EP_SELF, PRIORITY_TEST, cpu);
		for (unsigned int i = 0; i < 10; i++) {
			struct ipc_received received;

			CHECK_EQUAL(control(hook, IRQ_ENABLE), 0);
			acknowledge();
			REQUIRE(ipc_receive(EP_HARDWARE, NULL, 0, &received) == 0);
		}
		CHECK(spinner.count != 0);
		source_stop();
		CHECK_EQUAL(control(hook, IRQ_REMOVE), 0);
	}
	spinner.stop = true;
	CHECK_EQUAL(thread_join(thread), 0);
}

/* --- Several hooks ------------------------------------------------------------------------------
 */

static void line_waits_for_all_hooks(void)
{
	uint32_t hooks[2];
	u64 fired = 0;

	source_start();
	hooks[0] = hook_of(0, 3);
	CHECK_EQUAL(control(hooks[0], IRQ_ENABLE), 0);
	hooks[1] = hook_of(0, 4); /* disabled: the line waits */
	(void)interrupts_now();
	CHECK_EQUAL(control(hooks[0], IRQ_ENABLE), 0);
	CHECK(line_is_quiet());
	CHECK_EQUAL(control(hooks[1], IRQ_ENABLE), 0);
	while (fired != (BIT(3) | BIT(4))) {
		const u64 now = interrupts_wait();

		REQUIRE(now != 0);
		fired |= now;
	}
	CHECK(line_is_quiet());
	CHECK_EQUAL(control(hooks[0], IRQ_ENABLE), 0);
	CHECK(line_is_quiet());
	/* A hook that goes keeps nobody waiting. */
	CHECK_EQUAL(control(hooks[1], IRQ_REMOVE), 0);
	CHECK_EQUAL(interrupts_wait(), BIT(3));
	source_stop();
}

struct driver {
	volatile unsigned int fired;
	volatile bool ready;
	volatile int error;
};

/* A driver that lets its line fire as long as it lives. */
static int drive(void *argument)
{
	struct driver *driver = argument;
	struct ipc_received received;
	uint32_t hook;

	driver->error = hook_set(LINE, IRQ_REENABLE, 1, &hook);
	if (driver->error == 0)
		driver->error = control(hook, IRQ_ENABLE);
	acknowledge(); /* what the last driver left */
	driver->ready = true;
	while (driver->error == 0) {
		driver->error = ipc_receive(EP_HARDWARE, NULL, 0, &received);
		driver->fired++;
		acknowledge();
	}
	return 0;
}

static struct test_thread *driver_start(struct driver *driver)
{
	const struct thread_plan plan = {
		.space = space_make(),
		.function = drive,
		.argument = driver,
		.flags = THREAD_HELD,
	};
	struct test_thread *thread = thread_make(&plan);
	const struct sys_priv_allow_req allow = {thread->endpoint, PRIV_ALLOW};
	nanoseconds_t limit = 0;

	CHECK_EQUAL(line_add(thread->endpoint, LINE), 0);
	CHECK_EQUAL(sys_priv_allow(&allow, NULL), 0);
	while (!driver->ready && wait_a_moment(&limit))
		;
	return thread;
}

static void driver_wait(const struct driver *driver)
{
	const unsigned int from = driver->fired;
	nanoseconds_t limit = 0;

	while (driver->fired == from && wait_a_moment(&limit))
		;
	CHECK(driver->fired != from);
	CHECK_EQUAL(driver->error, 0);
}

static void line_is_shared(void)
{
	struct driver drivers[2] = {};
	struct test_thread *threads[2];

	source_start();
	for (unsigned int i = 0; i < 2; i++)
		threads[i] = driver_start(&drivers[i]);
	for (unsigned int round = 0; round < 3; round++) {
		for (unsigned int i = 0; i < 2; i++)
			driver_wait(&drivers[i]);
	}
	thread_free(threads[0]);
	for (unsigned int round = 0; round < 3; round++)
		driver_wait(&drivers[1]);
	source_stop();
}

static void hooks_die_with_their_driver(void)
{
	u64 before;

	source_start();
	/* More drivers, one after the other, than there are hooks. */
	for (unsigned int i = 0; i < 80; i++) {
		struct driver driver = {};
		struct test_thread *thread = driver_start(&driver);

		CHECK_EQUAL(driver.error, 0);
		if (i % 8 == 0)
			driver_wait(&driver);
		thread_free(thread);
		space_free(thread->space);
	}
	acknowledge();
	before = interrupts_counted();
	for (unsigned int i = 0; i < 5; i++) {
		sleep_for(2 * MILLISECOND);
		acknowledge();
	}
	CHECK(interrupts_counted() - before <= 2); /* the line is masked again */
	source_stop();
}

static void new_rights_remove_hooks(void)
{
	struct driver driver = {};
	struct test_thread *thread;
	struct sys_priv_set_req request;
	struct sys_priv_allow_req allow;
	unsigned int fired;

	source_start();
	thread = driver_start(&driver);
	driver_wait(&driver);
	allow = (struct sys_priv_allow_req){thread->endpoint, PRIV_HOLD};
	request = (struct sys_priv_set_req){
		.thread = thread->endpoint,
		.flags = PRIV_SYSTEM | PRIV_ALL_IO,
		.traps = TRAP_MASK_ALL,
		.calls = role_full.calls,
		.signal_manager = supervisor_endpoint(),
		.signal_backup = EP_NONE,
	};
	CHECK_EQUAL(sys_priv_allow(&allow, NULL), 0);
	CHECK_EQUAL(sys_priv_set(&request, NULL), 0);
	allow.operation = PRIV_ALLOW;
	CHECK_EQUAL(sys_priv_allow(&allow, NULL), 0);
	acknowledge();
	sleep_for(3 * MILLISECOND);
	wait_rts(thread->endpoint, RTS_RECEIVE_FROM); /* what was told before has come */
	fired = driver.fired;
	for (unsigned int i = 0; i < 4; i++) {
		acknowledge();
		sleep_for(3 * MILLISECOND);
	}
	CHECK_EQUAL(driver.fired, fired);
	source_stop();
}

#define HOOKS_MAX 1024u

static uint32_t hooks_made[HOOKS_MAX];

static void hooks_run_out(void)
{
	unsigned int count = 0;
	uint32_t hook;
	int error;

	CHECK_EQUAL(line_add(thread_self(), LINE), 0);
	while ((error = hook_set(LINE, 0, count % 64, &hook)) == 0 && count < HOOKS_MAX)
		hooks_made[count++] = hook;
	CHECK_EQUAL(error, -ENOSPC);
	CHECK(count >= 16);
	CHECK_EQUAL(control(hooks_made[5], IRQ_REMOVE), 0);
	CHECK_EQUAL(hook_set(LINE, 0, 1, &hook), 0);
	CHECK_EQUAL(hook, hooks_made[5]);
	for (unsigned int i = 0; i < count; i++)
		CHECK_EQUAL(control(hooks_made[i], IRQ_REMOVE), 0);
}

/* --- Refusals -----------------------------------------------------------------------------------
 */

static int steal_hook(void *argument)
{
	return control(*(uint32_t *)argument, IRQ_ENABLE);
}

static int hook_as_program(void *unused)
{
	uint32_t hook;

	(void)unused;
	return hook_set(LINE, 0, 1, &hook);
}

static void hooks_refused(void)
{
	struct role program = role_program;
	struct thread_plan plan = {.role = &program, .function = hook_as_program};
	uint32_t hook, other;

	CHECK_EQUAL(hook_set(LINE, 0, 1, &hook), -EPERM);
	CHECK_EQUAL(line_add(thread_self(), LINE), 0);
	CHECK_EQUAL(hook_set(LINE, 0, 64, &hook), -EINVAL);
	CHECK_EQUAL(hook_set(LINE, 0, ~0u, &hook), -EINVAL);
	CHECK_EQUAL(hook_set(LINE, 2, 1, &hook), -EINVAL);
	CHECK_EQUAL(hook_set(100000, 0, 1, &hook), -EINVAL);
	CHECK_EQUAL(hook_set(~0u, 0, 1, &hook), -EINVAL);
	CHECK_EQUAL(hook_set(LINE ^ 1, 0, 1, &hook), -EPERM);
	CHECK_EQUAL(hook_set(LINE, 0, 1, &hook), 0);
	CHECK_EQUAL(control(hook, 0), -EINVAL);
	CHECK_EQUAL(control(hook, IRQ_REMOVE + 1), -EINVAL);
	CHECK_EQUAL(control(hook + 1, IRQ_ENABLE), -EPERM);
	CHECK_EQUAL(control(~0u, IRQ_ENABLE), -EPERM);
	CHECK_EQUAL(thread_join(thread_start(NULL, steal_hook, &hook)), -EPERM);
	CHECK_EQUAL(control(hook, IRQ_REMOVE), 0);
	CHECK_EQUAL(control(hook, IRQ_REMOVE), -EPERM);
	program.calls |= CALL_BIT(SYS_IRQ_SET);
	CHECK_EQUAL(thread_join(thread_make(&plan)), -EPERM);
	/* The first line is the timer's on some machines: nobody silences it. */
	CHECK_EQUAL(line_add(thread_self(), 0), 0);
	CHECK_EQUAL(hook_set(0, 0, 1, &other), 0);
	CHECK_EQUAL(control(other, IRQ_ENABLE), 0);
	CHECK_EQUAL(control(other, IRQ_DISABLE), 0);
	sleep_for(2 * MILLISECOND);
	CHECK_EQUAL(control(other, IRQ_REMOVE), 0);
	sleep_for(2 * MILLISECOND);
}

static const struct test_case cases[] = {
	CASE("an interrupt is told with its id", interrupt_is_told, CASE_SHORT),
	CASE("a hook begins disabled", hook_begins_disabled, 0),
	CASE("a line waits for its driver", line_waits_for_its_driver, CASE_SHORT),
	CASE("a line can enable itself", line_is_enabled_by_itself, 0),
	CASE("a device nobody serves makes no storm", unserved_device_is_no_storm, 0),
	CASE("interrupts wait for their driver", interrupts_wait_for_their_driver, 0),
	CASE("a driver is more urgent than who computes", urgent_driver_is_in_time, 0),
	CASE("a line waits for all its hooks", line_waits_for_all_hooks, 0),
	CASE("two drivers share a line", line_is_shared, 0),
	CASE("hooks die with their driver", hooks_die_with_their_driver, 0),
	CASE("new rights remove hooks", new_rights_remove_hooks, 0),
	CASE("hooks run out and come back", hooks_run_out, 0),
	CASE("bad hooks are refused", hooks_refused, 0),
};

const struct test_suite suite_irq = SUITE("irq", cases);
