/* The root thread's loop. Requests of other threads, faults, signals and the watchdog come here;
 * each message is copied before anything else is done, because kernel calls use the same page.
 */
#include "supervisor.h"

#include "frames.h"
#include "tap.h"
#include "test_case.h"
#include "thread.h"
#include <arch/layout.h>
#include <skerry/info.h>
#include <string.h>
#include <sys.h>
#include <sys_call.h>
#include <sys_ipc.h>

#define PROTOCOL_TEST 0x5445u
#define REQUEST_RUN MESSAGE_TYPE(PROTOCOL_TEST, 1)  /* quad: function, argument; answer: result */
#define REQUEST_WAIT MESSAGE_TYPE(PROTOCOL_TEST, 2) /* quad: thread; answered when it has ended */

#define WATCHDOG_LIMIT 40000000000ull /* 40 s: emulators are slow, and slower beside others */

struct supervisor_hooks supervisor_hooks;

static struct sys_thread root_thread;
static nanoseconds_t watchdog_end;

void supervisor_init(void)
{
	root_thread = (struct sys_thread){
		.page = (struct message_page *)(uintptr_t)boot.message_address,
		.endpoint = boot.root_thread,
		.stack_top = ARCH_ROOT_STACK_TOP,
	};
	if (sys_thread_attach(&root_thread) != 0)
		__builtin_trap();
}

void supervisor_schedule(nanoseconds_t quantum)
{
	const struct sys_schedctl_req request = {
		.thread = EP_SELF,
		.scheduler = SCHEDULER_KERNEL,
		.priority = PRIORITY_SUPERVISOR,
		.quantum = quantum,
	};

	if (sys_schedctl(&request, NULL) != 0)
		panic("cannot schedule the root thread");
}

endpoint_t supervisor_endpoint(void)
{
	return boot.root_thread;
}

/* --- For other threads ------------------------------------------------------------------------ */

long supervisor_run(long (*function)(void *argument), void *argument)
{
	struct message *message = &message_page()->message;
	int error;

	if (sys_thread_self() == &root_thread)
		return function(argument);
	message->type = REQUEST_RUN;
	message->quad[0] = (uintptr_t)function;
	message->quad[1] = (uintptr_t)argument;
	error = ipc_call(boot.root_thread);
	if (error != 0)
		panic("supervisor_run: %d", error);
	return (long)message->quad[0];
}

enum thread_end thread_wait(struct test_thread *thread)
{
	struct message *message = &message_page()->message;

	message->type = REQUEST_WAIT;
	message->quad[0] = (uintptr_t)thread;
	REQUIRE(ipc_call(boot.root_thread) == 0);
	return thread->end;
}

/* --- Ends --------------------------------------------------------------------------------------
 */

static void waiter_wake(struct test_thread *thread)
{
	const endpoint_t waiter = thread->waiter;

	thread->waiter = EP_NONE;
	if (waiter == EP_NONE)
		return;
	message_page()->message.type = 0;
	CHECK_EQUAL(ipc_send(waiter, IPC_NONBLOCK), 0);
}

void thread_set_end(struct test_thread *thread, enum thread_end end)
{
	thread->end = end;
	waiter_wake(thread);
}

static void signals_take(void)
{
	for (;;) {
		struct sys_signal_get_reply reply;
		struct test_thread *thread;

		if (sys_signal_get(&(struct sys_empty_req){}, &reply) != 0 ||
		    reply.thread == EP_NONE)
			return;
		thread = thread_by_endpoint(reply.thread);
		if (thread == NULL)
			continue;
		thread->signals |= reply.signals;
		thread->status = reply.exit_status;
		if (reply.signals >> SIGNAL_EXITED & 1)
			thread_set_end(thread, THREAD_EXITED);
		else if (!supervisor_hooks.hold_signals)
			thread_set_end(thread, THREAD_SIGNALED);
	}
}

/* --- Faults ------------------------------------------------------------------------------------
 */

/* Whom to answer with the message page. */
static endpoint_t fault_take(const struct message *message, uint32_t status)
{
	struct fault_event event = {.thread = message->source, .status = status};
	struct test_thread *thread = thread_by_endpoint(message->source);
	enum fault_answer answer = FAULT_FATAL;

	memcpy(&event.fault, message->payload, sizeof(event.fault));
	if (supervisor_hooks.fault != NULL)
		answer = supervisor_hooks.fault(&event);
	if (answer == FAULT_CLEAR && supervisor_hooks.answers) {
		return event.thread;
	} else if (answer == FAULT_CLEAR) {
		const struct sys_fault_clear_req request = {.thread = event.thread};

		CHECK_EQUAL(sys_vmctl_fault_clear(&request, NULL), 0);
	} else if (answer == FAULT_FATAL && thread != NULL) {
		thread->fault_address = event.fault.address;
		thread->fault_pc = event.fault.program_counter;
		thread->fault_access = event.fault.access;
		thread_set_end(thread, THREAD_FAULTED);
	}
	return EP_NONE;
}

