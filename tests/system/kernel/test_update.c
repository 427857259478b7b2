/* SYS_UPDATE: a new instance takes an old one's name. An instance tells its number, which is in its
 * space's private memory.
 */
#include "granter.h"
#include "helper.h"

#include <arch/layout.h>
#include <arch/provoke.h>

#define HERE PRIVATE_BASE
#define ASK TYPE(1) /* answered with the instance's number and whether its FPU is its own */
#define CLOSE                                                                                      \
	TYPE(2) /* answered; then it listens to hardware only, until an interrupt or cancel        \
		 */

static int update(endpoint_t old_name, endpoint_t new_name)
{
	return sys_update(&(struct sys_update_req){old_name, new_name, 0}, NULL);
}

static uint32_t instance_number(void)
{
	return *(volatile uint32_t *)HERE;
}

static int serve(void *unused)
{
	struct ipc_received received;
	endpoint_t source = EP_ANY, caller = EP_NONE;
	const bool fpu = arch_fpu_present();

	(void)unused;
	if (fpu)
		arch_fpu_fill(instance_number());
	for (;;) {
		const int error = ipc_reply_receive(caller, source, &received);
		const bool close = error == 0 && message()->type == CLOSE;

		caller = error == 0 && message()->type != MESSAGE_NOTIFY ? message()->source
									 : EP_NONE;
		source = close ? EP_HARDWARE : EP_ANY;
		message_set(0, instance_number());
		message()->quad[1] = !fpu || arch_fpu_check(instance_number()) == 0;
	}
	return 0;
}

static struct test_thread *instance_start(uint32_t number)
{
	struct test_space *space = space_make();
	struct test_thread *thread;

	space_add(space, HERE, 1, PAGE_WRITE);
	*(uint32_t *)space_see(space, HERE) = number;
	thread = thread_start(space, serve, NULL);
	wait_rts(thread->endpoint, RTS_RECEIVE_ANY);
	return thread;
}

/* Who answers under this name? */
static uint32_t ask(endpoint_t name)
{
	message_set(ASK, 0);
	REQUIRE(ipc_call(name) == 0);
	CHECK_EQUAL(message()->type, 0);
	CHECK_EQUAL(message()->source, name);
	CHECK_EQUAL(message()->quad[1], 1);
	return (uint32_t)message()->quad[0];
}

static void close_door(endpoint_t name)
{
	message_set(CLOSE, 0);
	CHECK_EQUAL(ipc_call(name), 0);
	wait_rts(name, RTS_RECEIVE_FROM);
}

static struct sys_root_get_reply root_get(endpoint_t thread)
{
	struct sys_root_get_reply reply;

	CHECK_EQUAL(sys_vmctl_root_get(&(struct sys_root_get_req){thread}, &reply), 0);
	return reply;
}

/* --- What moves, what stays ---------------------------------------------------------------------
 */

static void names_are_swapped(void)
{
	const endpoint_t old_name = instance_start(1)->endpoint;
	const endpoint_t new_name = instance_start(2)->endpoint;
	const struct sys_root_get_reply old_root = root_get(old_name),
					new_root = root_get(new_name);
	struct sys_root_get_reply root;

	CHECK_EQUAL(ask(old_name), 1);
	CHECK_EQUAL(ask(new_name), 2);
	CHECK_EQUAL(update(old_name, new_name), 0);
	CHECK_EQUAL(ask(old_name), 2);
	CHECK_EQUAL(ask(new_name), 1);
	root = root_get(old_name);
	CHECK_EQUAL(root.space, new_root.space);
	CHECK_EQUAL(root.root, new_root.root);
	CHECK_EQUAL(root.message_frame, new_root.message_frame);
	CHECK_EQUAL(root.message_address, new_root.message_address);
	CHECK_EQUAL(root.privilege, old_root.privilege);
	CHECK_EQUAL(root_get(new_name).space, old_root.space);
	CHECK_EQUAL(update(old_name, new_name), 0);
	CHECK_EQUAL(ask(old_name), 1);
}

