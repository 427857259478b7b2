/* Privileges: set, allowed and held, replaced; the ranges they hold; their number.
 */
#include "helper.h"

static struct test_thread *held(const struct role *role)
{
	const struct thread_plan plan = {
		.role = role, .function = wait_for_ever, .flags = THREAD_HELD};

	return thread_make(&plan);
}

static struct sys_priv_set_req plain_request(const struct test_thread *thread)
{
	return (struct sys_priv_set_req){
		.thread = thread->endpoint,
		.flags = PRIV_SYSTEM,
		.traps = TRAP_MASK_ALL,
		.signal_manager = supervisor_endpoint(),
		.calls = role_service.calls,
		.targets = {~0ull, ~0ull},
		.signal_backup = EP_NONE,
	};
}

static int priv_set(const struct sys_priv_set_req *request, uint32_t *privilege)
{
	struct sys_priv_set_reply reply;
	const int error = sys_priv_set(request, &reply);

	if (privilege != NULL)
		*privilege = reply.privilege;
	return error;
}

static int priv_allow(endpoint_t thread, uint32_t operation)
{
	return sys_priv_allow(&(struct sys_priv_allow_req){thread, operation}, NULL);
}

static int priv_add(endpoint_t thread, uint32_t kind, u64 first, u64 count)
{
	return sys_priv_add(&(struct sys_priv_resource_req){thread, kind, first, count}, NULL);
}

static int priv_query(endpoint_t thread, uint32_t kind, u64 first, u64 count)
{
	return sys_priv_query(&(struct sys_priv_resource_req){thread, kind, first, count}, NULL);
}

/* --- Setting ------------------------------------------------------------------------------------
 */

static void set_only_while_held(void)
{
	struct test_thread *thread = thread_start(NULL, wait_for_ever, NULL);
	struct sys_priv_set_req request = plain_request(thread);
	uint32_t id;

	wait_rts(thread->endpoint, RTS_RECEIVE_ANY);
	CHECK_EQUAL(priv_set(&request, NULL), -EINVAL);
	CHECK_EQUAL(priv_allow(thread->endpoint, PRIV_HOLD), 0);
	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_NO_PRIV | RTS_RECEIVE_ANY);
	CHECK_EQUAL(priv_set(&request, &id), 0);
	CHECK_EQUAL(id, thread->privilege);
	CHECK_EQUAL(thread_info(thread->endpoint).privilege, id);
	CHECK_EQUAL(priv_allow(thread->endpoint, PRIV_ALLOW), 0);
	CHECK_EQUAL(thread_rts(thread->endpoint), RTS_RECEIVE_ANY);
}

static void set_refused(void)
{
	struct test_thread *thread = held(NULL);
	struct test_thread *ended = thread_start(NULL, return_at_once, NULL);
	const struct sys_priv_set_req good = plain_request(thread);
	struct sys_priv_set_req bad = good;

	bad.thread = endpoint_stale();
	CHECK_EQUAL(priv_set(&bad, NULL), -EDEADSRCDST);
	CHECK_EQUAL(thread_wait(ended), THREAD_EXITED);
	bad.thread = ended->endpoint;
	CHECK_EQUAL(priv_set(&bad, NULL), -EDEADSRCDST);
	bad.thread = thread_self();
	CHECK_EQUAL(priv_set(&bad, NULL), -EINVAL);
	bad = good;
	bad.flags = PRIV_SYSTEM | (PRIV_FLAGS_ALL + 1);
	CHECK_EQUAL(priv_set(&bad, NULL), -EINVAL);
	bad.flags = PRIV_MAGIC_GRANTS; /* for services only */
	CHECK_EQUAL(priv_set(&bad, NULL), -EINVAL);
	bad = good;
	bad.traps = TRAP_MASK_ALL + 1;
	CHECK_EQUAL(priv_set(&bad, NULL), -EINVAL);
	bad = good;
	bad.calls = 1ull << SYS_CALL_COUNT;
	CHECK_EQUAL(priv_set(&bad, NULL), -EINVAL);
	bad = good;
	bad.signal_manager = endpoint_stale();
	CHECK_EQUAL(priv_set(&bad, NULL), -EINVAL);
	bad.signal_manager = EP_ANY;
	CHECK_EQUAL(priv_set(&bad, NULL), -EINVAL);
	bad = good;
	bad.signal_backup = endpoint_stale();
	CHECK_EQUAL(priv_set(&bad, NULL), -EINVAL);
	bad.signal_backup = EP_SELF;
	CHECK_EQUAL(priv_set(&bad, NULL), -EINVAL);
	CHECK_EQUAL(priv_set(&good, NULL), 0);
	CHECK_EQUAL(priv_allow(endpoint_stale(), PRIV_ALLOW), -EDEADSRCDST);
	CHECK_EQUAL(priv_allow(ended->endpoint, PRIV_ALLOW), -EDEADSRCDST);
	CHECK_EQUAL(priv_allow(thread_self(), PRIV_HOLD), -EINVAL);
	CHECK_EQUAL(priv_allow(thread->endpoint, 0), -EINVAL);
	CHECK_EQUAL(priv_allow(thread->endpoint, PRIV_HOLD + 1), -EINVAL);
}

