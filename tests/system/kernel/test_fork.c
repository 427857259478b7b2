/* SYS_FORK and SYS_EXEC: a second thread from a first one's context, and a fresh context for a
 * thread that is there already.
 */
#include "helper.h"

#include "frames.h"
#include <arch/layout.h>
#include <arch/provoke.h>

/* --- Fork ---------------------------------------------------------------------------------------
 */

/* A space that shows the parent's stack and message page as copies. */
static struct test_space *space_copy(const struct test_thread *parent)
{
	struct test_space *space = space_make();
	const vaddr_t end = (vaddr_t)parent->page + ARCH_PAGE_SIZE;
	vaddr_t at = end - (STACK_PAGES + 1) * ARCH_PAGE_SIZE;

	space_unmap(space, at, STACK_PAGES + 1);
	for (; at < end; at += ARCH_PAGE_SIZE) {
		space_add(space, at, 1, PAGE_WRITE);
		memcpy(space_see(space, at), (void *)at, ARCH_PAGE_SIZE);
	}
	return space;
}

static int fork_try(const struct test_thread *parent, const struct test_space *space, u64 frame,
		    uint32_t flags, endpoint_t *child)
{
	const struct sys_fork_req request = {parent->endpoint, space->id, frame, flags};
	struct sys_thread_create_reply reply;
	const int error = sys_fork(&request, &reply);

	*child = reply.thread;
	return error;
}

/* A good fork; the child is held. */
static endpoint_t fork_held(const struct test_thread *parent)
{
	struct test_space *space = space_copy(parent);
	const paddr_t frame = space_physical(space, (vaddr_t)parent->page);
	endpoint_t child;

	REQUIRE(fork_try(parent, space, frame, 0, &child) == 0);
	return child;
}

/* Wait for the child's end; its status. Its slot is freed. */
static int child_join(endpoint_t child)
{
	struct sys_signal_get_reply taken;

	CHECK_EQUAL(signal_wait(&taken), child);
	CHECK_EQUAL(taken.signals, SIGNAL_BIT(SIGNAL_EXITED));
	CHECK_EQUAL(sys_clear(&(struct sys_clear_req){child}, NULL), 0);
	return taken.exit_status;
}

/* Calls the case, which forks it and answers both: 0 to the child. */
static int forker(void *argument)
{
	volatile int local = 5;

	if (arch_fpu_present())
		arch_fpu_fill(31);
	message_set(TYPE(1), 99);
	if (ipc_call(*(endpoint_t *)argument) != 0 || message()->type != 0)
		return -1;
	if (message()->quad[0] == 0)
		local += 100;
	local++;
	if (arch_fpu_present() && arch_fpu_check(31) != 0)
		return -2;
	yield();
	return local;
}

static void fork_returns_twice(void)
{
	endpoint_t self = thread_self(), child;
	struct test_thread *parent = thread_start(space_make(), forker, &self);
	struct ipc_received received;
	struct info_thread info;

	REQUIRE(receive(parent->endpoint, 0, &(struct message){}, &received) == 0);
	child = fork_held(parent);
	CHECK(child != parent->endpoint);
	info = thread_info(child);
	CHECK_EQUAL(info.rts, RTS_NO_PRIV | RTS_REPLY_WAIT);
	CHECK_EQUAL(info.process, child);
	CHECK_EQUAL(info.waits_for, self);
	CHECK_EQUAL(info.priority, PRIORITY_TEST);
	CHECK_EQUAL(managed_allow(child), 0);
	CHECK_EQUAL(answer(child, 0, 0), 0);
	CHECK_EQUAL(answer(parent->endpoint, 0, child), 0);
	CHECK_EQUAL(thread_join(parent), 6);
	CHECK_EQUAL(child_join(child), 106);
}