struct asker {
	endpoint_t name;
	uint32_t got;
};

static int ask_once(void *argument)
{
	struct asker *asker = argument;

	asker->got = ask(asker->name);
	return 0;
}

static void queued_callers_get_the_new(void)
{
	const endpoint_t old_name = instance_start(1)->endpoint;
	const endpoint_t new_name = instance_start(2)->endpoint;
	struct asker askers[3];
	struct test_thread *threads[3];

	close_door(old_name);
	for (unsigned int i = 0; i < 3; i++) {
		askers[i] = (struct asker){.name = old_name};
		threads[i] = thread_start(NULL, ask_once, &askers[i]);
		wait_rts(threads[i]->endpoint, RTS_SENDING);
	}
	CHECK_EQUAL(update(old_name, new_name), 0);
	for (unsigned int i = 0; i < 3; i++) {
		CHECK_EQUAL(thread_join(threads[i]), 0);
		CHECK_EQUAL(askers[i].got, 2);
	}
	CHECK_EQUAL(thread_rts(new_name), RTS_RECEIVE_FROM);
}

/* An old instance that is stopped, or a new one that is; the name's is the one that runs. */
static void stops_move(void)
{
	const endpoint_t old_name = instance_start(1)->endpoint;
	const endpoint_t new_name = instance_start(2)->endpoint;

	CHECK_EQUAL(sys_runctl(&(struct sys_runctl_req){old_name, RUNCTL_STOP}, NULL), 0);
	CHECK_EQUAL(update(old_name, new_name), 0);
	CHECK_EQUAL(thread_rts(old_name), RTS_RECEIVE_ANY);
	CHECK_EQUAL(thread_rts(new_name), RTS_RECEIVE_ANY | RTS_STOPPED);
	CHECK_EQUAL(ask(old_name), 2);
	CHECK_EQUAL(sys_runctl(&(struct sys_runctl_req){new_name, RUNCTL_RESUME}, NULL), 0);
	CHECK_EQUAL(ask(new_name), 1);
}

static void notifications_wait_for_the_new(void)
{
	const endpoint_t old_name = instance_start(1)->endpoint;
	struct job job = {.trap = TRAP_IPC_RECEIVE, .a0 = EP_ANY};

	close_door(old_name);
	CHECK_EQUAL(ipc_notify(old_name), 0);
	message_set(TYPE(9), 90);
	CHECK_EQUAL(ipc_send_async(old_name, 0), 0);
	job_start_until(&job, RTS_RECEIVE_ANY);
	CHECK_EQUAL(update(old_name, job.thread->endpoint), 0);
	/* The job ends under the old name; its own is the old instance's. */
	wait_rts(old_name, RTS_EXITED);
	CHECK(job.done);
	CHECK_EQUAL(job.answer.type, MESSAGE_NOTIFY);
	CHECK_EQUAL(job.answer.source, thread_self());
}

static int alarm_and_close(void *unused)
{
	struct ipc_received received;

	(void)unused;
	if (sys_alarm(&(struct sys_alarm_req){.time = 20 * MILLISECOND}, NULL) != 0)
		return -1;
	return ipc_receive(EP_HARDWARE, NULL, 0, &received);
}

static void alarms_ring_for_the_new(void)
{
	struct test_thread *old_thread = thread_start(NULL, alarm_and_close, NULL);
	struct job job = {.trap = TRAP_IPC_RECEIVE, .a0 = EP_CLOCK};

	wait_rts(old_thread->endpoint, RTS_RECEIVE_FROM);
	job_start_until(&job, RTS_RECEIVE_FROM);
	CHECK_EQUAL(update(old_thread->endpoint, job.thread->endpoint), 0);
	wait_rts(old_thread->endpoint, RTS_EXITED);
	CHECK(job.done);
	CHECK_EQUAL(job.answer.source, EP_CLOCK);
}

