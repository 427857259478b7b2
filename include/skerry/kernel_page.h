/* The kernel page: one frame of facts the kernel keeps current, mapped read-only in every space at
 * ARCH_KERNEL_PAGE (<arch/layout.h>). Readers of the clock repeat while `sequence` is odd or
 * changed.
 *
 *   now = clock.base_time + ((cycles - clock.base_cycles) * clock.multiplier >> clock.shift)
 *
 * with a 96-bit product: multiply the two halves of the difference apart.
 */
#pragma once

#include <skerry/types.h>

#define KERNEL_PAGE_MAGIC 0x506B7279u

struct kernel_page_clock {
	u32 sequence;
	u32 readable; /* the cycle counter may be read in user mode */
	cycles64 base_cycles;
	ns64 base_time; /* since boot */
	u32 multiplier;
	u32 shift;
	ns64 realtime_offset; /* add to the time since boot: since 1970-01-01 UTC */
};

struct kernel_page {
	u32 magic;
	u32 cpu_count;	 /* running */
	u32 cpu_present; /* reported by the firmware */
	u32 features;	 /* the port's: which fast trap to use, <arch/trap.h> */
	struct kernel_page_clock clock;
	volatile u64 epoch_passed; /* every CPU flushed or settled since this epoch: see
				      SYS_VMCTL_INHIBIT_CLEAR */
	u64 memory_bytes;
	char board[32];
	char version[32];
} __attribute__((aligned(4096)));

_Static_assert(sizeof(struct kernel_page) == 4096, "alone in its page");
