/* What the kernel tells: tables, diagnostics, traces; and calls that do nothing.
 */
#include "helper.h"
#include "latency.h"

#include <arch/layout.h>
#include <skerry/kernel_page.h>
#include <sys.h>

static const struct kernel_page *const page = (const struct kernel_page *)ARCH_KERNEL_PAGE;

static int info(uint32_t what, uint32_t index, u64 address, uint32_t size, uint32_t *whole)
{
	const struct sys_info_req request = {what, index, address, size};
	struct sys_info_reply reply;
	const int error = sys_info(&request, &reply);

	if (whole != NULL)
		*whole = reply.size;
	return error;
}

/* --- Tables -------------------------------------------------------------------------------------
 */

static void machine_table(void)
{
	const struct info_machine machine = machine_info();
	struct test_space *space;
	struct test_thread *thread;

	CHECK_EQUAL(page->magic, KERNEL_PAGE_MAGIC);
	CHECK_EQUAL(machine.cpu_count, page->cpu_count);
	CHECK_EQUAL(machine.cpu_present, page->cpu_present);
	CHECK(machine.cpu_present >= machine.cpu_count && machine.cpu_count >= 1);
	CHECK_EQUAL(machine.memory_bytes, page->memory_bytes);
	CHECK_EQUAL(strncmp(machine.board, page->board, sizeof(machine.board)), 0);
	CHECK(page->version[0] != '\0');
	CHECK(machine.thread_used >= 2 && machine.thread_used < machine.thread_slots);
	CHECK(machine.uptime <= machine_info().uptime);
	space = space_make();
	CHECK_EQUAL(machine_info().space_used, machine.space_used + 1);
	thread = thread_start(space, wait_for_ever, NULL);
	CHECK_EQUAL(machine_info().thread_used, machine.thread_used + 1);
	CHECK_EQUAL(machine_info().privilege_used, machine.privilege_used + 1);
	thread_free(thread);
	space_free(space);
	CHECK_EQUAL(machine_info().thread_used, machine.thread_used);
	CHECK_EQUAL(machine_info().privilege_used, machine.privilege_used);
	CHECK_EQUAL(machine_info().space_used, machine.space_used);
}

static void cpu_table(void)
{
	const unsigned int last = cpu_count() - 1;
	struct info_cpu before, now;

	for (unsigned int i = 0; i <= last; i++) {
		CHECK(cpu_info(i).running);
		for (unsigned int j = 0; j < i; j++)
			CHECK(cpu_info(i).hardware_id != cpu_info(j).hardware_id);
		thread_place(EP_SELF, PRIORITY_TEST, i);
		CHECK_EQUAL(cpu_info(i).current, thread_self());
	}
	thread_place(EP_SELF, PRIORITY_TEST, last);
	before = cpu_info(last);
	for (unsigned int i = 0; i < 100; i++)
		(void)sys_null(&(struct sys_null_req){}, NULL);
	now = cpu_info(last);
	CHECK(now.entries - before.entries >= 100);
	CHECK(now.lock_contended >= before.lock_contended);
	if (last != 0 && machine_info().cycles_per_second != 0) {
		/* Nobody else is here while we sleep. */
		sleep_for(5 * MILLISECOND);
		CHECK(cpu_info(last).idle_cycles > now.idle_cycles);
	}
	CHECK_EQUAL(info(INFO_CPU, last + 1, (vaddr_t)&now, sizeof(now), NULL), -EINVAL);
	CHECK_EQUAL(info(INFO_CPU, ~0u, (vaddr_t)&now, sizeof(now), NULL), -EINVAL);
}