static void old_grants_are_stale(void)
{
	struct granter granters[2];
	grant_t grants[2];
	uint8_t byte;

	for (unsigned int i = 0; i < 2; i++) {
		granter_start(&granters[i], space_make(), NULL);
		space_add(granters[i].space, HERE, 1, PAGE_WRITE);
		grants[i] = granter_grant(&granters[i], 0,
					  (struct grant_entry){.flags = GRANT_DIRECT | GRANT_READ,
							       .grantee = EP_ANY,
							       .address = HERE,
							       .bytes = 8});
		CHECK_EQUAL(grant_read(&granters[i], grants[i], 0, &byte, 1), 0);
		wait_rts(granters[i].name, RTS_RECEIVE_ANY);
	}
	CHECK_EQUAL(update(granters[0].name, granters[1].name), 0);
	for (unsigned int i = 0; i < 2; i++) {
		CHECK_EQUAL(grant_read(&granters[i], grants[0], 0, &byte, 1), -EBADGRANT);
		CHECK_EQUAL(grant_read(&granters[i], grants[1], 0, &byte, 1), -EBADGRANT);
	}
}

/* --- Direct ports -------------------------------------------------------------------------------
 */

static uint32_t port_access(uint32_t port, uint32_t width, bool write, uint32_t value)
{
	const struct sys_io_port_req request = {port, width, write ? IO_WRITE : IO_READ, value};
	struct sys_io_port_reply reply;

	return sys_io_port(&request, &reply) == 0 ? reply.value : value;
}

static int read_port_when_told(void *unused)
{
	struct ipc_received received;

	(void)unused;
	return ipc_receive(EP_ANY, NULL, 0, &received) == 0 ? arch_port_read_direct(ARCH_PORT_PLAY)
							    : -1;
}

/* Ports belong to the privilege, which stays with the name. */
static void direct_ports_stay(void)
{
	const struct sys_io_port_req probe = {ARCH_PORT_PLAY, 1, IO_READ, 0};
	struct role role = role_service;
	struct thread_plan plan = {.role = &role, .function = read_port_when_told};
	struct test_thread *threads[2];
	struct sys_io_port_reply reply;

	if (sys_io_port(&probe, &reply) == -ENODEV || !arch_port_play_select(port_access))
		case_skip("no I/O ports to play with");
	role.flags |= PRIV_CHECK_IO;
	for (unsigned int i = 0; i < 2; i++) {
		threads[i] = thread_make(&plan);
		wait_rts(threads[i]->endpoint, RTS_RECEIVE_ANY);
	}
	CHECK_EQUAL(sys_priv_add(&(struct sys_priv_resource_req){threads[0]->endpoint, RESOURCE_IO,
								 ARCH_PORT_PLAY, 1},
				 NULL),
		    0);
	CHECK_EQUAL(sys_io_enable(&(struct sys_io_enable_req){threads[0]->endpoint, 1}, NULL), 0);
	CHECK_EQUAL(update(threads[0]->endpoint, threads[1]->endpoint), 0);
	for (unsigned int i = 0; i < 2; i++)
		CHECK_EQUAL(ipc_notify(threads[i]->endpoint), 0);
	CHECK_EQUAL(thread_wait(threads[0]), THREAD_EXITED);
	CHECK_EQUAL(threads[0]->status, 0x5A);
	CHECK_EQUAL(thread_wait(threads[1]), THREAD_SIGNALED);
}

/* --- Under load ---------------------------------------------------------------------------------
 */

struct client {
	endpoint_t name;
	volatile bool stop;
	volatile unsigned int calls;
	unsigned int wrong;
};

static int ask_on(void *argument)
{
	struct client *client = argument;
	uint32_t number;

	while (!client->stop) {
		number = ask(client->name);
		client->wrong += number != 1 && number != 2;
		client->calls++;
	}
	return 0;
}

