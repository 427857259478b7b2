/* One CPU: interrupts are off in the kernel, which is lock enough. */
#pragma once

static inline __attribute__((always_inline)) bool lock_try(void)
{
	return true;
}

static inline bool lock_free(void)
{
	return true;
}

static inline void lock_spin(void)
{
}

static inline void lock_release(void)
{
	__asm__ volatile("" ::: "memory");
}
