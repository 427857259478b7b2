/* Spaces: apart from each other, held while they are edited, gone without a trace. */
#include "helper.h"

#include "frames.h"
#include <arch/layout.h>
#include <skerry/kernel_page.h>

#define HERE PRIVATE_BASE

/* --- Apart --------------------------------------------------------------------------------------
 */

static int read_word(void *argument)
{
	(void)argument;
	return *(volatile int *)HERE;
}

static void spaces_are_apart(void)
{
	struct test_space *spaces[3];

	for (int i = 0; i < 3; i++) {
		spaces[i] = space_make();
		space_add(spaces[i], HERE, 1, PAGE_WRITE);
		*(int *)space_see(spaces[i], HERE) = 100 + i;
	}
	for (int i = 0; i < 3; i++)
		CHECK_EQUAL(thread_join(thread_start(spaces[i], read_word, NULL)), 100 + i);
}

static void threads_share_space(void)
{
	struct test_space *space = space_make();
	struct test_thread *threads[4];

	space_add(space, HERE, 1, PAGE_WRITE);
	*(int *)space_see(space, HERE) = 5;
	for (unsigned int i = 0; i < 4; i++)
		threads[i] = thread_start(space, read_word, NULL);
	for (unsigned int i = 0; i < 4; i++)
		CHECK_EQUAL(thread_join(threads[i]), 5);
}

/* --- Making and unmaking ------------------------------------------------------------------------
 */

static int create_at(u64 root)
{
	const struct sys_space_create_req request = {.root = root};
	struct sys_space_create_reply reply;
	const int error = sys_space_create(&request, &reply);

	if (error == 0)
		(void)sys_space_destroy(&(struct sys_space_destroy_req){reply.space}, NULL);
	return error;
}

static void create_refused(void)
{
	const paddr_t frame = space_add(NULL, HERE, 1, PAGE_WRITE);
	struct page_table table;

	REQUIRE(root_make(&table) == 0);
	CHECK_EQUAL(create_at(table.root), 0);
	CHECK_EQUAL(create_at(table.root + 4), -EINVAL);
	CHECK_EQUAL(create_at(table.root + (1ull << 32)), -EINVAL);
	CHECK_EQUAL(create_at(0), -EINVAL);
	CHECK_EQUAL(create_at(frame), -EINVAL); /* no kernel in it */
	CHECK_EQUAL(create_at(memory_limit()), -EINVAL);
	CHECK_EQUAL(create_at(~0ull << 12), -EINVAL);
	CHECK_EQUAL(create_at(root_space.table.root), -EBUSY); /* is a space already */
	root_free(&table);
}

static int destroy(space_t space)
{
	return sys_space_destroy(&(struct sys_space_destroy_req){space}, NULL);
}

static void destroy_refused(void)
{
	struct test_space *space = space_make();
	struct test_thread *thread = thread_start(space, wait_for_ever, NULL);
	const space_t id = space->id;

	CHECK_EQUAL(destroy(id), -EBUSY);
	CHECK_EQUAL(destroy(root_space.id), -EBUSY);
	thread_free(thread);
	space_free(space);
	CHECK_EQUAL(destroy(id), -ESRCH);
	CHECK_EQUAL(destroy(0), -ESRCH);
	CHECK_EQUAL(destroy(~0u), -ESRCH);
}

#define SLOTS_MAX 4096u

static space_t created[SLOTS_MAX];
static struct page_table roots[SLOTS_MAX];

static void slots_run_out(void)
{
	const struct info_machine before = machine_info();
	struct sys_space_create_req request;
	struct sys_space_create_reply reply;
	unsigned int count = 0;
	int error = 0;

	for (;; count++) {
		REQUIRE(count < SLOTS_MAX && root_make(&roots[count]) == 0);
		request.root = roots[count].root;
		error = sys_space_create(&request, &reply);
		if (error != 0)
			break;
		created[count] = reply.space;
	}
	CHECK_EQUAL(error, -ENOSPC);
	CHECK_EQUAL(count, before.space_slots - before.space_used);
	root_free(&roots[count]);
	while (count-- > 0) {
		CHECK_EQUAL(destroy(created[count]), 0);
		root_free(&roots[count]);
	}
}

static void spaces_come_and_go(void)
{
	for (int i = 0; i < 60; i++) {
		struct test_space *space = space_make();

		space_add(space, HERE, 1, PAGE_WRITE);
		*(int *)space_see(space, HERE) = i;
		CHECK_EQUAL(thread_join(thread_start(space, read_word, NULL)), i);
		space_free(space);
	}
}

/* --- Edits --------------------------------------------------------------------------------------
 */

struct reader {
	volatile uint64_t rounds;
	volatile int value; /* last seen */
	volatile bool stop;
};

