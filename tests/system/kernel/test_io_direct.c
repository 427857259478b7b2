/* Ports a service uses with its own instructions: given and taken by SYS_IO_ENABLE, never
 * another's.
 */
#include "helper.h"

#include <arch/provoke.h>

#define PLAY ARCH_PORT_PLAY

static uint32_t port_access(uint32_t port, uint32_t width, bool write, uint32_t value)
{
	const struct sys_io_port_req request = {port, width, write ? IO_WRITE : IO_READ, value};
	struct sys_io_port_reply reply;

	return sys_io_port(&request, &reply) == 0 ? reply.value : value;
}

/* From now on the lowest byte reads as 0x5A. */
static void need_ports(void)
{
	const struct sys_io_port_req request = {PLAY, 1, IO_READ, 0};
	struct sys_io_port_reply reply;

	if (sys_io_port(&request, &reply) == -ENODEV || !arch_port_play_select(port_access))
		case_skip("no I/O ports to play with");
}

static int io_enable(endpoint_t thread, uint32_t enable)
{
	return sys_io_enable(&(struct sys_io_enable_req){thread, enable}, NULL);
}

/* A held service with the lowest two play ports in its list. */
static struct test_thread *driver_make(int (*function)(void *), void *argument, uint32_t flags)
{
	struct role role = role_service;
	const struct thread_plan plan = {
		.space = space_make(),
		.role = &role,
		.function = function,
		.argument = argument,
		.flags = THREAD_HELD,
	};
	struct test_thread *thread;

	role.flags |= flags;
	thread = thread_make(&plan);
	CHECK_EQUAL(sys_priv_add(
			    &(struct sys_priv_resource_req){thread->endpoint, RESOURCE_IO, PLAY, 2},
			    NULL),
		    0);
	return thread;
}

static void allow(const struct test_thread *thread)
{
	CHECK_EQUAL(
		sys_priv_allow(&(struct sys_priv_allow_req){thread->endpoint, PRIV_ALLOW}, NULL),
		0);
}

static int read_port(void *argument)
{
	return arch_port_read_direct((uint16_t)(vaddr_t)argument);
}

/* A driver reads one port: what it read, or -EINTR for the exception. */
static int driver_reads(uint32_t port, uint32_t flags, bool enable)
{
	struct test_thread *thread = driver_make(read_port, (void *)(vaddr_t)port, flags);

	if (enable)
		CHECK_EQUAL(io_enable(thread->endpoint, 1), 0);
	allow(thread);
	return thread_join(thread);
}

static void enabled_ports(void)
{
	need_ports();
	CHECK_EQUAL(driver_reads(PLAY, PRIV_CHECK_IO, true), 0x5A);
	CHECK(driver_reads(PLAY + 1, PRIV_CHECK_IO, true) >= 0);
	CHECK_EQUAL(driver_reads(PLAY + 2, PRIV_CHECK_IO, true), -EINTR);
	CHECK_EQUAL(driver_reads(PLAY - 1, PRIV_CHECK_IO, true), -EINTR);
	CHECK_EQUAL(driver_reads(0, PRIV_CHECK_IO, true), -EINTR);
	CHECK_EQUAL(driver_reads(0xFFFF, PRIV_CHECK_IO, true), -EINTR);
	CHECK_EQUAL(driver_reads(PLAY, PRIV_CHECK_IO, false), -EINTR);
	CHECK_EQUAL(driver_reads(PLAY, PRIV_ALL_IO, false), -EINTR);
	CHECK_EQUAL(driver_reads(PLAY, PRIV_ALL_IO, true), 0x5A);
	CHECK(driver_reads(PLAY + 3, PRIV_ALL_IO, true) >= 0);
	/* A list without the flag is no right by call, and none directly. */
	CHECK_EQUAL(driver_reads(PLAY, 0, true), -EINTR);
}

struct poller {
	volatile unsigned int count, wrong;
	volatile bool stop;
	bool yields;
};

static int poll_on(void *argument)
{
	struct poller *poller = argument;

	while (!poller->stop) {
		poller->wrong += arch_port_read_direct(PLAY) != 0x5A;
		poller->count++;
		if (poller->yields)
			yield();
	}
	return 0;
}

