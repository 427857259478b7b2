/* Page tables as the kernel sees them: walked, checked, loaded. They are VM's; every address in
 * them is range-checked all the same.
 */
#include "kernel/arch.h"

#include <skerry/errno.h>

/* A real port follows the tables from `root` as the hardware would for user mode, reading each
 * entry once, and refuses what is not RAM of the direct map. */
bool arch_walk(paddr_t root, vaddr_t address, bool write, paddr_t *physical, size_t *bytes)
{
	(void)root, (void)address, (void)write, (void)physical, (void)bytes;
	return false;
}

/* A real port compares the root's kernel part with the kernel's own. */
bool arch_root_valid(paddr_t root)
{
	(void)root;
	return false;
}

paddr_t arch_kernel_root(void)
{
	return arch_boot_root();
}

/* A real port checks every mapping it listed in arch_describe(), then changes roots and paging
 * modes where nothing can come between. */
int arch_paging_enable(const void *blob, size_t size, paddr_t *root, const char **what)
{
	(void)blob, (void)size, (void)root;
	*what = "this port has no page tables";
	return -EINVAL;
}

/* A real port compares with its direct map and the kernel's image. */
bool arch_frame_valid(uint64_t physical, uint64_t bytes)
{
	(void)physical, (void)bytes;
	return false;
}
