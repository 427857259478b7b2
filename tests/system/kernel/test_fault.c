/* Page faults as messages to the pager, and exceptions as signals. The supervisor is the pager; its
 * hook says what becomes of each fault.
 */
#include "helper.h"

#include "frames.h"
#include <arch/layout.h>
#include <arch/provoke.h>

#define HERE PRIVATE_BASE

/* What the hook saw, and what it does. Written in the supervisor. */
static struct {
	unsigned int count;
	struct fault_event last;
	struct test_space *space; /* map `frame` at the faulting page of this space */
	paddr_t frame;
	uint32_t flags;
} pager_state;

static enum fault_answer note_and_hold(const struct fault_event *event)
{
	pager_state.last = *event;
	__atomic_add_fetch(&pager_state.count, 1, __ATOMIC_SEQ_CST); /* after `last` */
	return FAULT_HOLD;
}

static enum fault_answer map_and_clear(const struct fault_event *event)
{
	pager_state.last = *event;
	__atomic_add_fetch(&pager_state.count, 1, __ATOMIC_SEQ_CST); /* after `last` */
	if (space_map(pager_state.space, event->fault.address & ~(u64)(ARCH_PAGE_SIZE - 1),
		      pager_state.frame, 1, pager_state.flags) != 0)
		return FAULT_FATAL;
	return FAULT_CLEAR;
}

static struct test_space *pager_start(enum fault_answer (*hook)(const struct fault_event *))
{
	struct test_space *space = space_make();

	memset(&pager_state, 0, sizeof(pager_state));
	pager_state.space = space;
	pager_state.flags = PAGE_WRITE;
	/* A frame of the space that is not mapped where the tests look. */
	pager_state.frame = space_add(space, HERE + 0x1000000, 1, PAGE_WRITE);
	supervisor_hooks.fault = hook;
	return space;
}

static int load(void *argument)
{
	return *(volatile uint8_t *)argument;
}

static int store(void *argument)
{
	*(volatile uint8_t *)argument = 77;
	return *(volatile uint8_t *)argument;
}

static int jump(void *argument)
{
	int (*function)(void) = (int (*)(void))(uintptr_t)argument;

	return function();
}

static void fault_wait(unsigned int count)
{
	while (__atomic_load_n(&pager_state.count, __ATOMIC_SEQ_CST) < count)
		yield();
}

static int fault_clear(endpoint_t thread)
{
	return sys_vmctl_fault_clear(&(struct sys_fault_clear_req){thread}, NULL);
}

/* --- The message
 * ---------------------------------------------------------------------------------- */

static void message_check(int (*function)(void *), vaddr_t address, uint32_t access)
{
	struct test_space *space = pager_start(note_and_hold);
	const struct page_fault_message *fault = &pager_state.last.fault;
	struct test_thread *thread;

	if (access & FAULT_PRESENT)
		space_add(space, address, 1, 0);
	thread = thread_start(space, function, (void *)(address + 0x124));
	fault_wait(1);
	CHECK_EQUAL(pager_state.last.thread, thread->endpoint);
	CHECK(pager_state.last.status & IPC_STATUS_KERNEL);
	CHECK_EQUAL(fault->address, address + 0x124);
	CHECK_EQUAL(fault->access & (FAULT_WRITE | FAULT_PRESENT), access);
	CHECK_EQUAL(fault->space, space->id);
	CHECK_EQUAL(fault->process, thread->endpoint);
	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_PAGEFAULT);
	CHECK_EQUAL(thread_info(thread->endpoint).faults, 1);
}

static void load_message(void)
{
	message_check(load, HERE, 0);
	CHECK(pager_state.last.fault.program_counter - (vaddr_t)load < 64);
}

static void store_message(void)
{
	message_check(store, HERE, FAULT_WRITE);
	CHECK(pager_state.last.fault.program_counter - (vaddr_t)store < 64);
}

static void protection_message(void)
{
	message_check(store, HERE, FAULT_WRITE | FAULT_PRESENT);
}

static void jump_message(void)
{
	message_check(jump, HERE, 0);
	CHECK_EQUAL(pager_state.last.fault.program_counter, HERE + 0x124);
}

/* --- Going on
 * ------------------------------------------------------------------------------------- */

static void load_goes_on(void)
{
	struct test_space *space = pager_start(map_and_clear);

	*(uint8_t *)frame_pointer(pager_state.frame) = 33;
	CHECK_EQUAL(thread_join(thread_start(space, load, (void *)HERE)), 33);
	CHECK_EQUAL(pager_state.count, 1);
}

