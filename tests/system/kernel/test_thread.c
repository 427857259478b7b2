/* Threads: how they begin, what holds them, how they end, and what cannot be made of them. */
#include "helper.h"

#include "frames.h"
#include <arch/layout.h>

/* --- Begin and end ------------------------------------------------------------------------------
 */

static int argument_check(void *argument)
{
	int here;

	CHECK((vaddr_t)&here < sys_thread_self()->stack_top);
	CHECK((vaddr_t)&here > sys_thread_self()->stack_top - STACK_PAGES * ARCH_PAGE_SIZE);
	*(int *)argument += 1;
	return 42;
}

static void argument_and_status(void)
{
	int value = 6;
	struct test_thread *thread = thread_start(space_make(), argument_check, &value);

	CHECK_EQUAL(thread_wait(thread), THREAD_EXITED);
	CHECK_EQUAL(value, 7);
	CHECK_EQUAL(thread->status, 42);
	CHECK_EQUAL(thread->signals, 1ull << SIGNAL_EXITED);
	CHECK(thread_rts(thread->endpoint) & RTS_EXITED);
}

static void many_threads(void)
{
	struct test_space *space = space_make();
	int value = 0;

	for (unsigned int i = 0; i < 300; i++)
		CHECK_EQUAL(thread_join(thread_start(i & 1 ? space : NULL, argument_check, &value)),
			    42);
	CHECK_EQUAL(value, 300);
}

static void names_never_repeat(void)
{
	endpoint_t seen[64];

	for (unsigned int i = 0; i < 64; i++) {
		struct test_thread *thread = thread_start(NULL, return_at_once, NULL);

		seen[i] = thread->endpoint;
		for (unsigned int j = 0; j < i; j++)
			CHECK(seen[j] != seen[i]);
		thread_join(thread);
	}
}

/* --- What holds a thread ------------------------------------------------------------------------
 */

static void privilege_holds(void)
{
	struct spinner spinner = {};
	const struct thread_plan plan = {
		.function = spin, .argument = &spinner, .flags = THREAD_HELD};
	struct test_thread *thread = thread_make(&plan);
	struct sys_priv_allow_req request = {thread->endpoint, PRIV_ALLOW};

	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_NO_PRIV);
	CHECK(spin_stands(&spinner));
	CHECK_EQUAL(sys_priv_allow(&request, NULL), 0);
	spin_wait(&spinner);
	request.operation = PRIV_HOLD;
	CHECK_EQUAL(sys_priv_allow(&request, NULL), 0);
	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_NO_PRIV);
	CHECK(spin_stands(&spinner));
	request.operation = PRIV_ALLOW;
	CHECK_EQUAL(sys_priv_allow(&request, NULL), 0);
	spinner.stop = true;
	CHECK_EQUAL(thread_join(thread), 0);
}

static void release_holds(void)
{
	struct spinner spinner = {};
	const struct thread_plan plan = {
		.function = spin, .argument = &spinner, .flags = THREAD_LATE};
	struct test_thread *thread = thread_make(&plan);
	const struct sys_thread_release_req request = {thread->endpoint};

	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_BOOTINHIBIT);
	CHECK(spin_stands(&spinner));
	CHECK_EQUAL(sys_thread_release(&request, NULL), 0);
	spin_wait(&spinner);
	CHECK_EQUAL(sys_thread_release(&request, NULL), -EINVAL);
	spinner.stop = true;
	CHECK_EQUAL(thread_join(thread), 0);
	CHECK_EQUAL(sys_thread_release(&request, NULL), -EDEADSRCDST);
}

static void stop_and_resume(void)
{
	struct spinner spinner = {};
	struct test_thread *thread = thread_start(space_make(), spin, &spinner);
	struct sys_runctl_req request = {.thread = thread->endpoint};

	for (unsigned int i = 0; i < 20; i++) {
		spin_wait(&spinner);
		request.operation = RUNCTL_STOP;
		CHECK_EQUAL(sys_runctl(&request, NULL), 0);
		CHECK_EQUAL(thread_rts(thread->endpoint), RTS_STOPPED);
		CHECK(spin_stands(&spinner));
		request.operation = RUNCTL_RESUME;
		CHECK_EQUAL(sys_runctl(&request, NULL), 0);
	}
	spinner.stop = true;
	CHECK_EQUAL(thread_join(thread), 0);
}

static void stop_twice(void)
{
	struct spinner spinner = {};
	struct test_thread *thread = thread_start(NULL, spin, &spinner);
	struct sys_runctl_req request = {thread->endpoint, RUNCTL_RESUME};

	CHECK_EQUAL(sys_runctl(&request, NULL), 0);
	request.operation = RUNCTL_STOP;
	CHECK_EQUAL(sys_runctl(&request, NULL), 0);
	CHECK_EQUAL(sys_runctl(&request, NULL), 0);
	request.operation = RUNCTL_RESUME;
	CHECK_EQUAL(sys_runctl(&request, NULL), 0);
	spin_wait(&spinner);
	spinner.stop = true;
	CHECK_EQUAL(thread_join(thread), 0);
}