static struct test_thread *poller_start(struct poller *poller)
{
	struct test_thread *thread = driver_make(poll_on, poller, PRIV_CHECK_IO);

	CHECK_EQUAL(io_enable(thread->endpoint, 1), 0);
	allow(thread);
	return thread;
}

static void poll_wait(const struct poller *poller)
{
	const unsigned int from = poller->count;
	nanoseconds_t limit = 0;

	while (poller->count == from && wait_a_moment(&limit))
		;
	CHECK(poller->count != from);
	CHECK_EQUAL(poller->wrong, 0);
}

static void taken_back_at_once(void)
{
	need_ports();
	for (unsigned int i = 0; i < 10; i++) {
		struct poller poller = {.yields = i & 1};
		struct test_thread *thread = poller_start(&poller);
		unsigned int count;

		poll_wait(&poller);
		CHECK_EQUAL(io_enable(thread->endpoint, 0), 0);
		count = poller.count;
		CHECK_EQUAL(thread_wait(thread), THREAD_SIGNALED);
		CHECK_EQUAL(thread->signals, SIGNAL_BIT(SIGNAL_SEGV));
		CHECK(poller.count - count <= 1); /* one may have been read, not counted */
		CHECK_EQUAL(poller.wrong, 0);
		thread_free(thread);
	}
}

static int read_often(void *argument)
{
	struct poller *poller = argument;

	for (poller->count = 0; poller->count < 200; poller->count++) {
		yield();
		(void)arch_port_read_direct(PLAY);
	}
	return 0;
}

/* Neither a neighbour on the CPU nor a second thread of the space may use them. */
static void nobody_elses(void)
{
	struct poller poller = {.yields = true};
	struct poller other = {};
	struct test_thread *driver;

	need_ports();
	driver = poller_start(&poller);
	thread_place(driver->endpoint, PRIORITY_TEST, 0);
	poll_wait(&poller);
	for (unsigned int i = 0; i < 4; i++) {
		const struct thread_plan plan = {
			.space = i & 1 ? driver->space : NULL,
			.function = read_often,
			.argument = &other,
			.process = i & 1 ? driver->endpoint : 0,
			.affinity = 1,
		};
		struct test_thread *thread = thread_make(&plan);

		CHECK_EQUAL(thread_wait(thread), THREAD_SIGNALED);
		CHECK_EQUAL(other.count, 0);
		thread_free(thread);
		poll_wait(&poller);
	}
}

static void kept_over_migration(void)
{
	struct poller poller = {};
	struct test_thread *thread;

	need_ports();
	thread = poller_start(&poller);
	for (unsigned int i = 0; i < 30; i++) {
		thread_place(thread->endpoint, PRIORITY_TEST + 1, i % cpu_count());
		poll_wait(&poller);
	}
	CHECK_EQUAL(thread->end, THREAD_RUNS);
}

static int serve_port(void *unused)
{
	struct ipc_received received;
	endpoint_t caller = EP_NONE;

	(void)unused;
	for (;;) {
		if (ipc_reply_receive(caller, EP_ANY, &received) != 0)
			return -1;
		caller = message()->source;
		message_set(0, arch_port_read_direct(PLAY));
	}
}

struct asker {
	endpoint_t driver;
	volatile bool done;
	unsigned int wrong;
};

static int ask_often(void *argument)
{
	struct asker *asker = argument;

	for (unsigned int i = 0; i < 100; i++) {
		message_set(TYPE(1), 0);
		if (ipc_call(asker->driver) != 0)
			return -1;
		asker->wrong += message()->quad[0] != 0x5A;
		if (i % 10 == 0)
			sleep_for(MILLISECOND / 4);
	}
	asker->done = true;
	return 0;
}

/* A call may switch to the driver in one step. */
static void kept_over_calls(void)
{
	struct asker asker = {};
	const struct thread_plan plan = {.function = ask_often, .argument = &asker, .affinity = 1};
	struct test_thread *driver;
	nanoseconds_t limit = 0;

	need_ports();
	driver = driver_make(serve_port, NULL, PRIV_CHECK_IO);
	asker.driver = driver->endpoint;
	CHECK_EQUAL(io_enable(driver->endpoint, 1), 0);
	allow(driver);
	wait_rts(driver->endpoint, RTS_RECEIVE_ANY);
	thread_place(driver->endpoint, PRIORITY_TEST, 0);
	thread_make(&plan);
	while (!asker.done && driver->end == THREAD_RUNS && wait_a_moment(&limit))
		;
	CHECK(asker.done);
	CHECK_EQUAL(driver->end, THREAD_RUNS);
	CHECK_EQUAL(asker.wrong, 0);
}

