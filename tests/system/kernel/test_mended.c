/* Faults of the kernel that were found and mended; each case failed before. */
#include "frames.h"
#include "helper.h"

#define QUANTUM (100 * MILLISECOND)
#define SHORT_QUANTUM MILLISECOND

static volatile bool go, ran;
static endpoint_t busy;

/* Asleep in between: what is waited for may be less urgent. */
static void state_wait(endpoint_t thread, uint32_t rts)
{
	nanoseconds_t limit = 0;

	while (!(thread_rts(thread) & rts) && wait_a_moment(&limit))
		;
	CHECK(thread_rts(thread) & rts);
}

static void time_pass(nanoseconds_t duration)
{
	struct sys_times_reply now;
	nanoseconds_t end = 0;

	do {
		CHECK_EQUAL(sys_times(&(struct sys_times_req){.thread = EP_SELF}, &now), 0);
		if (end == 0)
			end = now.now + duration;
	} while (now.now < end);
}

static int spin_until_ran(void *unused)
{
	(void)unused;
	while (!ran)
		;
	return 0;
}

static int call_when_told(void *unused)
{
	(void)unused;
	while (!go)
		;
	message_set(MESSAGE_TYPE(1, 1), 0);
	return ipc_call(busy);
}

/* SYS_SCHEDULE woke a thread whose quantum message was still queued: its next blocking send queued
 * it twice. */
static void decision_before_message(void)
{
	struct thread_plan plan = {.function = spin_until_ran, .priority = 14};
	struct test_thread *worker;

	go = ran = false;
	busy = thread_make(&plan)->endpoint;
	plan = (struct thread_plan){.function = call_when_told,
				    .priority = 10,
				    .quantum = SHORT_QUANTUM,
				    .scheduler = thread_self()};
	worker = thread_make(&plan);
	state_wait(worker->endpoint, RTS_NO_QUANTUM);
	go = true;
	CHECK_EQUAL(sys_schedule(&(struct sys_schedule_req){.thread = worker->endpoint,
							    .priority = 10,
							    .quantum = QUANTUM},
				 NULL),
		    0);
	state_wait(worker->endpoint, RTS_SENDING);
	ran = true;
}

static struct test_space *fault_space;
static volatile bool ended_in_pager;

static enum fault_answer map_slowly(const struct fault_event *event)
{
	space_add(fault_space, event->fault.address & ~4095ull, 1, PAGE_WRITE);
	time_pass(5 * SHORT_QUANTUM);
	ended_in_pager = thread_rts(event->thread) & RTS_NO_QUANTUM;
	return FAULT_CLEAR;
}

static int touch_and_spin(void *spinner)
{
	(void)*(volatile char *)PRIVATE_BASE;
	return spin(spinner);
}

/* Its slice ends in any case: in the pager, if that was ready to be lent it, or after. It cannot
 * fault again before the scheduler, which is the case's thread, decides. */
static void slice_end_once(void)
{
	struct spinner spinner = {};
	const struct thread_plan plan = {.space = fault_space,
					 .function = touch_and_spin,
					 .argument = &spinner,
					 .priority = 10,
					 .quantum = SHORT_QUANTUM,
					 .scheduler = thread_self()};
	struct test_thread *thread = thread_make(&plan);
	nanoseconds_t limit = 0;

	state_wait(thread->endpoint, RTS_NO_QUANTUM);
	while ((thread_rts(thread->endpoint) & RTS_PAGEFAULT) && wait_a_moment(&limit))
		;
	CHECK_EQUAL(thread_rts(thread->endpoint) & RTS_PAGEFAULT, 0);
	thread_free(thread);
	space_unmap(fault_space, PRIVATE_BASE, 1);
}

/* The faulting thread lends its slice to the pager. When it ended there, the quantum message made
 * the pager's clear fail and the thread hung. */
static void slice_ends_in_the_pager(void)
{
	fault_space = space_make();
	supervisor_hooks.fault = map_slowly;
	ended_in_pager = false;
	for (unsigned int i = 0; i < 20 && !ended_in_pager; i++)
		slice_end_once();
	CHECK(ended_in_pager);
}

/* The direct map has no page 0: a copy from there ended in a kernel panic. */
static void frame_zero(void)
{
	CHECK_EQUAL(space_map(NULL, PRIVATE_BASE, 0, 1, PAGE_WRITE), 0);
	CHECK_EQUAL(sys_diag(&(struct sys_diag_req){.operation = DIAG_PRINT,
						    .address = PRIVATE_BASE,
						    .bytes = 4},
			     NULL),
		    -EFAULT);
	space_unmap(&root_space, PRIVATE_BASE, 1);
}

static int set_ran(void *unused)
{
	(void)unused;
	ran = true;
	return 0;
}

/* A new instance that had not started yet was ready in no queue after the swap. */
static void fresh_instance_runs(void)
{
	struct thread_plan plan = {.function = wait_for_ever, .role = &role_service};
	struct test_thread *old = thread_make(&plan), *new;
	nanoseconds_t limit = 0;

	ran = false;
	state_wait(old->endpoint, RTS_RECEIVE_ANY);
	plan = (struct thread_plan){
		.function = set_ran, .role = &role_service, .flags = THREAD_LATE};
	new = thread_make(&plan);
	CHECK_EQUAL(sys_update(&(struct sys_update_req){old->endpoint, new->endpoint, 0}, NULL), 0);
	/* Being held belongs to the instance, which answers to the old name now. */
	CHECK_EQUAL(sys_thread_release(&(struct sys_thread_release_req){old->endpoint}, NULL), 0);
	while (!ran && wait_a_moment(&limit))
		;
	CHECK(ran);
}

/* The timer of a thread that does not run was armed again for the little that was left. */
static void virtual_timer_of_the_blocked(void)
{
	struct test_thread *thread = thread_start(NULL, wait_for_ever, NULL);
	u64 before;

	state_wait(thread->endpoint, RTS_RECEIVE_ANY);
	CHECK_EQUAL(sys_vtimer(&(struct sys_vtimer_req){.thread = thread->endpoint,
							.signal = 5,
							.interval = 1000},
			       NULL),
		    0);
	before = cpu_info(0).interrupts + cpu_info(0).entries;
	sleep_for(50 * MILLISECOND);
	CHECK(cpu_info(0).interrupts + cpu_info(0).entries - before < 1000);
}

static const struct test_case cases[] = {
	CASE("a scheduler's decision may come before its message is read", decision_before_message,
	     0),
	CASE("a lent slice may end while the pager works", slice_ends_in_the_pager, 0),
	CASE("a copy from frame 0 is refused", frame_zero, 0),
	CASE("a fresh instance runs after an update", fresh_instance_runs, 0),
	CASE("the virtual timer of a blocked thread is no tick", virtual_timer_of_the_blocked, 0),
};

const struct test_suite suite_mended = SUITE("mended", cases);