static void thread_table(void)
{
	struct test_space *space = space_make();
	struct test_thread *first = thread_start(space, wait_for_ever, NULL);
	const struct thread_plan plan = {
		.space = space,
		.function = wait_for_ever,
		.process = first->endpoint,
		.priority = 11,
		.affinity = 1,
	};
	struct test_thread *second = thread_make(&plan);
	struct job caller = {.trap = TRAP_IPC_CALL, .a0 = thread_self()};
	struct info_thread thread;

	wait_rts(first->endpoint, RTS_RECEIVE_ANY);
	thread = thread_info(second->endpoint);
	CHECK_EQUAL(thread.thread, second->endpoint);
	CHECK_EQUAL(thread.process, first->endpoint);
	CHECK_EQUAL(thread.space, space->id);
	CHECK_EQUAL(thread.privilege, second->privilege);
	CHECK_EQUAL(thread.priority, 11);
	CHECK_EQUAL(thread.affinity, 1);
	CHECK_EQUAL(strncmp(thread.name, thread_info(thread_self()).name, sizeof(thread.name)), 0);
	CHECK_EQUAL(thread_info(first->endpoint).waits_for, EP_ANY);
	job_start_until(&caller, RTS_SENDING);
	CHECK_EQUAL(thread_info(caller.thread->endpoint).waits_for, thread_self());
	CHECK_EQUAL(thread_info(thread_self()).rts, 0);
	/* A free slot, and none. */
	thread_free(second);
	CHECK_EQUAL(info(INFO_THREAD, endpoint_slot(second->endpoint), (vaddr_t)&thread,
			 sizeof(thread), NULL),
		    0);
	CHECK_EQUAL(thread.thread, EP_NONE);
	CHECK_EQUAL(thread.rts, RTS_FREE);
	CHECK_EQUAL(info(INFO_THREAD, machine_info().thread_slots, (vaddr_t)&thread, sizeof(thread),
			 NULL),
		    -EINVAL);
}

static void counters(void)
{
	const struct info_counters before = counters_info();
	struct spinner spinner = {};
	struct test_thread *thread;
	nanoseconds_t limit = 0;

	/* An answer to nobody. */
	message_set(0, 0);
	(void)sys_trap1(TRAP_IPC_REPLY_RECEIVE | IPC_NONBLOCK, thread_self());
	CHECK_EQUAL(counters_info().replies_dropped, before.replies_dropped + 1);
	if (cpu_count() == 1)
		return;
	thread_place(EP_SELF, PRIORITY_TEST, 0);
	thread = thread_start(NULL, spin, &spinner);
	for (unsigned int i = 1; i <= 8; i++) {
		thread_place(thread->endpoint, PRIORITY_TEST + 1, i & 1);
		spin_wait(&spinner);
	}
	CHECK(counters_info().migrations - before.migrations >= 7);
	/* It may just be in the kernel when it is stopped; then nobody is parked. */
	thread_place(thread->endpoint, PRIORITY_TEST + 1, 1);
	do {
		CHECK_EQUAL(runctl(thread->endpoint, RUNCTL_RESUME), 0);
		spin_wait(&spinner);
		CHECK_EQUAL(runctl(thread->endpoint, RUNCTL_STOP), 0);
	} while (counters_info().parks == before.parks && wait_a_moment(&limit));
	CHECK(counters_info().parks > before.parks);
}

/* --- How tables are copied ----------------------------------------------------------------------
 */

static void tables_are_cut(void)
{
	struct info_machine machine;
	uint8_t *bytes = (uint8_t *)&machine;
	uint32_t whole;

	for (uint32_t size = 0; size <= sizeof(machine); size += 7) {
		memset(&machine, 0xEE, sizeof(machine));
		CHECK_EQUAL(info(INFO_MACHINE, 0, (vaddr_t)&machine, size, &whole), 0);
		CHECK_EQUAL(whole, sizeof(machine));
		if (size >= sizeof(machine.cpu_count))
			CHECK_EQUAL(machine.cpu_count, cpu_count());
		CHECK_EQUAL(bytes[size], 0xEE);
	}
	CHECK_EQUAL(info(INFO_MACHINE, 0, (vaddr_t)&machine, ~0u, &whole), 0);
	CHECK_EQUAL(whole, sizeof(machine));
}