static endpoint_t memory_take(const struct message *message, uint32_t status)
{
	struct memory_event event = {.thread = message->source, .status = status};
	int result = -EFAULT;

	memcpy(&event.request, message->payload, sizeof(event.request));
	if (supervisor_hooks.memory != NULL)
		result = supervisor_hooks.memory(&event);
	if (result != MEMORY_HOLD && supervisor_hooks.answers) {
		message_page()->message.type = (uint32_t)result;
		return event.thread;
	} else if (result != MEMORY_HOLD) {
		const struct sys_memreq_reply_req request = {
			.thread = event.thread,
			.result = result,
		};

		CHECK_EQUAL(sys_vmctl_memreq_reply(&request, NULL), 0);
	}
	return EP_NONE;
}

/* --- Watchdog ----------------------------------------------------------------------------------
 */

static nanoseconds_t now(void)
{
	struct sys_times_reply reply;

	if (sys_times(&(struct sys_times_req){.thread = EP_SELF}, &reply) != 0)
		panic("the supervisor cannot read the time");
	return reply.now;
}

static void threads_dump(void)
{
	struct info_machine machine = {};
	struct info_thread info;
	struct sys_info_req request = {
		.what = INFO_MACHINE, .address = (uintptr_t)&machine, .size = sizeof(machine)};

	(void)sys_info(&request, NULL);
	request = (struct sys_info_req){
		.what = INFO_THREAD, .address = (uintptr_t)&info, .size = sizeof(info)};
	for (; request.index < machine.thread_slots; request.index++) {
		memset(&info, 0, sizeof(info));
		if (sys_info(&request, NULL) != 0 || info.thread == 0 || info.thread == EP_NONE)
			continue;
		sys_print("# thread %#x rts %#x waits for %#x cpu %u priority %u\n", info.thread,
			  info.rts, info.waits_for, info.cpu, info.priority);
		(void)sys_diag(
			&(struct sys_diag_req){.operation = DIAG_BACKTRACE, .thread = info.thread},
			NULL);
	}
}

static void watchdog_check(const char *what)
{
	if (now() < watchdog_end)
		return;
	sys_print("Bail out! no end of: %s\n", what);
	threads_dump();
	sys_print("VERDICT fail\n");
	power_off(false);
}

static void watchdog_set(nanoseconds_t time)
{
	const struct sys_alarm_req request = {.time = time};

	if (sys_alarm(&request, NULL) != 0)
		panic("no watchdog");
	watchdog_end = time != 0 ? now() + time : ~0ull;
}

static long watchdog_renew(void *unused)
{
	(void)unused;
	watchdog_set(WATCHDOG_LIMIT);
	return 0;
}

void supervisor_patience(void)
{
	(void)supervisor_run(watchdog_renew, NULL);
}

/* --- The loop ----------------------------------------------------------------------------------
 */

/* Whom to answer at once, or EP_NONE; the answer is in the message page. */
static endpoint_t request_take(const struct message *message)
{
	struct test_thread *thread;
	long result;

	switch (message->type) {
	case REQUEST_RUN: {
		long (*function)(void *) = (void *)(uintptr_t)message->quad[0];

		result = function((void *)(uintptr_t)message->quad[1]);
		message_page()->message.type = 0;
		message_page()->message.quad[0] = (u64)result;
		return message->source;
	}
	case REQUEST_WAIT:
		thread = (void *)(uintptr_t)message->quad[0];
		thread->waiter = message->source;
		if (thread->end != THREAD_RUNS)
			waiter_wake(thread);
		return EP_NONE;
	default:
		sys_print("# unexpected message %#x from %#x\n", message->type, message->source);
		return EP_NONE;
	}
}

static endpoint_t message_take(const struct message *message, uint32_t status, const char *what)
{
	if (message->type == MESSAGE_NOTIFY && message->source == EP_SYSTEM)
		signals_take();
	else if (message->type == MESSAGE_NOTIFY && message->source == EP_CLOCK)
		watchdog_check(what);
	else if (message->type == MESSAGE_PAGE_FAULT && (status & IPC_STATUS_KERNEL))
		return fault_take(message, status);
	else if (message->type == MESSAGE_MEMORY_REQUEST && (status & IPC_STATUS_KERNEL))
		return memory_take(message, status);
	else
		return request_take(message);
	return EP_NONE;
}

void supervisor_serve(bool (*done)(void *argument), void *argument, const char *what)
{
	struct ipc_received received;
	struct message message;
	endpoint_t answer = EP_NONE;
	int error;

	watchdog_set(what != NULL ? WATCHDOG_LIMIT : 0);
	while (answer != EP_NONE || !done(argument)) {
		error = ipc_reply_receive(answer, EP_ANY, &received);
		if (error != 0)
			panic("the supervisor cannot receive: %d", error);
		message = message_page()->message;
		answer = message_take(&message, received.status, what);
	}
	watchdog_set(0);
}