struct probe {
	volatile bool stop;
	int null_code;
	uint32_t rounds;
};

static int probe_run(void *argument)
{
	struct probe *probe = argument;

	do {
		probe->null_code = sys_null(&(struct sys_null_req){}, NULL);
		__atomic_fetch_add(&probe->rounds, 1, __ATOMIC_SEQ_CST);
	} while (!probe->stop);
	return 0;
}

static void rounds_wait(const struct probe *probe, uint32_t rounds)
{
	nanoseconds_t limit = 0;

	while (__atomic_load_n(&probe->rounds, __ATOMIC_SEQ_CST) < rounds && wait_a_moment(&limit))
		;
}

/* The rights of a running thread change while it is held. */
static void rights_change(void)
{
	struct probe probe = {};
	struct test_thread *thread = thread_start(NULL, probe_run, &probe);
	struct sys_priv_set_req request = plain_request(thread);

	rounds_wait(&probe, 1); /* its start takes more calls */
	for (unsigned int i = 0; i < 6; i++) {
		uint32_t rounds;

		CHECK_EQUAL(priv_allow(thread->endpoint, PRIV_HOLD), 0);
		rounds = probe.rounds;
		request.calls = i & 1 ? role_service.calls : CALL_BIT(SYS_EXIT);
		CHECK_EQUAL(priv_set(&request, NULL), 0);
		CHECK_EQUAL(priv_allow(thread->endpoint, PRIV_ALLOW), 0);
		rounds_wait(&probe, rounds + 3);
		CHECK_EQUAL(probe.null_code, i & 1 ? 0 : -ENOTALLOWED);
	}
	probe.stop = true;
	CHECK_EQUAL(thread_join(thread), 0);
}

static void service_becomes_program(void)
{
	struct test_thread *thread = held(&role_service);
	struct sys_priv_set_req request = plain_request(thread);
	const unsigned int used = machine_info().privilege_used;
	uint32_t id;

	request.flags = 0;
	request.traps = role_program.traps;
	request.calls = role_program.calls;
	CHECK_EQUAL(priv_set(&request, &id), 0);
	CHECK_EQUAL(id, PRIV_ID_PROGRAMS);
	CHECK_EQUAL(machine_info().privilege_used, used - 1);
	request.flags = PRIV_SYSTEM;
	CHECK_EQUAL(priv_set(&request, &id), 0);
	CHECK(id > PRIV_ID_KERNEL);
	CHECK_EQUAL(machine_info().privilege_used, used);
}

/* --- Ranges -------------------------------------------------------------------------------------
 */

