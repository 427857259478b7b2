/* Storms of signals: every worker manages threads in spaces of their own and signals its own and
 * the others' while they run, trap and handle. No signal may be lost or invented, a handler leaves
 * no trace in what it interrupts, and a held thread does not run.
 */
#include "storm.h"

#include <arch/provoke.h>

#define MANAGED_EACH 2u
#define MANAGED_MOST (STORM_WORKERS * MANAGED_EACH)
#define SIGNALS 16u /* 1 to SIGNALS are sent, 20 + slot is what a handler is told */
#define HANDLER_SIGNAL 20u
#define DEPTH_MAX 3u
#define TYPE_POP TYPE(30)

static struct managed {
	uint32_t seed;
	volatile endpoint_t name; /* EP_NONE while there is none */
	endpoint_t manager;
	volatile bool stop;
	volatile unsigned int count, wrong;
	volatile unsigned int handled, depth;
	volatile vaddr_t frame[DEPTH_MAX];
	unsigned int pushed, popped; /* the manager's */
	struct test_thread *thread;
	/* Sends begun of each signal; and that number when the signal was last taken. */
	unsigned int begun[SIGNALS + 1], taken[SIGNALS + 1];
} managed[MANAGED_MOST];

static unsigned int manager_count;

static struct managed *self(void)
{
	return sys_thread_self()->argument;
}

/* --- Who is managed -----------------------------------------------------------------------------
 */

/* Handlers come between a load and its store: whatever both change is changed in one step, or so
 * that the inner one's change is undone when it returns. */
static void wrong_if(struct managed *own, bool wrong)
{
	if (wrong)
		(void)__atomic_fetch_add(&own->wrong, 1, __ATOMIC_RELAXED);
}

static void handler(uint32_t signal, vaddr_t frame)
{
	struct managed *own = self();

	wrong_if(own, signal != HANDLER_SIGNAL + (uint32_t)(own - managed));
	wrong_if(own, own->depth >= DEPTH_MAX);
	own->frame[own->depth++ % DEPTH_MAX] = frame;
	if (arch_fpu_present())
		arch_fpu_fill(999);
	wrong_if(own, sys_null(&(struct sys_null_req){}, NULL) != 0);
	message_set(TYPE(31), 31);
	(void)__atomic_fetch_add(&own->handled, 1, __ATOMIC_RELAXED);
}

static void restorer(void)
{
	struct managed *own = self();
	const vaddr_t frame = own->frame[(own->depth - 1) % DEPTH_MAX];

	own->depth--;
	message_set(TYPE_POP, frame);
	(void)ipc_call(own->manager);
	__builtin_trap();
}

/* Computes in registers, FPU and message page, and traps; each must be as it was left. */
static int work(void *argument)
{
	struct managed *own = argument;
	const bool fpu = arch_fpu_present();
	uint64_t first = own->seed, second = own->seed;
	struct sys_times_reply reply;

	if (fpu)
		arch_fpu_fill(own->seed);
	for (; !own->stop; own->count++) {
		message_set(TYPE(29), own->seed);
		for (unsigned int i = 0; i < 50; i++)
			wrong_if(own, random_next(&first) != random_next(&second));
		wrong_if(own, message()->type != TYPE(29) || message()->quad[0] != own->seed);
		wrong_if(own, fpu && arch_fpu_check(own->seed) != 0);
		reply.priority = 99;
		wrong_if(own, sys_times(&(struct sys_times_req){EP_SELF}, &reply) != 0);
		wrong_if(own, reply.priority >= PRIORITY_COUNT);
	}
	return 0;
}

static void managed_begin(struct managed *own, struct test_space *space)
{
	const struct thread_plan plan = {
		.space = space,
		.function = work,
		.argument = own,
		.manager = thread_self(),
		.quantum = MILLISECOND,
	};

	own->manager = thread_self();
	own->stop = false;
	own->count = own->depth = own->handled = own->pushed = own->popped = 0;
	own->thread = thread_make(&plan);
	own->name = own->thread->endpoint;
}