static void store_goes_on(void)
{
	struct test_space *space = pager_start(map_and_clear);

	CHECK_EQUAL(thread_join(thread_start(space, store, (void *)HERE)), 77);
	CHECK_EQUAL(*(uint8_t *)frame_pointer(pager_state.frame), 77);
	CHECK_EQUAL(pager_state.count, 1);
}

static void write_after_read(void)
{
	struct test_space *space = pager_start(map_and_clear);

	pager_state.flags = 0;
	CHECK_EQUAL(thread_join(thread_start(space, load, (void *)HERE)), 0);
	pager_state.flags = PAGE_WRITE;
	CHECK_EQUAL(thread_join(thread_start(space, store, (void *)HERE)), 77);
	CHECK_EQUAL(pager_state.count, 2);
	CHECK_EQUAL(pager_state.last.fault.access & (FAULT_WRITE | FAULT_PRESENT),
		    FAULT_WRITE | FAULT_PRESENT);
}

static void clear_without_page(void)
{
	struct test_space *space = pager_start(note_and_hold);
	struct test_thread *thread = thread_start(space, load, (void *)HERE);

	for (unsigned int i = 1; i <= 3; i++) {
		fault_wait(i);
		CHECK_EQUAL(fault_clear(thread->endpoint), 0);
	}
	fault_wait(4);
	CHECK_EQUAL(pager_state.count, 4);
	CHECK_EQUAL(space_map(space, HERE, pager_state.frame, 1, 0), 0);
	CHECK_EQUAL(fault_clear(thread->endpoint), 0);
	CHECK_EQUAL(thread_join(thread), 0);
}

static void several_threads(void)
{
	struct test_space *space = pager_start(map_and_clear);
	struct test_thread *threads[4];

	*(uint8_t *)frame_pointer(pager_state.frame) = 9;
	for (unsigned int i = 0; i < 4; i++)
		threads[i] = thread_start(space, load, (void *)HERE);
	for (unsigned int i = 0; i < 4; i++)
		CHECK_EQUAL(thread_join(threads[i]), 9);
	CHECK(pager_state.count >= 1 && pager_state.count <= 4);
}

#define MANY_PAGES 200

static int touch_many(void *argument)
{
	for (vaddr_t page = 0; page < MANY_PAGES; page++)
		*(volatile uint8_t *)(HERE + page * ARCH_PAGE_SIZE + (vaddr_t)argument) = 1;
	return 0;
}

static void many_faults(void)
{
	const u64 before = counters_info().page_faults;
	struct test_space *space = pager_start(map_and_clear);
	struct test_thread *threads[2];

	for (unsigned int i = 0; i < 2; i++)
		threads[i] = thread_start(space, touch_many, (void *)(vaddr_t)(i * 100));
	for (unsigned int i = 0; i < 2; i++)
		CHECK_EQUAL(thread_join(threads[i]), 0);
	CHECK(pager_state.count >= MANY_PAGES);
	CHECK_EQUAL(counters_info().page_faults - before, pager_state.count);
}

/* --- Answered as a call is
 */

static void answered_goes_on(void)
{
	supervisor_hooks.answers = true;
	store_goes_on();
	write_after_read();
}

static void answered_several(void)
{
	supervisor_hooks.answers = true;
	several_threads();
	many_faults();
}

static enum fault_answer map_and_stop(const struct fault_event *event)
{
	if (runctl(event->thread, RUNCTL_STOP) != 0)
		return FAULT_FATAL;
	return map_and_clear(event);
}

static void answered_while_stopped(void)
{
	struct test_space *space = pager_start(map_and_stop);
	struct test_thread *thread;

	supervisor_hooks.answers = true;
	thread = thread_start(space, load, (void *)HERE);
	fault_wait(1);
	wait_rts(thread->endpoint, RTS_STOPPED);
	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_STOPPED);
	CHECK_EQUAL(runctl(thread->endpoint, RUNCTL_RESUME), 0);
	CHECK_EQUAL(thread_join(thread), 0);
}

static void answered_by_another(void)
{
	struct test_space *space = pager_start(note_and_hold);
	struct test_thread *thread = thread_start(space, load, (void *)HERE);
	struct job job = {.trap = TRAP_IPC_REPLY_RECEIVE, .a1 = EP_ANY};

	fault_wait(1);
	job.a0 = thread->endpoint;
	job_start_until(&job, RTS_RECEIVE_ANY);
	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_PAGEFAULT);
}