static void new_rights_take_them_back(void)
{
	struct poller poller = {};
	struct test_thread *thread;
	struct sys_priv_set_req request;

	need_ports();
	thread = poller_start(&poller);
	request = (struct sys_priv_set_req){
		.thread = thread->endpoint,
		.flags = PRIV_SYSTEM,
		.traps = TRAP_MASK_ALL,
		.calls = role_service.calls,
		.signal_manager = supervisor_endpoint(),
		.signal_backup = EP_NONE,
	};
	poll_wait(&poller);
	CHECK_EQUAL(sys_priv_allow(&(struct sys_priv_allow_req){thread->endpoint, PRIV_HOLD}, NULL),
		    0);
	CHECK_EQUAL(sys_priv_set(&request, NULL), 0);
	allow(thread);
	CHECK_EQUAL(thread_wait(thread), THREAD_SIGNALED);
	CHECK_EQUAL(poller.wrong, 0);
}

#define DRIVERS_MAX 24u

static void places_run_out(void)
{
	struct test_thread *drivers[DRIVERS_MAX];
	unsigned int count = 0;
	int error = 0;

	need_ports();
	while (error == 0 && count < DRIVERS_MAX) {
		drivers[count] = driver_make(wait_for_ever, NULL, PRIV_CHECK_IO);
		error = io_enable(drivers[count++]->endpoint, 1);
	}
	CHECK_EQUAL(error, -ENODEV);
	CHECK(count > 4);
	/* Each way to give one back. */
	thread_free(drivers[0]);
	CHECK_EQUAL(io_enable(drivers[count - 1]->endpoint, 1), 0);
	CHECK_EQUAL(io_enable(drivers[count - 1]->endpoint, 1), 0);
	CHECK_EQUAL(io_enable(drivers[count - 1]->endpoint, 0), 0);
	CHECK_EQUAL(io_enable(drivers[count - 1]->endpoint, 0), 0);
	CHECK_EQUAL(driver_reads(PLAY, PRIV_CHECK_IO, true), 0x5A);
	CHECK_EQUAL(driver_reads(PLAY, PRIV_CHECK_IO, true), 0x5A);
}

static void enables_refused(void)
{
	const struct thread_plan program = {
		.role = &role_program, .function = wait_for_ever, .flags = THREAD_HELD};
	struct test_thread *ended = thread_start(NULL, return_at_once, NULL);
	struct test_thread *thread;

	need_ports();
	thread = thread_make(&program);
	CHECK_EQUAL(io_enable(thread->endpoint, 1), -EINVAL);
	CHECK_EQUAL(io_enable(thread_self(), 1), -EINVAL);
	CHECK_EQUAL(io_enable(endpoint_stale(), 1), -EDEADSRCDST);
	CHECK_EQUAL(thread_wait(ended), THREAD_EXITED);
	CHECK_EQUAL(io_enable(ended->endpoint, 1), -EDEADSRCDST);
	thread = driver_make(wait_for_ever, NULL, PRIV_CHECK_IO);
	CHECK_EQUAL(io_enable(thread->endpoint, 2), -EINVAL);
	CHECK_EQUAL(io_enable(thread->endpoint, ~0u), -EINVAL);
}

static const struct test_case cases[] = {
	CASE("a service uses the ports it lists, and no others", enabled_ports, CASE_SHORT),
	CASE("ports are taken back at once", taken_back_at_once, 0),
	CASE("nobody else can use a service's ports", nobody_elses, 0),
	CASE("ports move with their service", kept_over_migration, 0),
	CASE("ports can be used right after a call", kept_over_calls, 0),
	CASE("new rights take ports back", new_rights_take_them_back, 0),
	CASE("places for direct ports run out and come back", places_run_out, 0),
	CASE("bad enables are refused", enables_refused, 0),
};

const struct test_suite suite_io_direct = SUITE("io_direct", cases);