static void stop_sender(void)
{
	struct job job = {.trap = TRAP_IPC_SEND, .a0 = thread_self()};
	struct sys_runctl_req request;
	struct ipc_received received;

	job_start_until(&job, RTS_SENDING);
	request = (struct sys_runctl_req){job.thread->endpoint, RUNCTL_STOP | RUNCTL_DELAY};
	CHECK_EQUAL(sys_runctl(&request, NULL), -EBUSY);
	request.operation = RUNCTL_STOP;
	CHECK_EQUAL(sys_runctl(&request, NULL), 0);
	CHECK_EQUAL(thread_rts(job.thread->endpoint), RTS_STOPPED | RTS_SENDING);
	CHECK_EQUAL(ipc_receive(job.thread->endpoint, NULL, 0, &received), 0);
	CHECK_EQUAL(thread_rts(job.thread->endpoint), RTS_STOPPED);
	CHECK(!job.done);
	request.operation = RUNCTL_STOP | RUNCTL_DELAY;
	CHECK_EQUAL(sys_runctl(&request, NULL), 0);
	request.operation = RUNCTL_RESUME;
	CHECK_EQUAL(sys_runctl(&request, NULL), 0);
	CHECK_EQUAL(job_finish(&job), 0);
}

static void stop_refused(void)
{
	struct test_thread *idle = thread_start(NULL, wait_for_ever, NULL);
	struct sys_runctl_req request = {idle->endpoint, 0};

	CHECK_EQUAL(sys_runctl(&request, NULL), -EINVAL);
	request.operation = RUNCTL_END + 1;
	CHECK_EQUAL(sys_runctl(&request, NULL), -EINVAL);
	request.operation = RUNCTL_RESUME | RUNCTL_DELAY;
	CHECK_EQUAL(sys_runctl(&request, NULL), -EINVAL);
	request = (struct sys_runctl_req){endpoint_stale(), RUNCTL_STOP};
	CHECK_EQUAL(sys_runctl(&request, NULL), -EDEADSRCDST);
}

/* --- Taking away --------------------------------------------------------------------------------
 */

static void clear_running(void)
{
	struct test_space *space = space_make();

	for (unsigned int i = 0; i < 40; i++) {
		struct spinner spinner = {};
		struct test_thread *thread = thread_start(i & 1 ? space : NULL, spin, &spinner);

		spin_wait(&spinner);
		thread_free(thread);
		CHECK(spin_stands(&spinner));
	}
}

static void clear_waiting(void)
{
	struct test_thread *silent = thread_make(
		&(struct thread_plan){.function = return_at_once, .flags = THREAD_HELD});
	struct job jobs[] = {
		{.trap = TRAP_IPC_RECEIVE, .a0 = EP_ANY},
		{.trap = TRAP_IPC_RECEIVE, .a0 = silent->endpoint},
		{.trap = TRAP_IPC_SEND, .a0 = silent->endpoint},
		{.trap = TRAP_IPC_CALL, .a0 = silent->endpoint},
		{.trap = TRAP_IPC_CALL, .a0 = thread_self()},
	};
	const uint32_t states[] = {RTS_RECEIVE_ANY, RTS_RECEIVE_FROM, RTS_SENDING, RTS_SENDING,
				   RTS_SENDING};
	struct ipc_received received;

	for (unsigned int i = 0; i < 5; i++)
		job_start_until(&jobs[i], states[i]);
	CHECK_EQUAL(ipc_receive(EP_ANY, NULL, 0, &received), 0);
	CHECK_EQUAL(thread_rts(jobs[4].thread->endpoint), RTS_REPLY_WAIT);
	for (unsigned int i = 0; i < 5; i++) {
		thread_free(jobs[i].thread);
		CHECK(!jobs[i].done);
	}
}

static void clear_refused(void)
{
	struct sys_clear_req request = {endpoint_stale()};

	CHECK_EQUAL(sys_clear(&request, NULL), -EDEADSRCDST);
	request.thread = thread_self();
	CHECK_EQUAL(sys_clear(&request, NULL), -EPERM);
	request.thread = supervisor_endpoint();
	CHECK_EQUAL(sys_clear(&request, NULL), -EPERM);
	request.thread = EP_ANY;
	CHECK_EQUAL(sys_clear(&request, NULL), -EDEADSRCDST);
}

/* --- Making refused -----------------------------------------------------------------------------
 */

static paddr_t frame_for_case(void)
{
	return space_add(NULL, PRIVATE_BASE, 1, PAGE_WRITE);
}