static void tables_refused(void)
{
	static const u64 addresses[] = {0x10, ARCH_USER_LIMIT, ARCH_USER_LIMIT - 8, ~0ull - 16};
	struct info_machine machine;

	CHECK_EQUAL(info(INFO_LATENCY + 1, 0, (vaddr_t)&machine, 8, NULL), -EINVAL);
	CHECK_EQUAL(info(~0u, 0, (vaddr_t)&machine, 8, NULL), -EINVAL);
	for (unsigned int i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		CHECK_EQUAL(info(INFO_MACHINE, 0, addresses[i], sizeof(machine), NULL), -EFAULT);
	CHECK_EQUAL(info(INFO_MACHINE, 0, (vaddr_t)&machine + (1ull << 32), 8, NULL), -EFAULT);
	/* Code is not written. */
	CHECK_EQUAL(info(INFO_MACHINE, 0, (vaddr_t)tables_refused, 8, NULL), -EFAULT);
	CHECK_EQUAL(info(INFO_MACHINE, 0, (vaddr_t)page, 8, NULL), -EFAULT);
}

/* --- Diagnostics --------------------------------------------------------------------------------
 */

static int print(u64 address, uint32_t bytes)
{
	const struct sys_diag_req request = {
		.operation = DIAG_PRINT, .address = address, .bytes = bytes};

	return sys_diag(&request, NULL);
}

static void prints(void)
{
	static char text[DIAG_PRINT_MAX + 1];

	memset(text, ' ', sizeof(text));
	text[0] = '#';
	text[DIAG_PRINT_MAX - 1] = '\n';
	CHECK_EQUAL(print((vaddr_t)text, DIAG_PRINT_MAX), 0);
	CHECK_EQUAL(print((vaddr_t)text, DIAG_PRINT_MAX + 1), -EINVAL);
	CHECK_EQUAL(print((vaddr_t)text, ~0u), -EINVAL);
	CHECK_EQUAL(print((vaddr_t)text, 0), 0);
	CHECK_EQUAL(print(0x10, 1), -EFAULT);
	CHECK_EQUAL(print(ARCH_USER_LIMIT, 1), -EFAULT);
	CHECK_EQUAL(print(~0ull, 1), -EFAULT);
	CHECK_EQUAL(print((vaddr_t)text + (1ull << 32), 1), -EFAULT);
}

static void diagnostics_refused(void)
{
	struct sys_diag_req request = {.operation = 0};

	CHECK_EQUAL(sys_diag(&request, NULL), -EINVAL);
	request.operation = ~0u;
	CHECK_EQUAL(sys_diag(&request, NULL), -EINVAL);
	request.operation = DIAG_BACKTRACE;
	request.thread = endpoint_stale();
	CHECK_EQUAL(sys_diag(&request, NULL), -EDEADSRCDST);
	CHECK_EQUAL(sys_abort(&(struct sys_abort_req){.operation = 0}, NULL), -EINVAL);
	CHECK_EQUAL(sys_abort(&(struct sys_abort_req){.operation = ~0u}, NULL), -EINVAL);
}

/* --- The trace ring -----------------------------------------------------------------------------
 */

static struct trace_record records[256];

static int trace_read(u64 address, uint32_t count, uint32_t cpu, uint32_t *done)
{
	const struct sys_trace_read_req request = {address, count, cpu};
	struct sys_vector_reply reply;
	const int error = sys_trace_read(&request, &reply);

	if (done != NULL)
		*done = reply.done;
	return error;
}

static void trace_ring(void)
{
	uint32_t done, calls = 0;

	thread_place(EP_SELF, PRIORITY_TEST, 0);
	if (trace_read((vaddr_t)records, 256, 0, &done) == -ENODEV)
		case_skip("the kernel has no trace ring");
	CHECK_EQUAL(trace_read((vaddr_t)records, 0, 0, NULL), -EINVAL);
	CHECK_EQUAL(trace_read((vaddr_t)records, ~0u, 0, NULL), -EINVAL);
	CHECK_EQUAL(trace_read((vaddr_t)records, 1, cpu_count(), NULL), -EINVAL);
	CHECK_EQUAL(trace_read(ARCH_USER_LIMIT, 1, 0, NULL), -EFAULT);
	CHECK_EQUAL(trace_read(~0ull - 8, 256, 0, NULL), -EFAULT);
	while (trace_read((vaddr_t)records, 256, 0, &done) == 0 && done == 256)
		;
	for (unsigned int i = 0; i < 10; i++)
		CHECK_EQUAL(sys_time_set(&(struct sys_time_set_req){0}, NULL), -EINVAL);
	CHECK_EQUAL(trace_read((vaddr_t)records, 256, 0, &done), 0);
	for (uint32_t i = 0; i < done; i++)
		calls += records[i].kind == TRACE_CALL && records[i].a == SYS_TIME_SET &&
			 records[i].thread == thread_self() && (int32_t)records[i].b == -EINVAL;
	CHECK_EQUAL(calls, 10);
}

/* --- Calls --------------------------------------------------------------------------------------
 */

static void calls_without_a_row(void)
{
	CHECK_EQUAL(sys_null(&(struct sys_null_req){}, NULL), 0);
	CHECK_EQUAL(sys_call(SYS_CALL_COUNT, NULL, 0, NULL, 0), -EBADCALL);
	CHECK_EQUAL(sys_call(0x7FFFFFFF, NULL, 0, NULL, 0), -EBADCALL);
	CHECK_EQUAL(sys_call(~0u, NULL, 0, NULL, 0), -EBADCALL);
}

/* Replies are zeroed: what a call does not answer is not the kernel's stack. */
static void replies_are_zeroed(void)
{
	memset(message()->payload, 0xEE, sizeof(message()->payload));
	CHECK_EQUAL(sys_trap1(TRAP_KERNEL_CALL, SYS_SIGNAL_GET), 0);
	CHECK_EQUAL(((struct sys_signal_get_reply *)message()->payload)->thread, EP_NONE);
	CHECK_EQUAL(((struct sys_signal_get_reply *)message()->payload)->signals, 0);
	CHECK_EQUAL(((struct sys_signal_get_reply *)message()->payload)->exit_status, 0);
}

static u64 times_counted(const struct latency *latency)
{
	u64 times = 0;

	for (unsigned int i = 0; i < LATENCY_BUCKETS; i++)
		times += latency->bucket[i];
	return times;
}

static void times_are_counted(void)
{
	static struct info_latency before, now;

	thread_place(EP_SELF, PRIORITY_TEST, 0);
	CHECK_EQUAL(latency_get(0, &before), 0);
	for (unsigned int i = 0; i < 100; i++)
		(void)sys_null(&(struct sys_null_req){}, NULL);
	CHECK_EQUAL(latency_get(0, &now), 0);
	if (now.lock_held.longest == 0)
		case_skip("this kernel does not measure");
	CHECK(times_counted(&now.lock_held) >= times_counted(&before.lock_held) + 100);
	CHECK(times_counted(&now.interrupts_off) >= times_counted(&before.interrupts_off) + 100);
	CHECK(now.lock_held.longest >= before.lock_held.longest);
	CHECK_EQUAL(latency_get(cpu_count(), &now), -EINVAL);
}

static const struct test_case cases[] = {
	CASE("the machine's table is right", machine_table, CASE_SHORT),
	CASE("each CPU's table is its own", cpu_table, 0),
	CASE("a thread's table is its own", thread_table, 0),
	CASE("events are counted", counters, 0),
	CASE("a table is cut where the caller wants", tables_are_cut, 0),
	CASE("bad tables and addresses are refused", tables_refused, 0),
	CASE("text is printed up to a limit", prints, 0),
	CASE("bad diagnostics and ends are refused", diagnostics_refused, 0),
	CASE("traces are taken out of their ring", trace_ring, 0),
	CASE("lock holds and times without interrupts are counted", times_are_counted, 0),
	CASE("calls without a row are refused", calls_without_a_row, 0),
	CASE("replies are zeroed", replies_are_zeroed, 0),
};

const struct test_suite suite_info = SUITE("info", cases);
