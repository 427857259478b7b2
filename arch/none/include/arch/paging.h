/* The blob of SYS_VMCTL_PAGING_ENABLE. A real port adds whatever must change at once when VM's page
 * tables replace the boot map: roots, page sizes, memory attributes, tags.
 */
#pragma once

#include <skerry/types.h>

#define ARCH_PAGING_ID 0x656E6F6Eu /* "none" */

struct arch_paging {
	u32 size; /* sizeof(struct arch_paging) */
	u32 arch; /* ARCH_PAGING_ID */
};