static void clients_notice_nothing(void)
{
	const endpoint_t old_name = instance_start(1)->endpoint;
	const endpoint_t new_name = instance_start(2)->endpoint;
	struct client clients[3];
	struct test_thread *threads[3];
	unsigned int updates = 0;
	nanoseconds_t end;

	for (unsigned int i = 0; i < 3; i++) {
		clients[i] = (struct client){.name = old_name};
		threads[i] = thread_start(i ? space_make() : NULL, ask_on, &clients[i]);
	}
	/* Between two calls the server is at rest; under load that takes some tries. */
	end = clock_now() + 10000 * MILLISECOND;
	while (updates < 30 && clock_now() < end) {
		const int error = update(old_name, new_name);

		CHECK(error == 0 || error == -EBUSY);
		updates += error == 0;
		yield();
	}
	CHECK_EQUAL(updates, 30);
	for (unsigned int i = 0; i < 3; i++) {
		const unsigned int from = clients[i].calls;
		nanoseconds_t limit = 0;

		while (clients[i].calls < from + 3 && wait_a_moment(&limit))
			;
		clients[i].stop = true;
	}
	for (unsigned int i = 0; i < 3; i++) {
		CHECK_EQUAL(thread_join(threads[i]), 0);
		CHECK_EQUAL(clients[i].wrong, 0);
	}
}

/* --- Crashes ------------------------------------------------------------------------------------
 */

static int replace(endpoint_t old_name, endpoint_t new_name)
{
	return sys_update(&(struct sys_update_req){old_name, new_name, UPDATE_CRASHED}, NULL);
}

static int receive_only(void *unused)
{
	struct ipc_received received;

	(void)unused;
	(void)ipc_receive(EP_ANY, NULL, 0, &received);
	for (;;)
		;
	return 0;
}

static int answer_of(void *argument)
{
	message_set(ASK, 0);
	return ipc_call(*(endpoint_t *)argument);
}

static enum fault_answer fault_hold(const struct fault_event *event)
{
	(void)event;
	return FAULT_HOLD;
}

static int memory_hold(const struct memory_event *event)
{
	(void)event;
	return MEMORY_HOLD;
}

static int touch_missing(void *unused)
{
	(void)unused;
	return *(volatile uint8_t *)HERE;
}

static int copy_missing(void *unused)
{
	uint8_t byte;

	(void)unused;
	return sys_vircopy(&(struct sys_copy_req){.source = EP_SELF,
						  .destination = EP_SELF,
						  .source_address = HERE,
						  .destination_address = (vaddr_t)&byte,
						  .bytes = 1},
			   NULL);
}

/* Received: an error. Queued: the new instance answers. */
static void crashed_is_replaced(void)
{
	endpoint_t name = thread_start(NULL, receive_only, NULL)->endpoint;
	const endpoint_t new_name = instance_start(2)->endpoint;
	struct asker queued = {.name = name};
	struct test_thread *received, *waiting;

	wait_rts(name, RTS_RECEIVE_ANY);
	received = thread_start(NULL, answer_of, &name);
	wait_rts(received->endpoint, RTS_REPLY_WAIT);
	waiting = thread_start(NULL, ask_once, &queued);
	wait_rts(waiting->endpoint, RTS_SENDING);
	CHECK_EQUAL(update(name, new_name), -EBUSY); /* it runs */
	CHECK_EQUAL(replace(name, new_name), 0);
	CHECK_EQUAL(thread_join(received), -EDEADSRCDST);
	CHECK_EQUAL(thread_join(waiting), 0);
	CHECK_EQUAL(queued.got, 2);
	CHECK_EQUAL(ask(name), 2);
	CHECK_EQUAL(sys_clear(&(struct sys_clear_req){new_name}, NULL), 0);
	CHECK_EQUAL(ask(name), 2);
}