static void ranges_are_held(void)
{
	struct role role = role_service;
	struct test_thread *thread;
	endpoint_t name;

	role.flags |= PRIV_CHECK_IO;
	thread = held(&role);
	name = thread->endpoint;
	CHECK_EQUAL(priv_query(name, RESOURCE_IRQ, 5, 1), -EPERM);
	CHECK_EQUAL(priv_add(name, RESOURCE_IRQ, 5, 1), 0);
	CHECK_EQUAL(priv_query(name, RESOURCE_IRQ, 5, 1), 0);
	CHECK_EQUAL(priv_query(name, RESOURCE_IRQ, 4, 1), -EPERM);
	CHECK_EQUAL(priv_add(name, RESOURCE_IO, 0x3F8, 8), 0);
	CHECK_EQUAL(priv_query(name, RESOURCE_IO, 0x3F8, 8), 0);
	CHECK_EQUAL(priv_query(name, RESOURCE_IO, 0x3FF, 1), 0);
	CHECK_EQUAL(priv_query(name, RESOURCE_IO, 0x3F7, 1), -EPERM);
	CHECK_EQUAL(priv_query(name, RESOURCE_IO, 0x3FF, 2), -EPERM);
	CHECK_EQUAL(priv_query(name, RESOURCE_IO, 0x3F7, 10), -EPERM);
	/* Two that touch are still two. */
	CHECK_EQUAL(priv_add(name, RESOURCE_IO, 0x400, 8), 0);
	CHECK_EQUAL(priv_query(name, RESOURCE_IO, 0x3FF, 2), -EPERM);
	CHECK_EQUAL(priv_add(name, RESOURCE_MEMORY, 0xE0000000, 0x1000), 0);
	CHECK_EQUAL(priv_query(name, RESOURCE_MEMORY, 0xE0000FFF, 1), 0);
	CHECK_EQUAL(priv_query(name, RESOURCE_MEMORY, 0xE0000FFF, 2), -EPERM);
	CHECK_EQUAL(priv_query(name, RESOURCE_MEMORY, 0xDFFFFFFF, 2), -EPERM);
	CHECK_EQUAL(priv_add(name, RESOURCE_MEMORY, 1ull << 40, 1ull << 40), 0);
	CHECK_EQUAL(priv_query(name, RESOURCE_MEMORY, 3ull << 39, 1), 0);
	CHECK_EQUAL(priv_query(name, RESOURCE_MEMORY, 1ull << 41, 1), -EPERM);
}

static void all_of_a_kind(void)
{
	struct role role = role_service;
	struct test_thread *thread;

	role.flags |= PRIV_ALL_IO | PRIV_ALL_MEMORY;
	thread = held(&role);
	CHECK_EQUAL(priv_query(thread->endpoint, RESOURCE_IO, 0, 0x10000), 0);
	CHECK_EQUAL(priv_query(thread->endpoint, RESOURCE_MEMORY, 0, ~0ull), 0);
	CHECK_EQUAL(priv_query(thread->endpoint, RESOURCE_IRQ, 0, 1), -EPERM);
	CHECK_EQUAL(priv_query(EP_SELF, RESOURCE_IO, 0, 0x10000), 0);
	/* Listed ports count only with PRIV_CHECK_IO. */
	thread = held(&role_service);
	CHECK_EQUAL(priv_add(thread->endpoint, RESOURCE_IO, 0x60, 1), 0);
	CHECK_EQUAL(priv_query(thread->endpoint, RESOURCE_IO, 0x60, 1), -EPERM);
}

static void new_privilege_has_no_ranges(void)
{
	struct role role = role_service;
	struct test_thread *thread;
	struct sys_priv_set_req request;

	role.flags |= PRIV_CHECK_IO;
	thread = held(&role);
	CHECK_EQUAL(priv_add(thread->endpoint, RESOURCE_IRQ, 5, 1), 0);
	CHECK_EQUAL(priv_add(thread->endpoint, RESOURCE_IO, 0x60, 1), 0);
	CHECK_EQUAL(priv_add(thread->endpoint, RESOURCE_MEMORY, 0, 1), 0);
	request = plain_request(thread);
	request.flags |= PRIV_CHECK_IO;
	CHECK_EQUAL(priv_set(&request, NULL), 0);
	CHECK_EQUAL(priv_query(thread->endpoint, RESOURCE_IRQ, 5, 1), -EPERM);
	CHECK_EQUAL(priv_query(thread->endpoint, RESOURCE_IO, 0x60, 1), -EPERM);
	CHECK_EQUAL(priv_query(thread->endpoint, RESOURCE_MEMORY, 0, 1), -EPERM);
	/* Nor does the next service in the slot. */
	CHECK_EQUAL(priv_add(thread->endpoint, RESOURCE_MEMORY, 0, 1), 0);
	thread_free(thread);
	thread = held(&role);
	CHECK_EQUAL(priv_query(thread->endpoint, RESOURCE_MEMORY, 0, 1), -EPERM);
}