static void fork_copies_context(void)
{
	static struct arch_user_context of_parent, of_child;
	struct spinner spinner = {};
	struct test_thread *parent = thread_start(space_make(), spin, &spinner);
	struct sys_context_req request = {.thread = parent->endpoint,
					  .address = (vaddr_t)&of_parent};
	endpoint_t child;

	spin_wait(&spinner);
	CHECK_EQUAL(sys_runctl(&(struct sys_runctl_req){parent->endpoint, RUNCTL_STOP}, NULL), 0);
	child = fork_held(parent);
	CHECK_EQUAL(thread_rts(child), RTS_NO_PRIV);
	CHECK_EQUAL(sys_context_get(&request, NULL), 0);
	request = (struct sys_context_req){.thread = child, .address = (vaddr_t)&of_child};
	CHECK_EQUAL(sys_context_get(&request, NULL), 0);
	CHECK_EQUAL(memcmp(&of_parent, &of_child, sizeof(of_child)), 0);
	CHECK_EQUAL(managed_allow(child), 0);
	spin_wait(&spinner);
	spinner.stop = true;
	CHECK_EQUAL(child_join(child), 0);
	CHECK_EQUAL(sys_runctl(&(struct sys_runctl_req){parent->endpoint, RUNCTL_RESUME}, NULL), 0);
	CHECK_EQUAL(thread_join(parent), 0);
}

static void fork_inhibited(void)
{
	const struct sys_schedctl_req schedule = {
		.scheduler = SCHEDULER_KERNEL, .priority = 11, .quantum = 7000000, .affinity = 1};
	struct sys_schedctl_req request = schedule;
	struct spinner spinner = {.stop = true};
	const struct thread_plan plan = {.space = space_make(),
					 .function = spin,
					 .argument = &spinner,
					 .flags = THREAD_HELD};
	struct test_thread *parent = thread_make(&plan);
	struct test_space *space = space_copy(parent);
	const paddr_t frame = space_physical(space, (vaddr_t)parent->page);
	endpoint_t child;

	request.thread = parent->endpoint;
	CHECK_EQUAL(sys_schedctl(&request, NULL), 0);
	REQUIRE(fork_try(parent, space, frame, THREAD_INHIBITED, &child) == 0);
	CHECK_EQUAL(thread_rts(child), RTS_NO_PRIV | RTS_BOOTINHIBIT);
	CHECK_EQUAL(thread_info(child).priority, 11);
	CHECK_EQUAL(thread_info(child).affinity, 1);
	CHECK_EQUAL(managed_allow(child), 0);
	CHECK_EQUAL(thread_rts(child), RTS_BOOTINHIBIT);
	CHECK_EQUAL(sys_thread_release(&(struct sys_thread_release_req){child}, NULL), 0);
	CHECK_EQUAL(child_join(child), 0);
}

static void fork_refused(void)
{
	struct test_thread *parent = thread_make(
		&(struct thread_plan){.function = return_at_once, .flags = THREAD_HELD});
	const struct sys_fork_req good = {
		.parent = parent->endpoint,
		.space = root_space.id,
		.message_frame = space_add(NULL, PRIVATE_BASE, 1, PAGE_WRITE),
	};
	struct sys_fork_req bad = good;
	struct sys_thread_create_reply reply;

	bad.parent = endpoint_stale();
	CHECK_EQUAL(sys_fork(&bad, &reply), -EDEADSRCDST);
	bad.parent = thread_self();
	CHECK_EQUAL(sys_fork(&bad, &reply), -EINVAL);
	bad = good;
	bad.space = 0;
	CHECK_EQUAL(sys_fork(&bad, &reply), -ESRCH);
	bad = good;
	bad.flags = ~THREAD_INHIBITED;
	CHECK_EQUAL(sys_fork(&bad, &reply), -EINVAL);
	bad = good;
	bad.message_frame = memory_limit();
	CHECK_EQUAL(sys_fork(&bad, &reply), -EINVAL);
	bad.message_frame = good.message_frame + 1;
	CHECK_EQUAL(sys_fork(&bad, &reply), -EINVAL);
	bad.message_frame = good.message_frame | 1ull << 32;
	CHECK_EQUAL(sys_fork(&bad, &reply), -EINVAL);
}

static int call_other(void *argument)
{
	return ipc_call(*(endpoint_t *)argument);
}

