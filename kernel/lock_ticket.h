/* Ticket lock: first come, first served. For hardware; under an emulator with more virtual CPUs
 * than host cores a fair lock hands itself to CPUs that do not run.
 */
#pragma once

#include "kernel/arch.h"

/* One attempt: a ticket is drawn only when it would be served at once. */
static inline __attribute__((always_inline)) bool lock_try(void)
{
	uint32_t turn = bkl.serving;

	return __atomic_compare_exchange_n(&bkl.next, &turn, turn + 1, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

static inline bool lock_free(void)
{
	return bkl.next == bkl.serving;
}

static inline void lock_spin(void)
{
	uint32_t ticket = __atomic_fetch_add(&bkl.next, 1, __ATOMIC_RELAXED);
	uint32_t spins = 0;

	while (__atomic_load_n(&bkl.serving, __ATOMIC_ACQUIRE) != ticket) {
		if (++spins == LOCK_SPINS_MAX)
			lock_stuck();
		arch_pause();
	}
}

static inline void lock_release(void)
{
	/* Only the holder writes it, so no atomic addition is needed. */
	__atomic_store_n(&bkl.serving, bkl.serving + 1, __ATOMIC_RELEASE);
}
