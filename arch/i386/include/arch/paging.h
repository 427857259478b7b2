/* The blob of SYS_VMCTL_PAGING_ENABLE on i386. */
#pragma once

#include <skerry/types.h>

#define ARCH_PAGING_ID 0x33383669u /* "i683" */

struct arch_paging {
	u32 size;	 /* sizeof(struct arch_paging) */
	u32 arch;	 /* ARCH_PAGING_ID */
	u64 root;	 /* page directory of the root service, kernel mappings included */
	u64 kernel_root; /* page directory with the kernel mappings alone */
	u32 use_pse;	 /* the directories hold 4 MB pages: CR4.PSE */
	u32 use_pge;	 /* kernel entries are global: CR4.PGE */
};