/* Whoever is in the middle of something cannot be copied. */
static void fork_of_the_busy_refused(void)
{
	struct spinner spinner = {};
	struct test_thread *runs = thread_start(NULL, spin, &spinner);
	struct job jobs[] = {
		{.trap = TRAP_IPC_SEND, .a0 = thread_self()},
		{.trap = TRAP_IPC_CALL, .a0 = thread_self()},
		{.trap = TRAP_IPC_RECEIVE, .a0 = EP_ANY},
		{.trap = TRAP_IPC_RECEIVE, .a0 = EP_CLOCK},
	};
	const uint32_t states[] = {RTS_SENDING, RTS_SENDING, RTS_RECEIVE_ANY, RTS_RECEIVE_FROM};
	struct job server = {.trap = TRAP_IPC_RECEIVE, .a0 = EP_ANY};
	struct test_thread *caller;
	const paddr_t frame = space_add(NULL, PRIVATE_BASE, 1, PAGE_WRITE);
	endpoint_t child;

	CHECK_EQUAL(fork_try(runs, &root_space, frame, 0, &child), -EBUSY);
	for (unsigned int i = 0; i < 4; i++) {
		job_start_until(&jobs[i], states[i]);
		CHECK_EQUAL(fork_try(jobs[i].thread, &root_space, frame, 0, &child), -EBUSY);
		CHECK_EQUAL(
			sys_runctl(&(struct sys_runctl_req){jobs[i].thread->endpoint, RUNCTL_STOP},
				   NULL),
			0);
		CHECK_EQUAL(fork_try(jobs[i].thread, &root_space, frame, 0, &child), -EBUSY);
	}
	/* It waits for an answer, but not for ours. */
	job_start_until(&server, RTS_RECEIVE_ANY);
	CHECK_EQUAL(
		sys_runctl(&(struct sys_runctl_req){server.thread->endpoint, RUNCTL_STOP}, NULL),
		0);
	caller = thread_start(NULL, call_other, &server.thread->endpoint);
	wait_rts(caller->endpoint, RTS_REPLY_WAIT);
	CHECK_EQUAL(fork_try(caller, &root_space, frame, 0, &child), -EBUSY);
}

/* --- Exec ---------------------------------------------------------------------------------------
 */

static struct {
	struct sys_thread *block;
	bool fpu_fresh;
	int (*function)(void); /* NULL: end with 33 */
} program;

/* The new program: a C function without a caller, argument or thread pointer. */
static void program_entry(void)
{
	struct sys_exit_req request = {.status = 33};

	program.fpu_fresh = !arch_fpu_present() || arch_fpu_fresh();
	if (sys_thread_attach(program.block) != 0)
		__builtin_trap();
	if (program.function != NULL)
		request.status = program.function();
	(void)sys_exit(&request, NULL);
}

static int exec_with(const struct test_thread *thread, int (*function)(void))
{
	const struct sys_exec_req request = {
		.thread = thread->endpoint,
		.program_counter = (vaddr_t)program_entry,
		.stack_pointer = thread->self->stack_top - 64,
		.name = "a new program",
	};

	memset(&program, 0, sizeof(program));
	program.block = thread->self;
	program.function = function;
	return sys_exec(&request, NULL);
}

static int exec(const struct test_thread *thread)
{
	return exec_with(thread, NULL);
}

static int fpu_and_wait(void *argument)
{
	if (arch_fpu_present())
		arch_fpu_fill(7);
	return wait_for_ever(argument);
}

static void exec_starts_afresh(void)
{
	struct test_thread *thread = thread_start(space_make(), fpu_and_wait, NULL);

	wait_rts(thread->endpoint, RTS_RECEIVE_ANY);
	CHECK_EQUAL(exec(thread), 0);
	CHECK_EQUAL(thread_wait(thread), THREAD_EXITED);
	CHECK_EQUAL(thread->status, 33);
	CHECK(program.fpu_fresh);
	CHECK_EQUAL(strncmp(thread_info(thread->endpoint).name, "a new program", 16), 0);
}

static void exec_of_running_thread(void)
{
	struct spinner spinner = {};

	for (unsigned int i = 0; i < 20; i++) {
		struct test_thread *thread = thread_start(NULL, spin, &spinner);

		spin_wait(&spinner);
		CHECK_EQUAL(exec(thread), 0);
		CHECK_EQUAL(thread_join(thread), 33);
	}
}

static volatile bool told;

static int wait_until_told(void)
{
	while (!told)
		yield();
	return 34;
}

static void exec_instead_of_answer(void)
{
	endpoint_t self = thread_self();
	struct test_thread *thread = thread_start(space_make(), call_other, &self);
	struct ipc_received received;

	CHECK_EQUAL(ipc_receive(thread->endpoint, NULL, 0, &received), 0);
	told = false;
	CHECK_EQUAL(exec_with(thread, wait_until_told), 0);
	CHECK_EQUAL(answer(thread->endpoint, 0, 0), -ENOTREADY);
	told = true;
	CHECK_EQUAL(thread_join(thread), 34);
}

