/* Decisions: at a quantum's end, at the end of a period, and when asked.
 *
 * Where a thread is put it may run alone until it has come there; after that it may run wherever
 * its mask allows, so that idle CPUs help themselves (kernel/sched.c). A new quantum is given only
 * when one was used up: asking for another nice value or mask is no way to get one.
 */
#include "decide.h"

#include <arch/layout.h>
#include <skerry/info.h>
#include <skerry/kernel_message.h>
#include <skerry/kernel_page.h>
#include <string.h>
#include <sys_call.h>

#define PERIOD 250000000ull
#define MOVES_MAX 8u /* of one period */

static bool period_runs;
static uint64_t moved[CPUS_MAX];

uint64_t moved_from(uint32_t cpu)
{
	return moved[cpu];
}

static uint32_t cpus(void)
{
	const uint32_t count = ((const struct kernel_page *)ARCH_KERNEL_PAGE)->cpu_count;

	return count < CPUS_MAX ? count : CPUS_MAX;
}

uint64_t cpus_mask(void)
{
	return ~0ull >> (CPUS_MAX - cpus());
}

/* An idle system has no period. */
static void period_begin(void)
{
	const struct sys_alarm_req request = {.time = PERIOD};

	if (!period_runs)
		period_runs = sys_alarm(&request, NULL) == 0;
}

/* --- The kernel ------------------------------------------------------------------------------- */

static uint64_t mask_now(const struct thread *thread)
{
	return thread->placed ? 1ull << thread->cpu : thread->mask;
}

/* quantum: 0: what is left of it. */
static int schedule(struct thread *thread, uint64_t quantum)
{
	const struct sys_schedule_req request = {
		.thread = thread->endpoint,
		.priority = thread->priority,
		.quantum = quantum,
		.affinity = mask_now(thread),
	};
	const int error = sys_schedule(&request, NULL);

	if (error == 0)
		return 0;
	thread_forget(thread);
	return error == -EDEADSRCDST ? error : -ESRCH;
}

static int schedctl(const struct thread *thread, endpoint_t scheduler)
{
	const struct sys_schedctl_req request = {
		.thread = thread->endpoint,
		.scheduler = scheduler,
		.priority = thread->priority,
		.quantum = nice_quantum(thread->nice),
		.affinity = scheduler == EP_SELF ? mask_now(thread) : thread->mask,
	};

	return sys_schedctl(&request, NULL);
}

static bool info_get(uint32_t slot, struct info_thread *info)
{
	const struct sys_info_req request = {
		.what = INFO_THREAD,
		.index = slot,
		.address = (uintptr_t)info,
		.size = sizeof(*info),
	};

	return sys_info(&request, NULL) == 0;
}

/* --- Places ----------------------------------------------------------------------------------- */

static void put(struct thread *thread, uint32_t cpu)
{
	thread->cpu = cpu;
	thread->placed = cpus() > 1;
	period_begin();
}

/* Where its mask has the least to do: `prefer` rather than another. */
static void place(struct thread *thread, uint32_t prefer)
{
	uint64_t load[CPUS_MAX];

	threads_load(load);
	put(thread, load_least(load, thread->mask, prefer));
}

/* --- What is asked ---------------------------------------------------------------------------- */

int take(endpoint_t endpoint, int32_t nice, uint64_t mask, const struct thread *like,
	 struct thread **found)
{
	const struct thread *old = thread_find(endpoint);
	struct thread wanted = {
		.endpoint = endpoint,
		.owner = old != NULL ? old->owner : EP_NONE,
		.nice = nice,
		.priority = like != NULL ? like->priority : nice_priority_first(nice),
		.quanta = old != NULL ? old->quanta : 0,
		.mask = mask & cpus_mask(),
	};
	int error;

	if (!nice_valid(nice) || wanted.mask == 0)
		return -EINVAL;
	if (endpoint_is_special(endpoint) || endpoint_slot(endpoint) >= THREADS)
		return -EDEADSRCDST;
	place(&wanted, like != NULL ? like->cpu : old != NULL ? old->cpu : CPUS_MAX);
	error = schedctl(&wanted, EP_SELF);
	if (error != 0)
		return error;
	/* Nothing fails from here. */
	*found = thread_enter(endpoint);
	**found = wanted;
	return 0;
}