static void create_refused(void)
{
	const struct sys_thread_create_req good = {
		.space = root_space.id,
		.process = EP_NONE,
		.message_frame = frame_for_case(),
		.message_address = PRIVATE_BASE,
		.program_counter = (vaddr_t)return_at_once,
		.stack_pointer = PRIVATE_BASE,
	};
	struct sys_thread_create_reply reply;
	struct sys_thread_create_req bad = good;

	bad.space = 0;
	CHECK_EQUAL(sys_thread_create(&bad, &reply), -ESRCH);
	bad.space = good.space + (1u << 12);
	CHECK_EQUAL(sys_thread_create(&bad, &reply), -ESRCH);
	bad = good;
	bad.process = endpoint_stale();
	CHECK_EQUAL(sys_thread_create(&bad, &reply), -EDEADSRCDST);
	bad = good;
	bad.message_frame += 8;
	CHECK_EQUAL(sys_thread_create(&bad, &reply), -EINVAL);
	bad.message_frame = ~0ull << 12;
	CHECK_EQUAL(sys_thread_create(&bad, &reply), -EINVAL);
	bad.message_frame = good.message_frame + (1ull << 32);
	CHECK_EQUAL(sys_thread_create(&bad, &reply), -EINVAL);
	bad.message_frame = memory_limit();
	CHECK_EQUAL(sys_thread_create(&bad, &reply), -EINVAL);
	bad = good;
	bad.message_address = 0;
	CHECK_EQUAL(sys_thread_create(&bad, &reply), -EINVAL);
	bad.message_address = ARCH_USER_LIMIT;
	CHECK_EQUAL(sys_thread_create(&bad, &reply), -EINVAL);
	bad.message_address = PRIVATE_BASE + 4;
	CHECK_EQUAL(sys_thread_create(&bad, &reply), -EINVAL);
	bad.message_address = ~0ull - ARCH_PAGE_SIZE + 1;
	CHECK_EQUAL(sys_thread_create(&bad, &reply), -EINVAL);
	bad = good;
	bad.program_counter = ARCH_USER_LIMIT;
	CHECK_EQUAL(sys_thread_create(&bad, &reply), -EINVAL);
	bad = good;
	bad.stack_pointer = ARCH_USER_LIMIT + 4ull;
	CHECK_EQUAL(sys_thread_create(&bad, &reply), -EINVAL);
	bad = good;
	bad.flags = ~THREAD_INHIBITED;
	CHECK_EQUAL(sys_thread_create(&bad, &reply), -EINVAL);
}

static void kernel_image_is_no_message_page(void)
{
	struct sys_thread_create_req request = {
		.space = root_space.id,
		.process = EP_NONE,
		.message_address = PRIVATE_BASE,
		.program_counter = (vaddr_t)return_at_once,
		.stack_pointer = PRIVATE_BASE,
	};
	struct sys_thread_create_reply reply;

	for (unsigned int i = 0; i < boot.map_count; i++) {
		if (!(boot.map[i].flags & KERNEL_MAP_EXECUTE))
			continue;
		request.message_frame = boot.map[i].physical;
		CHECK_EQUAL(sys_thread_create(&request, &reply), -EINVAL);
	}
}

static endpoint_t created[4096];

static void slots_run_out(void)
{
	const struct sys_thread_create_req request = {
		.space = root_space.id,
		.process = EP_NONE,
		.message_frame = frame_for_case(),
		.message_address = PRIVATE_BASE,
		.program_counter = (vaddr_t)return_at_once,
		.stack_pointer = PRIVATE_BASE,
	};
	const struct info_machine before = machine_info();
	struct sys_thread_create_reply reply;
	unsigned int count = 0;

	while (sys_thread_create(&request, &reply) == 0 && count < 4096)
		created[count++] = reply.thread;
	CHECK_EQUAL(sys_thread_create(&request, &reply), -ENOSPC);
	CHECK_EQUAL(count, before.thread_slots - before.thread_used);
	for (unsigned int i = 0; i < count; i++)
		CHECK_EQUAL(sys_clear(&(struct sys_clear_req){created[i]}, NULL), 0);
	CHECK_EQUAL(machine_info().thread_used, before.thread_used);
}

static const struct test_case cases[] = {
	CASE("a thread gets its argument, its manager its status", argument_and_status, CASE_SHORT),
	CASE("three hundred threads come and go", many_threads, 0),
	CASE("names of threads do not repeat", names_never_repeat, 0),
	CASE("a thread runs only with its privilege allowed", privilege_holds, CASE_SHORT),
	CASE("a thread created inhibited waits for its release", release_holds, 0),
	CASE("a running thread stops at once and resumes", stop_and_resume, CASE_SHORT),
	CASE("stopping and resuming twice is harmless", stop_twice, 0),
	CASE("a queued sender can be stopped, or left", stop_sender, 0),
	CASE("bad stops are refused", stop_refused, 0),
	CASE("a running thread can be cleared", clear_running, CASE_SHORT),
	CASE("a waiting thread can be cleared", clear_waiting, 0),
	CASE("nobody clears itself, the pager, or nobody", clear_refused, 0),
	CASE("bad threads are refused", create_refused, 0),
	CASE("the kernel's image is no message page", kernel_image_is_no_message_page, 0),
	CASE("thread slots run out and come back", slots_run_out, 0),
};

const struct test_suite suite_thread = SUITE("thread", cases);
