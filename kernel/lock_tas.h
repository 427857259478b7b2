/* Test-and-set lock with bounded back-off: unfair, but it never waits for a virtual CPU that the
 * host has put aside. The default, because most of Skerry's users run an emulator.
 */
#pragma once

#include "kernel/arch.h"

#define LOCK_BACKOFF_MAX 64u

static inline __attribute__((always_inline)) bool lock_try(void)
{
	return __atomic_exchange_n(&bkl.next, 1, __ATOMIC_ACQUIRE) == 0;
}

static inline bool lock_free(void)
{
	return bkl.next == 0;
}

/* Watch, try, and back off only after a try that lost. While it watches it looks after each pause:
 * a single-threaded emulator runs the other CPUs in a pause, for as much as 100 ms. */
static inline void lock_spin(void)
{
	unsigned int backoff = 1, spins = 0, i;

	for (;;) {
		while (bkl.next != 0) {
			if (++spins == LOCK_SPINS_MAX)
				lock_stuck();
			arch_pause();
		}
		if (lock_try())
			return;
		for (i = 0; i < backoff && bkl.next != 0; i++)
			arch_pause();
		if (backoff < LOCK_BACKOFF_MAX)
			backoff *= 2;
	}
}

static inline void lock_release(void)
{
	__atomic_store_n(&bkl.next, 0, __ATOMIC_RELEASE);
}