static void ranges_refused(void)
{
	static const struct {
		uint32_t kind;
		u64 first, count;
	} bad[] = {
		{0, 0, 1},
		{4, 0, 1},
		{~0u, 0, 1},
		{RESOURCE_IRQ, 5, 0},
		{RESOURCE_IRQ, 5, 2},
		{RESOURCE_IRQ, 100000, 1},
		{RESOURCE_IRQ, 1ull << 32, 1},
		{RESOURCE_IO, 0, 0},
		{RESOURCE_IO, 0, 0x10001},
		{RESOURCE_IO, 0xFFFF, 2},
		{RESOURCE_IO, 0x10000, 1},
		{RESOURCE_IO, 1ull << 32, 1},
		{RESOURCE_IO, 1, ~0ull},
		{RESOURCE_MEMORY, 0, 0},
		{RESOURCE_MEMORY, 2, ~0ull},
		{RESOURCE_MEMORY, ~0ull, 2},
	};
	struct test_thread *service = held(&role_service);
	struct test_thread *program = held(&role_program);

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_EQUAL(priv_add(service->endpoint, bad[i].kind, bad[i].first, bad[i].count),
			    -EINVAL);
		CHECK_EQUAL(priv_query(service->endpoint, bad[i].kind, bad[i].first, bad[i].count),
			    -EINVAL);
	}
	CHECK_EQUAL(priv_add(program->endpoint, RESOURCE_IO, 0, 1), -EPERM);
	CHECK_EQUAL(priv_query(program->endpoint, RESOURCE_IO, 0, 1), -EPERM);
	CHECK_EQUAL(priv_add(endpoint_stale(), RESOURCE_IO, 0, 1), -EDEADSRCDST);
	CHECK_EQUAL(priv_query(endpoint_stale(), RESOURCE_IO, 0, 1), -EDEADSRCDST);
}

static void ranges_run_out(void)
{
	static const uint32_t kinds[] = {RESOURCE_IRQ, RESOURCE_IO, RESOURCE_MEMORY};
	struct test_thread *thread = held(&role_service);

	for (unsigned int kind = 0; kind < 3; kind++) {
		unsigned int count = 0;
		int error;

		while ((error = priv_add(thread->endpoint, kinds[kind],
					 kinds[kind] == RESOURCE_IRQ ? 1 : count, 1)) == 0 &&
		       count < 1000)
			count++;
		CHECK_EQUAL(error, -ENOSPC);
		CHECK(count >= 8);
	}
}

/* --- Slots --------------------------------------------------------------------------------------
 */

#define THREADS_MAX 256u

static endpoint_t created[THREADS_MAX];

static void slots_run_out(void)
{
	const struct sys_thread_create_req create = {
		.space = root_space.id,
		.process = EP_NONE,
		.message_frame = space_add(NULL, PRIVATE_BASE, 1, PAGE_WRITE),
		.message_address = PRIVATE_BASE,
		.program_counter = (vaddr_t)return_at_once,
		.stack_pointer = PRIVATE_BASE,
	};
	const struct info_machine before = machine_info();
	struct sys_priv_set_req request = {
		.flags = PRIV_SYSTEM, .signal_manager = EP_NONE, .signal_backup = EP_NONE};
	unsigned int count = 0;
	int error = 0;

	while (error == 0 && count < THREADS_MAX) {
		struct sys_thread_create_reply reply;

		REQUIRE(sys_thread_create(&create, &reply) == 0);
		created[count++] = request.thread = reply.thread;
		error = priv_set(&request, NULL);
	}
	CHECK_EQUAL(error, -ENOSPC);
	CHECK_EQUAL(count - 1, before.privilege_slots - before.privilege_used);
	/* One that has a privilege may still get another set of rights. */
	request.thread = created[0];
	CHECK_EQUAL(priv_set(&request, NULL), 0);
	CHECK_EQUAL(sys_clear(&(struct sys_clear_req){created[0]}, NULL), 0);
	request.thread = created[count - 1];
	CHECK_EQUAL(priv_set(&request, NULL), 0);
	for (unsigned int i = 1; i < count; i++)
		CHECK_EQUAL(sys_clear(&(struct sys_clear_req){created[i]}, NULL), 0);
	CHECK_EQUAL(machine_info().privilege_used, before.privilege_used);
}

static const struct test_case cases[] = {
	CASE("rights are set only while a thread is held", set_only_while_held, CASE_SHORT),
	CASE("bad rights are refused", set_refused, 0),
	CASE("new rights hold from the next call on", rights_change, 0),
	CASE("a service can become a program and back", service_becomes_program, 0),
	CASE("a range is held from end to end", ranges_are_held, 0),
	CASE("all ports and all memory are flags", all_of_a_kind, 0),
	CASE("new rights begin without ranges", new_privilege_has_no_ranges, 0),
	CASE("bad ranges are refused", ranges_refused, 0),
	CASE("ranges run out", ranges_run_out, 0),
	CASE("privileges run out and come back", slots_run_out, 0),
};

const struct test_suite suite_priv = SUITE("priv", cases);