static void ended_is_replaced(void)
{
	struct test_thread *ended = thread_start(NULL, return_at_once, NULL);
	endpoint_t name = ended->endpoint;

	CHECK_EQUAL(thread_wait(ended), THREAD_EXITED);
	CHECK_EQUAL(answer_of(&name), -EDEADSRCDST);
	CHECK_EQUAL(replace(name, instance_start(2)->endpoint), 0);
	CHECK_EQUAL(ask(name), 2);
}

static void busy_are_replaced(void)
{
	endpoint_t self = thread_self();
	struct job sender = {.trap = TRAP_IPC_SEND, .a0 = self};
	struct test_thread *busy;
	struct ipc_received received;

	job_start(&sender);
	wait_rts(sender.thread->endpoint, RTS_SENDING);
	CHECK_EQUAL(replace(sender.thread->endpoint, instance_start(2)->endpoint), 0);
	CHECK_EQUAL(ask(sender.thread->endpoint), 2);
	busy = thread_start(NULL, answer_of, &self);
	CHECK_EQUAL(ipc_receive(busy->endpoint, NULL, 0, &received), 0);
	CHECK_EQUAL(replace(busy->endpoint, instance_start(3)->endpoint), 0);
	CHECK_EQUAL(ask(busy->endpoint), 3);
	supervisor_hooks.fault = fault_hold;
	supervisor_hooks.memory = memory_hold;
	busy = thread_start(space_make(), touch_missing, NULL);
	wait_rts(busy->endpoint, RTS_PAGEFAULT);
	CHECK_EQUAL(replace(busy->endpoint, instance_start(4)->endpoint), 0);
	CHECK_EQUAL(ask(busy->endpoint), 4);
	busy = thread_start(space_make(), copy_missing, NULL);
	wait_rts(busy->endpoint, RTS_VMREQUEST);
	CHECK_EQUAL(replace(busy->endpoint, instance_start(5)->endpoint), 0);
	CHECK_EQUAL(ask(busy->endpoint), 5);
}

static void end_by_another(void)
{
	endpoint_t name = instance_start(1)->endpoint;
	struct test_thread *caller;

	CHECK_EQUAL(sys_runctl(&(struct sys_runctl_req){name, RUNCTL_STOP}, NULL), 0);
	caller = thread_start(NULL, answer_of, &name);
	wait_rts(caller->endpoint, RTS_REPLY_WAIT);
	CHECK_EQUAL(sys_runctl(&(struct sys_runctl_req){name, RUNCTL_END}, NULL), 0);
	CHECK_EQUAL(thread_join(caller), -EDEADSRCDST);
	CHECK_EQUAL(answer_of(&name), -EDEADSRCDST);
	CHECK_EQUAL(sys_runctl(&(struct sys_runctl_req){name, RUNCTL_END}, NULL), -EDEADSRCDST);
	CHECK_EQUAL(replace(name, instance_start(2)->endpoint), 0);
	CHECK_EQUAL(ask(name), 2);
	CHECK_EQUAL(sys_runctl(&(struct sys_runctl_req){EP_SELF, RUNCTL_END}, NULL), -EINVAL);
}

/* --- Refusals -----------------------------------------------------------------------------------
 */

static int call_name(void *argument)
{
	return ipc_call(*(endpoint_t *)argument);
}

static void busy_check(const struct test_thread *busy, uint32_t rts)
{
	const endpoint_t idle = instance_start(7)->endpoint;

	if (rts != 0)
		wait_rts(busy->endpoint, rts);
	CHECK_EQUAL(update(busy->endpoint, idle), -EBUSY);
	CHECK_EQUAL(update(idle, busy->endpoint), -EBUSY);
	/* A stop changes nothing about it. */
	if (rts != 0) {
		CHECK_EQUAL(sys_runctl(&(struct sys_runctl_req){busy->endpoint, RUNCTL_STOP}, NULL),
			    0);
		CHECK_EQUAL(update(busy->endpoint, idle), -EBUSY);
	}
	CHECK_EQUAL(ask(idle), 7);
}