static void exec_keeps_the_stop(void)
{
	struct spinner spinner = {};
	struct test_thread *thread = thread_start(NULL, spin, &spinner);

	CHECK_EQUAL(sys_runctl(&(struct sys_runctl_req){thread->endpoint, RUNCTL_STOP}, NULL), 0);
	CHECK_EQUAL(exec(thread), 0);
	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_STOPPED);
	CHECK_EQUAL(sys_runctl(&(struct sys_runctl_req){thread->endpoint, RUNCTL_RESUME}, NULL), 0);
	CHECK_EQUAL(thread_join(thread), 33);
}

static void exec_moves_message_page(void)
{
	struct test_space *space = space_make();
	struct test_thread *thread = thread_start(space, wait_for_ever, NULL);
	struct sys_root_get_reply root;
	struct sys_exec_req request = {
		.thread = thread->endpoint,
		.program_counter = (vaddr_t)program_entry,
		.stack_pointer = thread->self->stack_top - 64,
		.message_address = PRIVATE_BASE,
	};

	wait_rts(thread->endpoint, RTS_RECEIVE_ANY);
	REQUIRE(space_map(space, PRIVATE_BASE, space_physical(space, (vaddr_t)thread->page), 1,
			  PAGE_WRITE) == 0);
	memset(&program, 0, sizeof(program));
	program.block = thread->self;
	thread->self->page = (struct message_page *)PRIVATE_BASE;
	CHECK_EQUAL(sys_exec(&request, NULL), 0);
	CHECK_EQUAL(thread_wait(thread), THREAD_EXITED);
	CHECK_EQUAL(thread->status, 33);
	CHECK_EQUAL(sys_vmctl_root_get(&(struct sys_root_get_req){thread->endpoint}, &root), 0);
	CHECK_EQUAL(root.message_address, PRIVATE_BASE);
}

static int read_private(void)
{
	return *(volatile int *)PRIVATE_BASE;
}

static void exec_moves_to_another_space(void)
{
	struct spinner spinner = {};

	for (int i = 0; i < 20; i++) {
		struct test_space *old_space = space_make(), *space = space_make();
		struct test_thread *thread = thread_start(old_space, spin, &spinner);
		const struct sys_exec_req request = {
			.thread = thread->endpoint,
			.space = space->id,
			.program_counter = (vaddr_t)program_entry,
			.stack_pointer = thread->self->stack_top - 64,
		};
		struct sys_root_get_reply root;

		REQUIRE(space_add(space, PRIVATE_BASE, 1, PAGE_WRITE) != 0);
		*(int *)space_see(space, PRIVATE_BASE) = i;
		program.block = thread->self;
		program.function = read_private;
		spin_wait(&spinner);
		if (i & 1)
			CHECK_EQUAL(sys_vmctl_inhibit_set(&(struct sys_space_req){space->id}, NULL),
				    0);
		CHECK_EQUAL(sys_exec(&request, NULL), 0);
		if (i & 1) {
			CHECK_EQUAL(thread_rts(thread->endpoint), RTS_VMINHIBIT);
			CHECK_EQUAL(
				sys_vmctl_inhibit_clear(&(struct sys_space_req){space->id}, NULL),
				0);
		}
		space_free(old_space);
		CHECK_EQUAL(sys_vmctl_root_get(&(struct sys_root_get_req){thread->endpoint}, &root),
			    0);
		CHECK_EQUAL(root.space, space->id);
		CHECK_EQUAL(thread_join(thread), i);
		space_free(space);
	}
}

