/* The blob of SYS_VMCTL_PAGING_ENABLE on ARM. The kernel's half is translated by TTBR1 from tables
 * of the kernel's own, which no root repeats: so only the root changes. TTBCR, DACR and the memory
 * attributes stay as the boot map has them.
 */
#pragma once

#include <skerry/types.h>

#define ARCH_PAGING_ID 0x376D7261u /* "arm7" */

struct arch_paging {
	u32 size; /* sizeof(struct arch_paging) */
	u32 arch; /* ARCH_PAGING_ID */
	u64 root; /* first-level table of the root service: 8 KB */
};