static void the_busy_are_refused(void)
{
	struct spinner spinner = {};
	endpoint_t self = thread_self();
	struct job sender = {.trap = TRAP_IPC_SEND, .a0 = self};
	struct test_thread *caller, *ended;
	struct ipc_received received;

	busy_check(thread_start(NULL, spin, &spinner), 0);
	job_start(&sender);
	busy_check(sender.thread, RTS_SENDING);
	caller = thread_start(NULL, call_name, &self);
	CHECK_EQUAL(ipc_receive(caller->endpoint, NULL, 0, &received), 0);
	busy_check(caller, RTS_REPLY_WAIT);
	supervisor_hooks.fault = fault_hold;
	supervisor_hooks.memory = memory_hold;
	busy_check(thread_start(space_make(), touch_missing, NULL), RTS_PAGEFAULT);
	busy_check(thread_start(space_make(), copy_missing, NULL), RTS_VMREQUEST);
	ended = thread_start(NULL, return_at_once, NULL);
	CHECK_EQUAL(thread_wait(ended), THREAD_EXITED);
	CHECK_EQUAL(update(ended->endpoint, instance_start(8)->endpoint), -EBUSY);
}

static void updates_refused(void)
{
	const struct thread_plan program = {
		.role = &role_program, .function = wait_for_ever, .flags = THREAD_HELD};
	const endpoint_t name = instance_start(1)->endpoint;
	const endpoint_t stale = endpoint_stale();
	struct test_thread *plain = thread_make(&program);

	CHECK_EQUAL(update(name, name), -EINVAL);
	CHECK_EQUAL(update(name, thread_self()), -EINVAL);
	CHECK_EQUAL(update(thread_self(), name), -EINVAL);
	CHECK_EQUAL(update(name, plain->endpoint), -EINVAL);
	CHECK_EQUAL(update(plain->endpoint, name), -EINVAL);
	CHECK_EQUAL(update(name, stale), -EDEADSRCDST);
	CHECK_EQUAL(update(stale, name), -EDEADSRCDST);
	CHECK_EQUAL(update(EP_NONE, name), -EDEADSRCDST);
	CHECK_EQUAL(
		sys_update(&(struct sys_update_req){name, instance_start(2)->endpoint, 2}, NULL),
		-EINVAL);
	CHECK_EQUAL(replace(name, thread_self()), -EINVAL);
	CHECK_EQUAL(ask(name), 1);
}

static const struct test_case cases[] = {
	CASE("a new instance answers under the old name", names_are_swapped, CASE_SHORT),
	CASE("callers queued at the old get answers from the new", queued_callers_get_the_new, 0),
	CASE("a stop goes with its instance", stops_move, 0),
	CASE("notifications wait for the new instance", notifications_wait_for_the_new, 0),
	CASE("an alarm rings for the new instance", alarms_ring_for_the_new, 0),
	CASE("grants of either instance are stale afterwards", old_grants_are_stale, 0),
	CASE("direct ports stay with the name", direct_ports_stay, 0),
	CASE("clients notice nothing of many updates", clients_notice_nothing, 0),
	CASE("a crashed instance is replaced: received calls fail, queued ones are answered",
	     crashed_is_replaced, CASE_SHORT),
	CASE("one that has exited is replaced", ended_is_replaced, 0),
	CASE("a crashed instance is replaced whatever it does", busy_are_replaced, 0),
	CASE("a thread ended by another keeps its slot", end_by_another, 0),
	CASE("who is in the middle of something is not updated", the_busy_are_refused, 0),
	CASE("bad updates are refused", updates_refused, 0),
};

const struct test_suite suite_update = SUITE("update", cases);