/* --- Managers -----------------------------------------------------------------------------------
 */

static struct managed *managed_by_name(const struct storm_worker *worker, endpoint_t name)
{
	for (unsigned int i = 0; i < MANAGED_EACH; i++) {
		struct managed *own = &managed[worker->index * MANAGED_EACH + i];

		if (own->name == name)
			return own;
	}
	return NULL;
}

/* A handler on top of whatever it does: not while it waits in the restorer's call, nor before it
 * knows itself. */
static void push_maybe(struct storm_worker *worker, struct managed *own)
{
	const struct sys_signal_send_req push = {
		.thread = own->name,
		.signal = HANDLER_SIGNAL + (uint32_t)(own - managed),
		.handler = (vaddr_t)handler,
		.restorer = (vaddr_t)restorer,
	};
	int error;

	if (own->count == 0 || own->pushed - own->popped >= DEPTH_MAX ||
	    storm_below(&worker->random, 2) == 0)
		return;
	error = sys_signal_send(&push, NULL);
	own->pushed += error == 0;
	worker->wrong += error != 0 && error != -EINVAL;
}

/* Take all there is; false: somebody exited who should not. */
static void signals_take(struct storm_worker *worker)
{
	struct sys_signal_get_reply got;

	for (;;) {
		struct managed *own;
		unsigned int count;

		REQUIRE(sys_signal_get(&(struct sys_empty_req){}, &got) == 0);
		if (got.thread == EP_NONE)
			return;
		own = managed_by_name(worker, got.thread);
		REQUIRE(own != NULL);
		worker->wrong += (got.signals & 1) != 0 || got.signals >> (SIGNALS + 1) != 0;
		for (unsigned int i = 1; i <= SIGNALS; i++) {
			if (!(got.signals >> i & 1))
				continue;
			own->taken[i] = __atomic_load_n(&own->begun[i], __ATOMIC_SEQ_CST);
			worker->wrong += own->taken[i] == 0;
		}
		count = own->count;
		push_maybe(worker, own);
		if (storm_below(&worker->random, 4) == 0)
			yield();
		worker->wrong += own->count != count;
		worker->wrong += signal_end(own->name) != 0;
	}
}

/* One message, if there is one. */
static bool message_take(struct storm_worker *worker, uint32_t flags)
{
	struct ipc_received received;
	struct message got;
	struct managed *own;

	if (receive(EP_ANY, flags, &got, &received) != 0)
		return false;
	if (got.type == MESSAGE_NOTIFY) {
		signals_take(worker);
		return true;
	}
	own = managed_by_name(worker, got.source);
	REQUIRE(own != NULL && got.type == TYPE_POP);
	own->popped++;
	worker->wrong += sys_signal_return(&(struct sys_signal_return_req){.thread = own->name,
									   .frame = got.quad[0]},
					   NULL) != 0;
	return true;
}

/* May the other have been taken away meanwhile? Only where they are. */
static void signal_any(struct storm_worker *worker, bool may_go)
{
	struct managed *other =
		&managed[storm_below(&worker->random, manager_count * MANAGED_EACH)];
	const uint32_t signal = 1 + storm_below(&worker->random, SIGNALS);
	const endpoint_t name = other->name;
	int error;

	if (name == EP_NONE)
		return;
	(void)__atomic_fetch_add(&other->begun[signal], 1, __ATOMIC_SEQ_CST);
	error = signal_kill(name, signal);
	worker->wrong += error != 0 && !(may_go && error == -EDEADSRCDST);
}

static void pause_somehow(struct storm_worker *worker)
{
	const uint32_t way = storm_below(&worker->random, 4);

	if (way == 0)
		yield();
	if (way == 1)
		sleep_for((20 + storm_below(&worker->random, 100)) * 1000ull);
}

/* --- None is lost -------------------------------------------------------------------------------
 */

static volatile unsigned int senders_left;

/* All handlers have returned and every signal was taken. */
static bool is_settled(const struct managed *own)
{
	if (own->pushed != own->popped)
		return false;
	for (unsigned int i = 1; i <= SIGNALS; i++) {
		if (own->taken[i] != own->begun[i])
			return false;
	}
	return true;
}

