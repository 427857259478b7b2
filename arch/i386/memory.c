/* Page tables as the kernel sees them: walking VM's, checking roots, loading them. Formats: SDM
 * vol. 3, 4.3 (32-bit paging). Every table address comes from VM and is range-checked all the same.
 */
#include "arch/i386/boot/boot_map.h"
#include "arch/i386/control_register.h"
#include "arch/i386/cpu_features.h"
#include "arch/i386/descriptors.h"
#include "kernel/arch.h"
#include "kernel/info_page.h"
#include <arch/paging.h>
#include <string.h>

#define PAGE_UNCACHED 0x10u
#define PAGE_HARDWARE 0x60u /* accessed, dirty: the CPU sets them */
#define KERNEL_ENTRY (ARCH_KERNEL_BASE / LARGE_BYTES)

extern char kernel_text_start[], kernel_end[];

static paddr_t kernel_root;

paddr_t arch_kernel_root(void)
{
	return kernel_root ? kernel_root : arch_boot_root();
}

static bool in_ram(uint64_t physical, uint64_t bytes)
{
	return bytes <= boot_map_top && physical >= ARCH_PAGE_SIZE &&
	       physical <= boot_map_top - bytes;
}

bool arch_frame_valid(uint64_t physical, uint64_t bytes)
{
	uint32_t image = (uint32_t)virt_to_phys(kernel_text_start);
	uint32_t image_end = (uint32_t)virt_to_phys(kernel_end);

	return in_ram(physical, bytes) && (physical >= image_end || physical + bytes <= image);
}

/* The entry that translates an address and what it reaches; false unless the entries of both levels
 * have `bits` of `mask`. Inline: arch_walk() is on the way of every copy. */
static inline bool translate(paddr_t root, vaddr_t address, uint32_t mask, uint32_t bits,
			     uint32_t *entry, paddr_t *physical, size_t *bytes)
{
	const uint32_t *table = phys_to_virt(root);
	uint32_t size = LARGE_BYTES;

	*entry = table[address / LARGE_BYTES];
	if ((*entry & mask) != bits)
		return false;
	if (!(*entry & PAGE_LARGE)) {
		size = ARCH_PAGE_SIZE;
		table = phys_to_virt(*entry & ~(size - 1));
		if (!in_ram(*entry & ~(size - 1), size))
			return false;
		*entry = table[address / ARCH_PAGE_SIZE % TABLE_ENTRIES];
		if ((*entry & mask) != bits)
			return false;
	}
	*physical = (*entry & ~(size - 1)) + (address & (size - 1));
	*bytes = size - (address & (size - 1));
	return true;
}

bool arch_walk(paddr_t root, vaddr_t address, bool write, paddr_t *physical, size_t *bytes)
{
	uint32_t entry, need = PAGE_PRESENT | PAGE_USER | (write ? PAGE_WRITE : 0);

	return address < ARCH_USER_LIMIT &&
	       translate(root, address, need, need, &entry, physical, bytes) &&
	       in_ram(*physical, *bytes); /* the direct map has no page 0 */
}

bool arch_root_valid(paddr_t root)
{
	const uint32_t *own = phys_to_virt(arch_kernel_root());
	const uint32_t *other = phys_to_virt(root);
	uint32_t different = 0;
	unsigned int i;

	if (root % ARCH_PAGE_SIZE || !arch_frame_valid(root, ARCH_PAGE_SIZE))
		return false;
		/* Each fork comes here: no branch for each entry. */
#pragma GCC unroll 8
	for (i = KERNEL_ENTRY; i < TABLE_ENTRIES; i++)
		different |= own[i] ^ other[i];
	return !(different & ~PAGE_HARDWARE);
}

/* --- Enabling paging ------------------------------------------------------------------------- */

/* The supervisor mapping of one address. */
static bool kernel_entry(paddr_t root, vaddr_t address, uint32_t *entry, paddr_t *physical,
			 size_t *bytes)
{
	return translate(root, address, PAGE_PRESENT | PAGE_USER, PAGE_PRESENT, entry, physical,
			 bytes);
}

/* One mapping the kernel needs, page by page: place, write permission, caching, global bit. */
static bool mapping_valid(paddr_t root, const struct boot_page_map *map, bool global)
{
	uint32_t done, entry;
	paddr_t physical;
	size_t bytes;

	for (done = 0; done < map->bytes; done += bytes) {
		if (!kernel_entry(root, map->virtual_address + done, &entry, &physical, &bytes) ||
		    physical != map->physical + done)
			return false;
		if (!(entry & PAGE_WRITE) != !(map->flags & KERNEL_MAP_WRITE) ||
		    ((map->flags & KERNEL_MAP_DEVICE) && !(entry & PAGE_UNCACHED)) ||
		    (!(entry & PAGE_GLOBAL) && global && !(map->flags & KERNEL_MAP_DEVICE)) ||
		    ((entry & PAGE_GLOBAL) && !global))
			return false;
	}
	return true;
}

static const char *root_fault(paddr_t root, bool global)
{
	const struct boot_page_map *map;
	unsigned int i, count;
	paddr_t physical;
	uint32_t entry;
	size_t bytes;

	if (root % ARCH_PAGE_SIZE || !arch_frame_valid(root, ARCH_PAGE_SIZE))
		return "a root is no frame";
	if (kernel_entry(root, ARCH_KERNEL_BASE, &entry, &physical, &bytes))
		return "the kernel's page 0 is mapped";
	map = boot_map_list(&count);
	for (i = 0; i < count; i++)
		if (!mapping_valid(root, &map[i], global))
			return map[i].flags & KERNEL_MAP_DEVICE	   ? "a device mapping is wrong"
			       : map[i].flags & KERNEL_MAP_EXECUTE ? "the kernel's text is wrong"
								   : "the direct map is wrong";
	return NULL;
}

int arch_paging_enable(const void *blob, size_t size, paddr_t *root, const char **what)
{
	const struct arch_paging *p = blob;
	bool has_cr4 = cpu_page_large() || cpu_page_global();

	if (size != sizeof(*p) || p->size != sizeof(*p) || p->arch != ARCH_PAGING_ID)
		*what = "the blob is not for this port";
	else if (p->use_pse > (cpu_page_large() != 0) || p->use_pge > (cpu_page_global() != 0))
		*what = "the CPU lacks a feature the blob wants";
	else if (p->root != (paddr_t)p->root || p->kernel_root != (paddr_t)p->kernel_root)
		*what = "a root is no frame";
	else if (!(*what = root_fault((paddr_t)p->kernel_root, p->use_pge)) &&
		 !(*what = root_fault((paddr_t)p->root, p->use_pge))) {
		/* Interrupts are off and the boot map translates the same, so the order is free;
		 * global entries of the boot map go when PGE is off for a moment. */
		if (has_cr4)
			cr4_write(cr4_read() & ~CR4_PGE);
		kernel_root = (paddr_t)p->kernel_root;
		arch_root_load((paddr_t)p->root);
		if (has_cr4)
			cr4_write((cr4_read() & ~(CR4_PSE | CR4_PGE)) | (p->use_pse ? CR4_PSE : 0) |
				  (p->use_pge ? CR4_PGE : 0));
		descriptors_root(kernel_root);
		*root = (paddr_t)p->root;
		return 0;
	}
	return -EINVAL;
}