/* --- Where nobody may go
 * ----------------------------------------------------------------------------- */

static void kernel_is_out_of_reach(void)
{
	static const vaddr_t addresses[] = {ARCH_USER_LIMIT, ARCH_USER_LIMIT + 0x100000,
					    ~(vaddr_t)0 - 0xFFF, ~(vaddr_t)0};
	struct test_space *space = space_make();

	for (unsigned int i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		struct test_thread *reader = thread_start(space, load, (void *)addresses[i]);
		struct test_thread *writer = thread_start(space, store, (void *)addresses[i]);
		struct test_thread *jumper = thread_start(space, jump, (void *)addresses[i]);

		CHECK_EQUAL(thread_wait(reader), THREAD_FAULTED);
		CHECK_EQUAL(reader->fault_address, addresses[i]);
		CHECK_EQUAL(reader->fault_access & FAULT_WRITE, 0);
		CHECK_EQUAL(thread_wait(writer), THREAD_FAULTED);
		CHECK_EQUAL(writer->fault_access & FAULT_WRITE, FAULT_WRITE);
		CHECK_EQUAL(thread_wait(jumper), THREAD_FAULTED);
		thread_free(reader);
		thread_free(writer);
		thread_free(jumper);
	}
}

static void kernel_mapping_cannot_be_cleared(void)
{
	struct test_space *space = pager_start(note_and_hold);
	struct test_thread *thread =
		thread_start(space, load, (void *)(ARCH_USER_LIMIT + (vaddr_t)0x100000));

	for (unsigned int i = 1; i <= 3; i++) {
		fault_wait(i);
		CHECK_EQUAL(fault_clear(thread->endpoint), 0);
	}
	fault_wait(4);
}

static void page_zero(void)
{
	struct test_thread *thread = thread_start(space_make(), load, NULL);

	CHECK_EQUAL(thread_wait(thread), THREAD_FAULTED);
	CHECK_EQUAL(thread->fault_address, 0);
}

static int (*volatile recurse_next)(void *); /* hides from the compiler that it never ends */

static int recurse(void *argument)
{
	volatile uint8_t frame[512];

	frame[0] = 1;
	return recurse_next(argument) + frame[0];
}

static void stack_end(void)
{
	struct test_thread *thread;
	vaddr_t block;

	recurse_next = recurse;
	thread = thread_start(space_make(), recurse, NULL);
	block = (vaddr_t)thread->page - (BLOCK_PAGES - 1) * ARCH_PAGE_SIZE;
	CHECK_EQUAL(thread_wait(thread), THREAD_FAULTED);
	CHECK(thread->fault_address >= block && thread->fault_address < block + ARCH_PAGE_SIZE);
}

static void pager_space_faults(void)
{
	struct test_thread *thread = thread_start(NULL, load, NULL);

	/* Nobody could be asked: the pager's own threads get a signal. */
	CHECK_EQUAL(thread_wait(thread), THREAD_SIGNALED);
	CHECK_EQUAL(thread->signals, 1ull << 11);
}

/* --- Faulted threads and others
 * ------------------------------------------------------------------------ */

static void clear_refused(void)
{
	struct test_thread *idle = thread_start(NULL, wait_for_ever, NULL);

	CHECK_EQUAL(fault_clear(idle->endpoint), -EINVAL);
	CHECK_EQUAL(fault_clear(endpoint_stale()), -EDEADSRCDST);
	CHECK_EQUAL(fault_clear(EP_NONE), -EDEADSRCDST);
}

static void faulted_thread_dies(void)
{
	struct test_space *space = pager_start(note_and_hold);

	for (unsigned int i = 1; i <= 10; i++) {
		struct test_thread *thread = thread_start(space, load, (void *)HERE);

		if (i & 1)
			fault_wait(i);
		else
			wait_rts(thread->endpoint, RTS_PAGEFAULT);
		thread_free(thread);
		pager_state.count = i;
	}
}

static void faulted_thread_is_stopped(void)
{
	struct test_space *space = pager_start(note_and_hold);
	struct test_thread *thread = thread_start(space, load, (void *)HERE);
	struct sys_runctl_req request = {thread->endpoint, RUNCTL_STOP};

	fault_wait(1);
	CHECK_EQUAL(sys_runctl(&request, NULL), 0);
	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_STOPPED | RTS_PAGEFAULT);
	CHECK_EQUAL(space_map(space, HERE, pager_state.frame, 1, 0), 0);
	CHECK_EQUAL(fault_clear(thread->endpoint), 0);
	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_STOPPED);
	request.operation = RUNCTL_RESUME;
	CHECK_EQUAL(sys_runctl(&request, NULL), 0);
	CHECK_EQUAL(thread_join(thread), 0);
}

