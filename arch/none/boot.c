/* Boot: from the loader to kernel_main(), and the boot map. A real port's entry code fills a struct
 * boot_info from what the loader passed, builds the boot map (direct map complete, kernel text
 * read-only) and calls kernel_main(&info) on CPU 0's own stack.
 */
#include "kernel/arch.h"

#include <skerry/boot_page.h>
#include <skerry/errno.h>
#include <skerry/kernel_page.h>

/* A real port enters a user mapping into the boot map, with tables from `frames`. */
int arch_boot_map(vaddr_t address, paddr_t physical, size_t bytes, bool writable,
		  paddr_t (*frames)(void))
{
	(void)address, (void)physical, (void)bytes, (void)writable, (void)frames;
	return -ENOMEM;
}

/* A real port answers the physical address of the boot map's root. */
paddr_t arch_boot_root(void)
{
	return 0;
}

/* A real port maps physical memory from 0 on at ARCH_ROOT_WINDOW and says how much of it fits. */
int arch_boot_window(struct boot_page *page, uint64_t memory_end, paddr_t (*frames)(void))
{
	(void)page, (void)memory_end, (void)frames;
	return -ENOMEM;
}

/* A real port lists the mappings the kernel needs in every space (text, data, direct map, its
 * devices), its features, and how user mode computes the time from the cycle counter. */
void arch_describe(struct boot_page *page, struct kernel_page *kernel_page)
{
	page->map_count = 0;
	page->features = 0;
	kernel_page->features = 0;
	kernel_page->clock.readable = 0;
}