static int read_on(void *argument)
{
	struct reader *reader = argument;

	while (!reader->stop) {
		reader->value = *(volatile int *)HERE;
		reader->rounds++;
	}
	return 0;
}

static void reader_wait(const struct reader *reader)
{
	const uint64_t from = reader->rounds;

	while (reader->rounds < from + 2)
		yield();
}

static void inhibit_stops(void)
{
	struct test_space *space = space_make();
	struct reader reader = {};
	const struct sys_space_req request = {space->id};
	struct test_thread *threads[2];
	uint64_t rounds;

	space_add(space, HERE, 1, 0);
	for (unsigned int i = 0; i < 2; i++)
		threads[i] = thread_start(space, read_on, &reader);
	for (unsigned int i = 0; i < 20; i++) {
		reader_wait(&reader);
		CHECK_EQUAL(sys_vmctl_inhibit_set(&request, NULL), 0);
		rounds = reader.rounds;
		CHECK_EQUAL(thread_rts(threads[0]->endpoint), RTS_VMINHIBIT);
		CHECK_EQUAL(thread_rts(threads[1]->endpoint), RTS_VMINHIBIT);
		sleep_for(MILLISECOND);
		CHECK_EQUAL(reader.rounds, rounds);
		CHECK_EQUAL(sys_vmctl_inhibit_clear(&request, NULL), 0);
	}
	reader_wait(&reader);
	reader.stop = true;
	CHECK_EQUAL(thread_join(threads[0]), 0);
	CHECK_EQUAL(thread_join(threads[1]), 0);
}

static void inhibit_holds_newcomers(void)
{
	struct test_space *space = space_make();
	const struct sys_space_req request = {space->id};
	struct test_thread *thread;

	CHECK_EQUAL(sys_vmctl_inhibit_set(&request, NULL), 0);
	thread = thread_start(space, return_at_once, NULL);
	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_VMINHIBIT);
	CHECK_EQUAL(sys_vmctl_inhibit_clear(&request, NULL), 0);
	CHECK_EQUAL(thread_join(thread), 0);
}

static void inhibit_lets_messages_in(void)
{
	struct test_space *space = space_make();
	const struct sys_space_req request = {space->id};
	struct job job = {.trap = TRAP_IPC_RECEIVE, .a0 = EP_ANY, .space = space};

	job_start_until(&job, RTS_RECEIVE_ANY);
	CHECK_EQUAL(sys_vmctl_inhibit_set(&request, NULL), 0);
	message_set(TYPE(9), 99);
	CHECK_EQUAL(ipc_send(job.thread->endpoint, IPC_NONBLOCK), 0);
	CHECK_EQUAL(thread_rts(job.thread->endpoint), RTS_VMINHIBIT);
	CHECK(!job.done);
	CHECK_EQUAL(sys_vmctl_inhibit_clear(&request, NULL), 0);
	CHECK_EQUAL(job_finish(&job), 0);
	CHECK_EQUAL(job.answer.quad[0], 99);
}

static void inhibit_refused(void)
{
	struct test_space *space = space_make();
	struct sys_space_req request = {space->id};

	CHECK_EQUAL(sys_vmctl_inhibit_clear(&request, NULL), -EINVAL);
	CHECK_EQUAL(sys_vmctl_inhibit_set(&request, NULL), 0);
	CHECK_EQUAL(sys_vmctl_inhibit_set(&request, NULL), -EBUSY);
	CHECK_EQUAL(sys_vmctl_inhibit_clear(&request, NULL), 0);
	CHECK_EQUAL(sys_vmctl_inhibit_clear(&request, NULL), -EINVAL);
	request.space = root_space.id;
	CHECK_EQUAL(sys_vmctl_inhibit_set(&request, NULL), -EINVAL);
	request.space = 0;
	CHECK_EQUAL(sys_vmctl_inhibit_set(&request, NULL), -ESRCH);
	CHECK_EQUAL(sys_vmctl_inhibit_clear(&request, NULL), -ESRCH);
	CHECK_EQUAL(sys_vmctl_flush(&request, NULL), -ESRCH);
}

/* Between unmap and map the reader may fault; the pages come back at once. */
static enum fault_answer retry(const struct fault_event *event)
{
	(void)event;
	return FAULT_CLEAR;
}

static void new_frame_is_seen(void)
{
	struct test_space *space = space_make();
	struct reader reader = {};
	struct test_thread *thread;
	paddr_t frames[2];

	supervisor_hooks.fault = retry;
	frames[0] = space_add(space, HERE, 1, 0);
	frames[1] = space_add(space, HERE + ARCH_PAGE_SIZE, 1, 0);
	*(int *)frame_pointer(frames[0]) = 10;
	*(int *)frame_pointer(frames[1]) = 11;
	thread = thread_start(space, read_on, &reader);
	for (unsigned int i = 0; i < 40; i++) {
		reader_wait(&reader);
		CHECK_EQUAL(reader.value, 10 + (i & 1));
		space_unmap(space, HERE, 1);
		REQUIRE(space_map(space, HERE, frames[(i + 1) & 1], 1, 0) == 0);
		reader_wait(&reader);
		CHECK_EQUAL(reader.value, 10 + ((i + 1) & 1));
	}
	reader.stop = true;
	(void)thread_wait(thread);
}

