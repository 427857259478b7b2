/* The thread pointer of host tests: the test has the block. */
#pragma once

#include <stdint.h>

extern const uintptr_t *fake_thread;

static inline uintptr_t arch_thread_word(unsigned int index)
{
	return fake_thread[index];
}
