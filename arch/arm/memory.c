/* Page tables as the kernel sees them: walking VM's, checking roots. Formats: ARM DDI 0406C, B3.5.
 * Every table address comes from VM and is range-checked all the same.
 */
#include "boot/boot_map.h"
#include "kernel/arch.h"
#include <arch/paging.h>
#include <skerry/errno.h>

extern char kernel_text_start[], kernel_end[];

paddr_t arch_kernel_root(void)
{
	return boot_map_empty_root();
}

static bool in_ram(uint64_t physical, uint64_t bytes)
{
	const uint64_t size = boot_map_top - CONFIG_RAM_BASE;

	/* What lies before the start wraps. */
	return bytes <= size && physical - CONFIG_RAM_BASE <= size - bytes;
}

bool arch_frame_valid(uint64_t physical, uint64_t bytes)
{
	const uint64_t image = virt_to_phys(kernel_text_start);
	const uint64_t image_end = virt_to_phys(kernel_end);

	return in_ram(physical, bytes) && (physical >= image_end || physical + bytes <= image);
}

/* Access bits of a section, where a page has them, too. */
#define USER_READ 0x800u /* AP[1] */
#define USER_WRITE 0xC00u
#define ACCESS (SECTION_READ_ONLY | 0xC00u)

static bool allows(uint32_t access, bool write)
{
	return write ? (access & ACCESS) == USER_WRITE : (access & USER_READ) != 0;
}

bool arch_walk(paddr_t root, vaddr_t address, bool write, paddr_t *physical, size_t *bytes)
{
	const uint32_t *table = phys_to_virt(root);
	uint32_t entry, size = SECTION_BYTES;

	if (address >= ARCH_USER_LIMIT)
		return false;
	entry = table[address / SECTION_BYTES];
	if ((entry & TABLE_TYPE_MASK) == TABLE) {
		if (!in_ram(entry & ~(TABLE_BYTES - 1), TABLE_BYTES))
			return false;
		table = phys_to_virt(entry & ~(TABLE_BYTES - 1));
		entry = table[address / ARCH_PAGE_SIZE % TABLE_ENTRIES];
		size = ARCH_PAGE_SIZE;
		/* AP[1:0] from bit 4, AP[2] from bit 9 of a page. */
		if (!(entry & PAGE) || !allows((entry & 0x230) << 6, write))
			return false;
	} else if ((entry & SECTION_TYPE_MASK) != SECTION || !allows(entry, write)) {
		return false;
	}
	*physical = (entry & ~(size - 1)) + (address & (size - 1));
	*bytes = size - (address & (size - 1));
	return in_ram(*physical, *bytes);
}

/* The kernel's part is in no root. */
bool arch_root_valid(paddr_t root)
{
	return root % ARCH_ROOT_BYTES == 0 && arch_frame_valid(root, ARCH_ROOT_BYTES);
}

int arch_paging_enable(const void *blob, size_t size, paddr_t *root, const char **what)
{
	const struct arch_paging *p = blob;

	if (size != sizeof(*p) || p->size != sizeof(*p) || p->arch != ARCH_PAGING_ID) {
		*what = "the blob is not for this port";
		return -EINVAL;
	}
	if (p->root >> 32 != 0 || !arch_root_valid((paddr_t)p->root)) {
		*what = "the root is no pair of frames";
		return -EINVAL;
	}
	*root = (paddr_t)p->root;
	arch_root_load(*root);
	return 0;
}