/* --- Exceptions
 * ------------------------------------------------------------------------------------------ */

static int raise_exception(void *argument)
{
	void (*provoke)(void) = (void (*)(void))(uintptr_t)argument;

	provoke();
	return 0;
}

static u64 signals_of(void (*provoke)(void), struct test_space *space)
{
	struct test_thread *thread =
		thread_start(space, raise_exception, (void *)(uintptr_t)provoke);
	const enum thread_end end = thread_wait(thread);
	const u64 signals = thread->signals;

	if (end == THREAD_SIGNALED)
		CHECK(thread_rts(thread->endpoint) & RTS_SIGNALED);
	thread_free(thread);
	return end == THREAD_SIGNALED ? signals : 0;
}

static void exceptions_are_signals(void)
{
	struct test_space *spaces[] = {NULL, space_make()};

	for (unsigned int i = 0; i < 2; i++) {
		u64 divide;

		CHECK_EQUAL(signals_of(arch_provoke_illegal, spaces[i]), 1ull << 4);
		CHECK_EQUAL(signals_of(arch_provoke_privileged, spaces[i]),
			    1ull << ARCH_SIGNAL_PRIVILEGED);
		CHECK_EQUAL(signals_of(arch_provoke_gate, spaces[i]), 1ull << ARCH_SIGNAL_GATE);
		CHECK_EQUAL(signals_of(arch_provoke_breakpoint, spaces[i]), 1ull << 5);
		divide = signals_of(arch_provoke_divide, spaces[i]);
		CHECK(divide == 1ull << 8 || divide == 0);
	}
}

static int spoil_segments(void *argument)
{
	(void)argument;
	for (unsigned int i = 0; i < 50; i++) {
		arch_provoke_segments();
		yield();
	}
	sleep_for(MILLISECOND);
	return 5;
}

static void thread_spoils_its_segments(void)
{
	struct test_thread *threads[2];

	threads[0] = thread_start(space_make(), spoil_segments, NULL);
	threads[1] = thread_start(NULL, spoil_segments, NULL);
	CHECK_EQUAL(thread_join(threads[0]), 5);
	CHECK_EQUAL(thread_join(threads[1]), 5);
}

static const struct test_case cases[] = {
	CASE("a load from nowhere is told to the pager", load_message, CASE_SHORT),
	CASE("a store to nowhere is told to the pager", store_message, 0),
	CASE("a forbidden store is told from a missing page", protection_message, CASE_SHORT),
	CASE("a jump to nowhere is told to the pager", jump_message, 0),
	CASE("a load goes on with the page", load_goes_on, CASE_SHORT),
	CASE("a store goes on with the page", store_goes_on, 0),
	CASE("a write to a read-only page goes on when it is writable", write_after_read, 0),
	CASE("a fault cleared without a page comes again", clear_without_page, 0),
	CASE("several threads fault on one page", several_threads, 0),
	CASE("hundreds of faults of two threads", many_faults, 0),
	CASE("an answered fault goes on", answered_goes_on, CASE_SHORT),
	CASE("answered faults of several threads go on", answered_several, 0),
	CASE("an answered fault of a stopped thread leaves it stopped", answered_while_stopped, 0),
	CASE("a fault answered by another than the pager waits", answered_by_another, 0),
	CASE("the kernel's memory is out of reach", kernel_is_out_of_reach, CASE_SHORT),
	CASE("clearing a fault on kernel memory gives no access", kernel_mapping_cannot_be_cleared,
	     0),
	CASE("page zero faults", page_zero, 0),
	CASE("a stack ends at its guard page", stack_end, 0),
	CASE("a fault in the pager's space is a signal", pager_space_faults, 0),
	CASE("clearing what has not faulted is refused", clear_refused, 0),
	CASE("a faulted thread can be taken away", faulted_thread_dies, 0),
	CASE("a faulted thread can be stopped", faulted_thread_is_stopped, 0),
	CASE("exceptions are signals to the manager", exceptions_are_signals, CASE_SHORT),
	CASE("a thread may spoil its segment registers", thread_spoils_its_segments, 0),
};

const struct test_suite suite_fault = SUITE("fault", cases);