int give_back(struct thread *thread)
{
	int error;

	thread->priority = nice_priority_first(0);
	error = schedctl(thread, SCHEDULER_KERNEL);
	thread_forget(thread);
	return error;
}

int set_nice(struct thread *thread, int32_t nice)
{
	const uint32_t first = nice_priority_first(nice);
	const uint32_t sunk = thread->priority - nice_priority_first(thread->nice);

	thread->nice = nice;
	thread->priority = first + sunk < PRIORITY_LAST ? first + sunk : PRIORITY_LAST;
	if (sunk > 0)
		period_begin();
	return schedule(thread, 0);
}

int set_mask(struct thread *thread, uint64_t mask)
{
	thread->mask = mask;
	place(thread, thread->cpu);
	return schedule(thread, 0);
}

/* --- Quanta ----------------------------------------------------------------------------------- */

void quantum_ended(const struct message *message)
{
	struct thread *thread = thread_find(message->source);
	struct quantum_end_message quantum;

	memcpy(&quantum, message->payload, sizeof(quantum));
	if (thread == NULL) {
		/* A former instance's. The rest is as if it had been started. */
		(void)take(message->source, 0, ~0ull, NULL, &thread);
		return;
	}
	thread->quanta++;
	thread->recent++;
	if (thread->cpu == quantum.cpu)
		thread->placed = false;
	else if (!thread->placed && quantum.cpu < cpus())
		thread->cpu = quantum.cpu;
	if (thread->priority < PRIORITY_LAST)
		thread->priority++;
	period_begin();
	(void)schedule(thread, nice_quantum(thread->nice));
}

/* --- Periods ---------------------------------------------------------------------------------- */

/* Looks whether it wants the processor: now, or most of the time. False: it is gone. */
static bool look(struct thread *thread)
{
	const uint64_t used = thread->recent * nice_quantum(thread->nice);
	struct info_thread info;

	thread->recent = 0;
	if (!info_get(endpoint_slot(thread->endpoint), &info) || info.thread != thread->endpoint) {
		thread_forget(thread);
		return false;
	}
	thread->busy = used >= PERIOD / 2 || (info.rts & ~RTS_NO_QUANTUM) == 0;
	/* One that rests need not come: nobody waits for it. */
	if (thread->placed && (thread->cpu == info.cpu || !thread->busy)) {
		thread->placed = false;
		return schedule(thread, 0) == 0;
	}
	return true;
}

/* Is there a reason to look again? */
static bool review(struct thread *thread)
{
	if (!look(thread))
		return false;
	if (!thread->busy && thread->priority > nice_priority_first(thread->nice)) {
		thread->priority--;
		if (schedule(thread, 0) != 0)
			return false;
	}
	return thread->busy || thread->placed ||
	       thread->priority > nice_priority_first(thread->nice);
}

/* Busy threads, but those that are on their way. */
static uint32_t busy_list(struct load_thread *list, struct thread **entries)
{
	struct thread *thread;
	uint32_t slot = 0, count = 0;

	while ((thread = thread_next(&slot)) != NULL) {
		if (!thread->busy || thread->placed)
			continue;
		entries[count] = thread;
		list[count++] =
			(struct load_thread){thread->cpu, thread->mask, thread_weight(thread)};
	}
	return count;
}

static void balance(void)
{
	static struct load_thread list[THREADS];
	static struct thread *entries[THREADS];
	const uint32_t count = busy_list(list, entries);
	uint64_t load[CPUS_MAX];
	uint32_t i, to;

	threads_load(load);
	for (uint32_t moves = 0; moves < MOVES_MAX && load_move(load, cpus(), list, count, &i, &to);
	     moves++) {
		moved[list[i].cpu]++;
		load[list[i].cpu] -= list[i].weight;
		load[to] += list[i].weight;
		list[i].cpu = to;
		put(entries[i], to);
		(void)schedule(entries[i], 0);
	}
}

void period_ended(void)
{
	struct thread *thread;
	uint32_t slot = 0;
	bool again = false;

	period_runs = false;
	while ((thread = thread_next(&slot)) != NULL)
		again |= review(thread);
	if (cpus() > 1)
		balance();
	if (again)
		period_begin();
}
