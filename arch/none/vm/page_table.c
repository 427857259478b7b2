/* Page tables as VM builds them: the port's format behind portable names. A real port writes each
 * entry as one word, so that a walker meanwhile sees the old or the new one.
 */
#include "servers/vm/page_table.h"

#include <arch/layout.h>
#include <skerry/errno.h>

/* A real port maps every range of `maps` into a fresh root, with the largest pages that keep each
 * range's permissions. */
int page_table_kernel_create(struct page_table_kernel *kernel, const struct page_frames *frames,
			     uint64_t features, const struct boot_page_map *maps,
			     unsigned int count)
{
	(void)kernel, (void)frames, (void)features, (void)maps, (void)count;
	return -ENOMEM;
}

int page_table_share(struct page_table_kernel *kernel, const struct page_frames *frames,
		     vaddr_t address, paddr_t physical, uint32_t flags)
{
	(void)kernel, (void)frames, (void)address, (void)physical, (void)flags;
	return -ENOMEM;
}

/* A real port makes a root whose kernel part is the same tables. */
int page_table_create(struct page_table *table, const struct page_table_kernel *kernel,
		      const struct page_frames *frames)
{
	(void)table, (void)kernel, (void)frames;
	return -ENOMEM;
}

void page_table_destroy(struct page_table *table)
{
	table->root = 0;
}

bool page_table_next(const struct page_table *table, unsigned int *next, paddr_t *frame)
{
	(void)table, (void)next, (void)frame;
	return false;
}

/* A real port provides the tables first, then writes what cannot fail. */
int page_table_map(struct page_table *table, vaddr_t address, paddr_t physical, size_t bytes,
		   uint32_t flags)
{
	(void)table, (void)address, (void)physical, (void)bytes, (void)flags;
	return -ENOMEM;
}

int page_table_unmap(struct page_table *table, vaddr_t address, size_t bytes)
{
	(void)table, (void)address, (void)bytes;
	return 0;
}

int page_table_protect(struct page_table *table, vaddr_t address, size_t bytes, uint32_t flags)
{
	(void)table, (void)address, (void)bytes, (void)flags;
	return 0;
}

bool page_table_lookup(const struct page_table *table, vaddr_t address,
		       struct page_mapping *mapping)
{
	(void)table, (void)address, (void)mapping;
	return false;
}

void page_table_paging(const struct page_table_kernel *kernel, const struct page_table *table,
		       struct arch_paging *paging)
{
	(void)kernel, (void)table;
	*paging = (struct arch_paging){.size = sizeof(*paging), .arch = ARCH_PAGING_ID};
}

void page_bytes_zero(void *page)
{
	__builtin_memset(page, 0, ARCH_PAGE_SIZE);
}

void page_bytes_copy(void *to, const void *from)
{
	__builtin_memcpy(to, from, ARCH_PAGE_SIZE);
}