static void settle(struct storm_worker *worker, struct managed *own)
{
	nanoseconds_t limit = 0;
	unsigned int count;

	while (senders_left != 0 || !is_settled(own)) {
		while (message_take(worker, IPC_NONBLOCK))
			;
		if (!wait_a_moment(&limit))
			break;
	}
	worker->wrong += !is_settled(own);
	for (count = own->count; own->count == count && wait_a_moment(&limit);)
		;
	worker->wrong += own->count == count;
	worker->wrong += own->handled != own->pushed || own->depth != 0 || own->wrong != 0;
}

static int signal_all(void *argument)
{
	struct storm_worker *worker = argument;
	struct managed *own = &managed[worker->index * MANAGED_EACH];

	for (unsigned int i = 0; i < MANAGED_EACH; i++)
		managed_begin(&own[i], space_make());
	for (; worker->done < worker->operations; worker->done++) {
		signal_any(worker, false);
		if (storm_below(&worker->random, 2) == 0)
			pause_somehow(worker);
		for (unsigned int i = 0; i < 4 && message_take(worker, IPC_NONBLOCK); i++)
			;
	}
	(void)__atomic_fetch_sub(&senders_left, 1, __ATOMIC_SEQ_CST);
	for (unsigned int i = 0; i < MANAGED_EACH; i++)
		settle(worker, &own[i]);
	return 0;
}

static void managed_init(unsigned int managers)
{
	memset(managed, 0, sizeof(managed));
	for (unsigned int i = 0; i < MANAGED_MOST; i++) {
		managed[i].name = EP_NONE;
		managed[i].seed = 300 + i;
	}
	manager_count = senders_left = managers;
}

#define MANAGERS 4u

static void no_signal_is_lost(void)
{
	struct storm_worker workers[STORM_WORKERS];

	managed_init(MANAGERS);
	storm_start(workers, MANAGERS, signal_all, NULL);
	storm_finish(workers, MANAGERS);
}

/* --- Cleared in the middle ----------------------------------------------------------------------
 */

static void clear(struct storm_worker *worker, struct managed *own)
{
	unsigned int count;

	own->name = EP_NONE;
	worker->wrong += signal_kill(own->thread->endpoint, 9) != 0;
	count = own->count;
	if (storm_below(&worker->random, 2) == 0)
		yield();
	worker->wrong += own->count != count;
	thread_free(own->thread);
	worker->wrong += own->wrong;
}

static int signal_and_clear(void *argument)
{
	struct storm_worker *worker = argument;
	struct managed *own = &managed[worker->index * MANAGED_EACH];

	for (unsigned int i = 0; i < MANAGED_EACH; i++)
		managed_begin(&own[i], space_make());
	for (; worker->done < worker->operations; worker->done++) {
		signal_any(worker, true);
		if (storm_below(&worker->random, 2) == 0)
			pause_somehow(worker);
		for (unsigned int i = 0; i < 4 && message_take(worker, IPC_NONBLOCK); i++)
			;
		if (storm_below(&worker->random, 8) == 0) {
			const unsigned int i = storm_below(&worker->random, MANAGED_EACH);
			struct test_space *space = own[i].thread->space;

			clear(worker, &own[i]);
			managed_begin(&own[i], space);
		}
	}
	for (unsigned int i = 0; i < MANAGED_EACH; i++)
		clear(worker, &own[i]);
	return 0;
}

static void handling_threads_are_cleared(void)
{
	struct storm_worker workers[STORM_WORKERS];

	managed_init(MANAGERS);
	storm_start(workers, MANAGERS, signal_and_clear, NULL);
	storm_finish(workers, MANAGERS);
}

static const struct test_case cases[] = {
	STORM("no signal is lost among several managers", no_signal_is_lost, 4000, 50000),
	STORM("threads are cleared while they handle", handling_threads_are_cleared, 3000, 60000),
};

const struct test_suite suite_storm_signal = SUITE("storm_signal", cases);