static void exec_refused(void)
{
	struct test_thread *thread = thread_start(NULL, wait_for_ever, NULL);
	struct job sender = {.trap = TRAP_IPC_SEND, .a0 = thread_self()};
	struct job server = {.trap = TRAP_IPC_RECEIVE, .a0 = EP_ANY};
	const struct sys_exec_req good = {
		.thread = thread->endpoint,
		.program_counter = (vaddr_t)program_entry,
		.stack_pointer = thread->self->stack_top - 64,
	};
	struct sys_exec_req bad = good;

	bad.thread = endpoint_stale();
	CHECK_EQUAL(sys_exec(&bad, NULL), -EDEADSRCDST);
	bad.thread = thread_self();
	CHECK_EQUAL(sys_exec(&bad, NULL), -EINVAL);
	bad = good;
	bad.space = ~root_space.id;
	CHECK_EQUAL(sys_exec(&bad, NULL), -ESRCH);
	bad = good;
	bad.program_counter = ARCH_USER_LIMIT;
	CHECK_EQUAL(sys_exec(&bad, NULL), -EINVAL);
	bad.program_counter = good.program_counter | 1ull << 32;
	CHECK_EQUAL(sys_exec(&bad, NULL), -EINVAL);
	bad = good;
	bad.stack_pointer = ARCH_USER_LIMIT + 1ull;
	CHECK_EQUAL(sys_exec(&bad, NULL), -EINVAL);
	bad = good;
	bad.message_address = 8;
	CHECK_EQUAL(sys_exec(&bad, NULL), -EINVAL);
	bad.message_address = ARCH_USER_LIMIT;
	CHECK_EQUAL(sys_exec(&bad, NULL), -EINVAL);
	bad.message_address = ~0ull << 12;
	CHECK_EQUAL(sys_exec(&bad, NULL), -EINVAL);
	job_start_until(&sender, RTS_SENDING);
	CHECK_EQUAL(exec(sender.thread), -EINVAL);
	/* One that waits for somebody else's answer. */
	job_start_until(&server, RTS_RECEIVE_ANY);
	CHECK_EQUAL(
		sys_runctl(&(struct sys_runctl_req){server.thread->endpoint, RUNCTL_STOP}, NULL),
		0);
	thread = thread_start(NULL, call_other, &server.thread->endpoint);
	wait_rts(thread->endpoint, RTS_REPLY_WAIT);
	CHECK_EQUAL(exec(thread), -EINVAL);
}

/* --- Exec of a thread that waits for memory -----------------------------------------------------
 */

static int memory_hold(const struct memory_event *event)
{
	(void)event;
	return MEMORY_HOLD;
}

static int copy_missing(void *unused)
{
	char byte;

	(void)unused;
	return sys_vircopy(&(struct sys_copy_req){.source = EP_SELF,
						  .destination = EP_SELF,
						  .source_address = PRIVATE_BASE,
						  .destination_address = (vaddr_t)&byte,
						  .bytes = 1},
			   NULL);
}

static int copy_present(void)
{
	char from = 1, to = 2;

	return sys_vircopy(&(struct sys_copy_req){.source = EP_SELF,
						  .destination = EP_SELF,
						  .source_address = (vaddr_t)&from,
						  .destination_address = (vaddr_t)&to,
						  .bytes = 1},
			   NULL);
}

static void exec_forgets_memory_request(void)
{
	struct test_thread *thread;
	struct sys_memreq_reply_req request = {.result = -EFAULT};

	supervisor_hooks.memory = memory_hold;
	thread = thread_start(space_make(), copy_missing, NULL);
	wait_rts(thread->endpoint, RTS_VMREQUEST);
	sleep_for(MILLISECOND); /* the supervisor has taken the request */
	CHECK_EQUAL(exec_with(thread, copy_present), 0);
	request.thread = thread->endpoint;
	(void)sys_vmctl_memreq_reply(&request, NULL);
	CHECK_EQUAL(thread_join(thread), 0);
}

static const struct test_case cases[] = {
	CASE("a call that forks is answered twice", fork_returns_twice, CASE_SHORT),
	CASE("a fork copies the whole context", fork_copies_context, 0),
	CASE("a child is held as asked and scheduled as its parent", fork_inhibited, 0),
	CASE("bad forks are refused", fork_refused, 0),
	CASE("who is in the middle of something is not forked", fork_of_the_busy_refused, 0),
	CASE("exec starts afresh, the FPU too", exec_starts_afresh, CASE_SHORT),
	CASE("exec takes a running thread away from its program", exec_of_running_thread, 0),
	CASE("exec ends the call by which it was asked for", exec_instead_of_answer, 0),
	CASE("a stopped thread stays stopped over exec", exec_keeps_the_stop, 0),
	CASE("exec moves the message page", exec_moves_message_page, 0),
	CASE("exec moves a thread to another space", exec_moves_to_another_space, 0),
	CASE("bad execs are refused", exec_refused, 0),
	CASE("exec forgets the old program's memory request", exec_forgets_memory_request, 0),
};

const struct test_suite suite_fork = SUITE("fork", cases);
