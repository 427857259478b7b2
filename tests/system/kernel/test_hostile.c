/* Nonsense from everybody: every row of kernel.def with every word of its request at its limits,
 * trap words that are none, filters that say nothing, traps from states that no compiler leaves
 * behind. Only documented errors may come back, and nobody else may notice.
 */
#include "helper.h"

#include <arch/layout.h>
#include <arch/provoke.h>
#include <sys.h>

#define WORDS (MESSAGE_PAYLOAD_SIZE / 4)

static const struct {
	const char *name;
	uint64_t refusals;
	unsigned int words;
} rows[SYS_CALL_COUNT] = {
#define CALL(name, nr, request, reply, handler, refusals, what)                                    \
	[nr] = {#name, refusals, (sizeof(struct request) + 3) / 4},
#include <skerry/kernel.def>
#undef CALL
};

static const uint32_t fills[] = {0, ~0u, 0xAAAAAAAA, 0x55555555};

/* None of them names a thread or a space that lives: slot 0 is the root's, of generation 1. */
static const uint32_t edges[] = {
	0,
	1,
	2,
	3,
	63,
	64,
	0xFFF,
	2 * ARCH_PAGE_SIZE,
	0x10000,
	0x7FFFFFFF,
	0x80000000,
	ARCH_USER_LIMIT - 1,
	ARCH_USER_LIMIT,
	0xFFFFF000,
	0xFFFFFFFE,
	EP_NONE,
	EP_ANY,
	EP_SELF,
	EP_PHYSICAL,
	EP_HARDWARE,
	EP_CLOCK,
	EP_SYSTEM,
	EP_ASYNC,
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- Canaries: threads that must not notice ----------------------------------------------------
 */

static struct {
	struct test_thread *thread[3]; /* two that answer, one that runs */
	struct info_thread info[3];
	struct spinner spinner;
	struct info_machine machine;
	u64 async;
} canary;

static void canaries_make(void)
{
	/* It shares the only CPU, if there is but one: not for long. */
	const struct thread_plan running = {
		.space = space_make(),
		.function = spin,
		.argument = &canary.spinner,
		.quantum = MILLISECOND,
	};

	canary.spinner = (struct spinner){};
	canary.thread[0] = thread_start(NULL, echo_server, NULL);
	canary.thread[1] = thread_start(space_make(), echo_server, NULL);
	canary.thread[2] = thread_make(&running);
	spin_wait(&canary.spinner);
	for (unsigned int i = 0; i < 3; i++) {
		if (i < 2)
			wait_rts(canary.thread[i]->endpoint, RTS_RECEIVE_ANY);
		canary.info[i] = thread_info(canary.thread[i]->endpoint);
	}
	canary.machine = machine_info();
	canary.async = counters_info().async_used;
}

static void canary_check(unsigned int index)
{
	const struct info_thread *then = &canary.info[index];
	const struct info_thread now = thread_info(canary.thread[index]->endpoint);

	CHECK_EQUAL(now.rts, then->rts);
	CHECK_EQUAL(now.process, then->process);
	CHECK_EQUAL(now.space, then->space);
	CHECK_EQUAL(now.privilege, then->privilege);
	CHECK_EQUAL(now.priority, then->priority);
	CHECK_EQUAL(now.affinity, then->affinity);
	CHECK_EQUAL(now.signals, then->signals);
	CHECK_EQUAL(now.faults, then->faults);
}

static void canaries_check(void)
{
	const struct info_machine now = machine_info();

	CHECK_EQUAL(now.thread_used, canary.machine.thread_used);
	CHECK_EQUAL(now.space_used, canary.machine.space_used);
	CHECK_EQUAL(now.privilege_used, canary.machine.privilege_used);
	CHECK_EQUAL(counters_info().async_used, canary.async);
	for (unsigned int i = 0; i < 3; i++)
		canary_check(i);
	for (unsigned int i = 0; i < 2; i++) {
		message_set(TYPE(1), i);
		CHECK_EQUAL(ipc_call(canary.thread[i]->endpoint), 0);
		CHECK_EQUAL(message()->quad[0], i + 1);
		wait_rts(canary.thread[i]->endpoint, RTS_RECEIVE_ANY);
	}
	spin_wait(&canary.spinner);
}

/* --- Calls -------------------------------------------------------------------------------------
 */

/* What would end the test if it succeeded. */
static bool is_fatal(uint32_t number, const uint32_t *word)
{
	return number == SYS_EXIT ||
	       (number == SYS_ABORT && word[0] >= ABORT_POWER_OFF && word[0] <= ABORT_PANIC);
}

/* A call that may take the thread pointer away, which finds the message page: not by stubs, and the
 * pointer is set again at once. */
static int hostile_call(uint32_t number, const uint32_t *word)
{
	struct message_page *const page = message_page();
	struct sys_thread *self = sys_thread_self();
	int code;

	/* The call may take away what it is found by. */
	__asm__ volatile("" : "+r"(self));
	memcpy(page->message.payload, word, MESSAGE_PAYLOAD_SIZE);
	code = sys_trap1(TRAP_KERNEL_CALL, number);
	if (number == SYS_TLS_SET) {
		page->message.quad[0] = (vaddr_t)self;
		if (sys_trap1(TRAP_KERNEL_CALL, SYS_TLS_SET) != 0)
			__builtin_trap();
	}
	return code;
}

struct attack {
	uint32_t number;
	uint64_t allowed; /* R_* bits of what may come back; 0 also success */
	unsigned int bad;
	uint32_t word[WORDS];
	int code;
};

static void attack_call(struct attack *attack, const uint32_t *word)
{
	int code;

	if (is_fatal(attack->number, word))
		return;
	code = hostile_call(attack->number, word);
	if (code == 0 ? !(attack->allowed & 1) : !(attack->allowed & R_BIT(-code))) {
		attack->bad++;
		attack->code = code;
		memcpy(attack->word, word, sizeof(attack->word));
	}
}

/* Every word in turn at every limit, the others all alike. */
static int attack_run(void *argument)
{
	struct attack *attack = argument;
	uint32_t word[WORDS];

	for (unsigned int fill = 0; fill < COUNT(fills); fill++) {
		for (unsigned int i = 0; i < WORDS; i++)
			word[i] = fills[fill];
		attack_call(attack, word);
		for (unsigned int i = 0; i < rows[attack->number].words; i++) {
			for (unsigned int edge = 0; edge < COUNT(edges); edge++) {
				word[i] = edges[edge];
				attack_call(attack, word);
			}
			word[i] = fills[fill];
		}
	}
	return 0;
}

static void attack_judge(const struct attack *attack)
{
	if (attack->bad == 0)
		return;
	sys_print("# %s: %u times, the last %d:", rows[attack->number].name, attack->bad,
		  attack->code);
	for (unsigned int i = 0; i < WORDS; i++)
		sys_print(" %x", attack->word[i]);
	sys_print("\n");
	CHECK_EQUAL(attack->bad, 0);
}

/* What a successful call may have left with the thread that made it. */
static void self_restore(void)
{
	struct sys_grant_table_reply reply;
	struct ipc_received received;

	CHECK_EQUAL(sys_alarm(&(struct sys_alarm_req){}, NULL), 0);
	CHECK_EQUAL(sys_grant_table(&(struct sys_grant_table_req){}, &reply), 0);
	while (ipc_receive(EP_ANY, NULL, IPC_NONBLOCK, &received) == 0)
		;
}

static void from_everything_allowed(void)
{
	canaries_make();
	for (uint32_t number = 0; number < SYS_CALL_COUNT; number++) {
		struct attack attack = {.number = number, .allowed = 1 | rows[number].refusals};

		(void)attack_run(&attack);
		attack_judge(&attack);
		self_restore();
		canaries_check();
	}
}

static void from_thread(struct attack *attack, const struct role *role, struct test_space *space)
{
	const struct thread_plan plan = {
		.space = space, .role = role, .function = attack_run, .argument = attack};

	CHECK_EQUAL(thread_join(thread_make(&plan)), 0);
	attack_judge(attack);
	canaries_check();
}

/* It sets its thread pointer and ends, besides. */
#define CALLS_TO_LIVE (CALL_BIT(SYS_TLS_SET) | CALL_BIT(SYS_EXIT))

static void from_service(void)
{
	struct test_space *space = space_make();
	struct role role = role_service;

	canaries_make();
	for (uint32_t number = 0; number < SYS_CALL_COUNT; number++) {
		struct attack attack = {.number = number, .allowed = 1 | rows[number].refusals};

		role.calls = CALL_BIT(number) | CALLS_TO_LIVE;
		from_thread(&attack, &role, space);
	}
}

static void from_program(void)
{
	struct test_space *space = space_make();
	struct role role = role_program;

	canaries_make();
	role.calls = CALLS_TO_LIVE;
	for (uint32_t number = 0; number < SYS_CALL_COUNT; number++) {
		struct attack attack = {.number = number, .allowed = R_BIT(ENOTALLOWED)};

		if (!(role.calls >> number & 1))
			from_thread(&attack, &role, space);
	}
}

static int exit_with(void *argument)
{
	(void)hostile_call(SYS_EXIT, argument);
	return 1;
}

static void exits(void)
{
	uint32_t word[WORDS];

	canaries_make();
	for (unsigned int fill = 0; fill < COUNT(fills); fill++) {
		for (unsigned int i = 0; i < WORDS; i++)
			word[i] = fills[fill];
		CHECK_EQUAL(thread_join(thread_start(NULL, exit_with, word)), (int)fills[fill]);
	}
	canaries_check();
}

static void no_call(void)
{
	canaries_make();
	for (uint32_t number = SYS_CALL_COUNT; number < SYS_CALL_COUNT + 512; number++)
		CHECK_EQUAL(hostile_call(number, edges), -EBADCALL);
	for (unsigned int edge = 0; edge < COUNT(edges); edge++) {
		if (edges[edge] >= SYS_CALL_COUNT)
			CHECK_EQUAL(hostile_call(edges[edge], edges), -EBADCALL);
	}
	canaries_check();
}

/* --- Traps -------------------------------------------------------------------------------------
 */

static void no_trap(void)
{
	struct ipc_received received;

	canaries_make();
	for (unsigned int kind = 0; arch_trap_stubs(kind) != NULL; kind++) {
		const struct sys_trap_stubs *stubs = arch_trap_stubs(kind);

		for (uint32_t trap = TRAP_COUNT; trap <= IPC_STATUS_TRAP_MASK; trap++) {
			CHECK_EQUAL(stubs->trap2(trap, EP_ANY, EP_ANY, &received), -EBADCALL);
			CHECK_EQUAL(stubs->trap1(trap | IPC_NONBLOCK, EP_SELF), -EBADCALL);
		}
		for (uint32_t trap = 0; trap < TRAP_COUNT; trap++) {
			for (uint32_t flag = 1; flag != 0; flag <<= 1) {
				if (!(flag & (IPC_FLAGS_ALL | IPC_STATUS_TRAP_MASK)))
					CHECK_EQUAL(stubs->trap2(trap | flag, EP_ANY, EP_ANY,
								 &received),
						    -EBADCALL);
			}
		}
		for (uint32_t flags = IPC_NONBLOCK; flags <= IPC_FLAGS_ALL; flags += IPC_NONBLOCK)
			CHECK_EQUAL(stubs->trap1(TRAP_KERNEL_CALL | flags, SYS_NULL), -EBADCALL);
	}
	canaries_check();
}

static void bad_names(void)
{
	static const uint32_t traps[] = {TRAP_IPC_CALL, TRAP_IPC_SEND, TRAP_IPC_NOTIFY,
					 TRAP_IPC_SEND_ASYNC, TRAP_IPC_RECEIVE};

	canaries_make();
	for (unsigned int edge = 0; edge < COUNT(edges); edge++) {
		for (unsigned int trap = 0; trap < COUNT(traps); trap++) {
			const int code = sys_trap1(traps[trap] | IPC_NONBLOCK, edges[edge]);

			CHECK(code == -EINVAL || code == -EDEADSRCDST ||
			      (code == -ENOTREADY && traps[trap] == TRAP_IPC_RECEIVE &&
			       endpoint_is_special(edges[edge])));
		}
	}
	canaries_check();
}

static void filter_refused(const struct ipc_filter *filter, int expected)
{
	struct ipc_received received;

	CHECK_EQUAL(ipc_receive(EP_ANY, filter, IPC_NONBLOCK, &received), expected);
	message_page()->filter = *filter;
	CHECK_EQUAL(sys_trap2(TRAP_IPC_REPLY_RECEIVE | IPC_FILTER | IPC_NONBLOCK, EP_NONE, EP_ANY,
			      &received),
		    expected);
}

static void bad_filters(void)
{
	static const uint32_t counts[] = {0, IPC_FILTER_ELEMENTS + 1, 0x80000000, ~0u};
	struct ipc_filter filter = {};

	canaries_make();
	for (unsigned int i = 0; i < COUNT(counts); i++) {
		filter.count = counts[i];
		filter_refused(&filter, -EINVAL);
	}
	filter.count = IPC_FILTER_ELEMENTS;
	filter.element[IPC_FILTER_ELEMENTS - 1].action = 2;
	filter_refused(&filter, -EINVAL);
	memset(&filter.element, 0xFF, sizeof(filter.element));
	filter_refused(&filter, -EINVAL);
	/* Ranges that are empty allow nothing, and that is all. */
	for (unsigned int i = 0; i < IPC_FILTER_ELEMENTS; i++)
		filter.element[i] = (struct ipc_filter_element){EP_ANY, ~0u, 0, IPC_FILTER_ALLOW};
	filter_refused(&filter, -ENOTREADY);
	canaries_check();
}

static int provoke(void *argument)
{
	return arch_provoke_trap(*(const unsigned int *)argument);
}

/* How the thread ends is its own affair. */
static void hostile_states(void)
{
	struct test_space *spaces[] = {NULL, space_make()};
	int more = 1;

	canaries_make();
	for (unsigned int way = 0; more != 0; way++) {
		for (unsigned int i = 0; i < 2; i++) {
			struct test_thread *thread = thread_start(spaces[i], provoke, &way);

			if (thread_wait(thread) == THREAD_EXITED)
				more = thread->status;
			thread_free(thread);
			canaries_check();
		}
	}
}

static const struct test_case cases[] = {
	CASE("garbage from a thread with every right", from_everything_allowed, 0),
	CASE("garbage from a service with one call", from_service, 0),
	CASE("a program's garbage is not even looked at", from_program, CASE_SHORT),
	CASE("a thread may exit with anything", exits, 0),
	CASE("numbers that are no call", no_call, CASE_SHORT),
	CASE("words that are no trap", no_trap, CASE_SHORT),
	CASE("names that nobody has", bad_names, CASE_SHORT),
	CASE("filters that say nothing", bad_filters, 0),
	CASE("traps from states that no compiler leaves behind", hostile_states, CASE_SHORT),
};

const struct test_suite suite_hostile = SUITE("hostile", cases);