static void unmapping_takes_effect(void)
{
	struct test_space *space = space_make();
	struct reader reader = {};
	struct test_thread *thread;

	space_add(space, HERE, 1, PAGE_WRITE);
	thread = thread_start(space, read_on, &reader);
	reader_wait(&reader);
	space_unmap(space, HERE, 1);
	CHECK_EQUAL(thread_wait(thread), THREAD_FAULTED);
	CHECK_EQUAL(thread->fault_address, HERE);
}

static void own_space_is_flushed(void)
{
	const struct sys_space_req request = {root_space.id};
	paddr_t frames[2];

	frames[0] = space_add(NULL, HERE + ARCH_PAGE_SIZE, 1, 0);
	frames[1] = space_add(NULL, HERE + 2 * ARCH_PAGE_SIZE, 1, 0);
	*(int *)frame_pointer(frames[0]) = 20;
	*(int *)frame_pointer(frames[1]) = 21;
	REQUIRE(space_map(NULL, HERE, frames[0], 1, 0) == 0);
	for (unsigned int i = 0; i < 10; i++) {
		CHECK_EQUAL(*(volatile int *)HERE, 20 + (i & 1));
		REQUIRE(space_map(NULL, HERE, frames[(i + 1) & 1], 1, 0) == 0);
		CHECK_EQUAL(sys_vmctl_flush(&request, NULL), 0);
	}
}

static void epoch_passes(void)
{
	const struct kernel_page *page = (const struct kernel_page *)ARCH_KERNEL_PAGE;
	struct test_space *space = space_make();
	const struct sys_space_req request = {space->id};
	struct reader reader = {};
	struct sys_epoch_reply first, second;
	struct test_thread *thread;

	space_add(space, HERE, 1, 0);
	thread = thread_start(space, read_on, &reader);
	reader_wait(&reader);
	CHECK_EQUAL(sys_vmctl_inhibit_set(&request, NULL), 0);
	CHECK_EQUAL(sys_vmctl_inhibit_clear(&request, &first), 0);
	CHECK_EQUAL(sys_vmctl_flush(&request, &second), 0);
	CHECK(second.epoch > first.epoch);
	while (page->epoch_passed < second.epoch)
		yield();
	reader.stop = true;
	CHECK_EQUAL(thread_join(thread), 0);
}

static void root_is_told(void)
{
	struct test_space *space = space_make();
	struct test_thread *thread = thread_start(space, wait_for_ever, NULL);
	struct sys_root_get_reply reply;

	CHECK_EQUAL(sys_vmctl_root_get(&(struct sys_root_get_req){thread->endpoint}, &reply), 0);
	CHECK_EQUAL(reply.space, space->id);
	CHECK_EQUAL(reply.root, space->table.root);
	CHECK_EQUAL(reply.privilege, thread->privilege);
	CHECK_EQUAL(reply.message_address, (vaddr_t)thread->page);
	CHECK_EQUAL(reply.message_frame, space_physical(space, (vaddr_t)thread->page));
	CHECK_EQUAL(sys_vmctl_root_get(&(struct sys_root_get_req){endpoint_stale()}, &reply),
		    -EDEADSRCDST);
}

static const struct test_case cases[] = {
	CASE("one address means different memory in different spaces", spaces_are_apart,
	     CASE_SHORT),
	CASE("several threads share a space", threads_share_space, 0),
	CASE("bad roots are refused", create_refused, 0),
	CASE("a space with threads, or none, is not destroyed", destroy_refused, 0),
	CASE("space slots run out and come back", slots_run_out, 0),
	CASE("sixty spaces come and go", spaces_come_and_go, 0),
	CASE("no thread of an inhibited space runs", inhibit_stops, CASE_SHORT),
	CASE("a thread made in an inhibited space waits", inhibit_holds_newcomers, 0),
	CASE("messages reach threads of an inhibited space", inhibit_lets_messages_in, 0),
	CASE("bad edits are refused", inhibit_refused, 0),
	CASE("a new frame is seen after the edit", new_frame_is_seen, CASE_SHORT),
	CASE("an unmapped page faults after the edit", unmapping_takes_effect, 0),
	CASE("the pager's own space is flushed on request", own_space_is_flushed, 0),
	CASE("the epoch of an edit passes", epoch_passes, 0),
	CASE("a thread's root is told", root_is_told, 0),
};

const struct test_suite suite_space = SUITE("space", cases);
