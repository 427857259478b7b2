/* Futexes. */
#include "program.h"

#include <skerry/vm.h>

#define SLEEPERS 5u

static struct helper helpers[SLEEPERS];
static volatile u32 word, other, asleep, woken[SLEEPERS], order;

void case_futex_refused(void)
{
	struct pm_futex_wait_req request = {.address = (uintptr_t)&word, .time = PM_TIME_NEVER};

	CHECK_EQ(futex_wait(&word, 1, 0, PM_TIME_NEVER), -EAGAIN);
	CHECK_EQ(futex_wait((volatile u32 *)0x10, 0, 0, PM_TIME_NEVER), -EFAULT);
	CHECK_EQ(futex_wait((volatile u32 *)((uintptr_t)&word + 1), 0, 0, PM_TIME_NEVER), -EINVAL);
	CHECK_EQ(pm_futex_wait(&request, NULL), -EINVAL); /* no bits */
	CHECK_EQ(futex_wait(&word, 0, 0, 5 * MILLISECOND), -ETIMEDOUT);
	CHECK_EQ(futex_wait(&word, 0, PM_TIME_ABSOLUTE, 1), -ETIMEDOUT);
	CHECK_EQ(futex_wait(&word, 0, PM_TIME_ABSOLUTE | PM_TIME_REALTIME, 1), -ETIMEDOUT);
	CHECK_EQ(futex_wake(&word, 100, 0), 0);
}

struct wish {
	volatile u32 *word;
	u32 bits;
	unsigned int index;
};

static struct wish wishes[SLEEPERS];

static int sleeps(void *argument)
{
	const struct wish *wish = argument;
	const struct pm_futex_wait_req request = {
		.address = (uintptr_t)wish->word, .bits = wish->bits, .time = PM_TIME_NEVER};

	asleep++;
	CHECK_EQ(pm_futex_wait(&request, NULL), 0);
	woken[wish->index] = __atomic_add_fetch(&order, 1, __ATOMIC_SEQ_CST);
	return 0;
}

/* One after another, so that they sleep in order: nobody can see that a thread sleeps, but a
 * wake-up with a bit that nobody waits for comes behind it. */
static void sleepers_start(u32 bits)
{
	for (unsigned int i = 0; i < SLEEPERS; i++) {
		wishes[i] = (struct wish){&word, bits != 0 ? bits : 1u << i, i};
		helper_start(&helpers[i], sleeps, &wishes[i]);
		while (asleep != i + 1)
			yield();
		CHECK_EQ(sleep_for(3 * MILLISECOND, NULL), 0);
	}
}

static void sleepers_join(void)
{
	for (unsigned int i = 0; i < SLEEPERS; i++)
		helper_join(&helpers[i]);
}

void case_futex_wake(void)
{
	sleepers_start(~0u);
	CHECK_EQ(futex_wake(&word, 2, 0), 2);
	helper_join(&helpers[0]);
	helper_join(&helpers[1]);
	CHECK(woken[0] != 0 && woken[1] != 0);
	CHECK(woken[2] == 0 && woken[3] == 0 && woken[4] == 0);
	CHECK_EQ(futex_wake(&other, 100, 0), 0);
	CHECK_EQ(futex_wake(&word, 100, 0), 3);
	sleepers_join();
}

void case_futex_bits(void)
{
	struct pm_futex_wake_req request = {(uintptr_t)&word, 100, 1u << 3, 0};
	struct pm_count_reply reply;

	sleepers_start(0);
	CHECK_EQ(pm_futex_wake(&request, &reply), 0);
	CHECK_EQ(reply.count, 1);
	helper_join(&helpers[3]);
	CHECK(woken[0] == 0 && woken[1] == 0 && woken[2] == 0 && woken[4] == 0);
	request.bits = 1u << 0 | 1u << 4 | 1u << 9;
	CHECK_EQ(pm_futex_wake(&request, &reply), 0);
	CHECK_EQ(reply.count, 2);
	CHECK_EQ(futex_wake(&word, 100, 0), 2);
	sleepers_join();
}

void case_futex_requeue(void)
{
	struct pm_futex_requeue_req request = {
		.address = (uintptr_t)&word,
		.target = (uintptr_t)&other,
		.wake = 1,
		.move = 3,
		.value = 1,
		.flags = PM_FUTEX_COMPARE,
	};
	struct pm_count_reply reply;

	sleepers_start(~0u);
	CHECK_EQ(pm_futex_requeue(&request, &reply), -EAGAIN);
	request.value = 0;
	CHECK_EQ(pm_futex_requeue(&request, &reply), 0);
	CHECK_EQ(reply.count, 4);
	helper_join(&helpers[0]);
	CHECK_EQ(futex_wake(&word, 100, 0), 1);
	helper_join(&helpers[4]);
	CHECK(woken[1] == 0 && woken[2] == 0 && woken[3] == 0);
	CHECK_EQ(futex_wake(&other, 100, 0), 3);
	sleepers_join();
}

void case_futex_shared(void)
{
	volatile u32 *shared = memory_map(ARCH_PAGE_SIZE, VM_MAP_SHARED);
	pid32 child;

	CHECK(shared != NULL);
	child = child_make();
	if (child == 0) {
		while (shared[0] == 0)
			(void)futex_wait(&shared[0], 0, PM_FUTEX_SHARED, PM_TIME_NEVER);
		shared[1] = 1;
		(void)futex_wake(&shared[1], 1, PM_FUTEX_SHARED);
		program_exit(4);
	}
	CHECK_EQ(sleep_for(3 * MILLISECOND, NULL), 0);
	CHECK_EQ(futex_wake(&shared[0], 1, 0), 0); /* private: nobody of this process */
	shared[0] = 1;
	(void)futex_wake(&shared[0], 1, PM_FUTEX_SHARED);
	while (shared[1] == 0)
		(void)futex_wait(&shared[1], 0, PM_FUTEX_SHARED, PM_TIME_NEVER);
	CHECK_EQ(child_wait(child), EXITED(4));
	/* Private memory is the process's, however it is asked for. */
	helper_start(&helpers[0], sleeps, &(struct wish){&word, ~0u, 0});
	while (futex_wake(&word, 1, PM_FUTEX_SHARED) == 0)
		yield();
	helper_join(&helpers[0]);
}

#define ROUNDS 2000u

/* Each waits for the other's turn; a lost wake-up is a case without an end. */
static int ping(void *argument)
{
	const u32 own = (u32)(uintptr_t)argument;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		while (word % 2 != own)
			(void)futex_wait(&word, !own + (word & ~1u), 0, PM_TIME_NEVER);
		(void)__atomic_fetch_add(&word, 1, __ATOMIC_SEQ_CST);
		(void)futex_wake(&word, 1, 0);
	}
	return 0;
}

void case_futex_storm(void)
{
	helper_start(&helpers[0], ping, (void *)1);
	(void)ping((void *)0);
	helper_join(&helpers[0]);
	CHECK_EQ(word, 2 * ROUNDS);
}
