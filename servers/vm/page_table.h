/* Page tables: portable names for what arch/X/vm does to the port's format. The kernel only walks
 * and loads what is built here; who builds (VM; in kernel tests the test) owns every table.
 *
 * Code here never flushes translations and takes no lock: the caller brackets changes of a live
 * space (SYS_VMCTL_INHIBIT_SET/CLEAR, SYS_VMCTL_FLUSH). Filling an empty entry needs no bracket:
 * entries are written at once, as one word.
 *
 * The kernel's part is built once (struct page_table_kernel) and its tables are shared by every
 * root.
 */
#pragma once

#include <arch/paging.h>
#include <skerry/boot_page.h>

#define PAGE_WRITE 0x1u
#define PAGE_USER 0x2u
#define PAGE_DEVICE 0x4u  /* uncached */
#define PAGE_EXECUTE 0x8u /* where the format knows the difference */
#define PAGE_LARGE 0x10u  /* map: large pages may be used. lookup: it is one */

/* Frames for tables, one page each; given by the caller, used during calls only. */
struct page_frames {
	void *(*pointer)(void *context, paddr_t frame); /* where the caller sees it */
	paddr_t (*allocate)(void *context);		/* any content; 0: none is left */
	/* count frames in a row, the first aligned to count, a power of two: for roots of some
	 * formats. Released one by one. 0: not to be had. */
	paddr_t (*allocate_row)(void *context, unsigned int count);
	void (*release)(void *context, paddr_t frame); /* no entry names it any more */
	void *context;
};

struct page_table_kernel {
	paddr_t root;	/* holds the kernel's mappings alone */
	bool large;	/* large pages may be used, in user parts too */
	bool global;	/* the kernel's entries survive a change of root */
	paddr_t shared; /* page_table_share()'s table; 0: none */
	vaddr_t limit;	/* a root's own user part ends there: where the shared table's reach begins
			 */
};

#define PAGE_TABLE_SUMMARY 4

struct page_table {
	paddr_t root;
	const struct page_frames *frames;
	bool large;
	vaddr_t limit;
	/* The port's: which parts of the root may name tables, so that freeing it reads no others.
	 */
	uint32_t summary[PAGE_TABLE_SUMMARY];
};

struct page_mapping {
	paddr_t physical; /* of the very address that was looked up */
	size_t bytes;	  /* from there to the end of the page */
	uint32_t flags;	  /* PAGE_* */
};

/* Build the kernel's part from the boot page's maps and features. 0; -EINVAL when a map is not page
 * aligned, lies below ARCH_USER_LIMIT or overlaps another; -ENOMEM. After an error its frames are
 * lost: the machine cannot go on anyway. */
int page_table_kernel_create(struct page_table_kernel *kernel, const struct page_frames *frames,
			     uint64_t features, const struct boot_page_map *maps,
			     unsigned int count);

/* Every root made from now on shows this page of the user part, by one table that belongs to none
 * of them; what the table reaches beyond the page is lost to them. The page must be in the last
 * table's reach. Once; 0 or -ENOMEM. */
int page_table_share(struct page_table_kernel *kernel, const struct page_frames *frames,
		     vaddr_t address, paddr_t physical, uint32_t flags);

/* A root with the kernel's part, the shared page and an otherwise empty user part: 0 or -ENOMEM. */
int page_table_create(struct page_table *table, const struct page_table_kernel *kernel,
		      const struct page_frames *frames);

/* Release the root and the user part's tables. Mapped frames are the caller's affair. */
void page_table_destroy(struct page_table *table);

/* Below, address, physical and bytes are page aligned, and the range is below the table's limit:
 * else -EINVAL. */

/* Map the range; what was mapped there before is replaced, except that -EEXIST tells of a large
 * page in the way. -ENOMEM when a table is missing: nothing is mapped then. */
int page_table_map(struct page_table *table, vaddr_t address, paddr_t physical, size_t bytes,
		   uint32_t flags);

/* Empty the range; holes are fine. A large page goes only as a whole: -EEXIST, nothing changed. */
int page_table_unmap(struct page_table *table, vaddr_t address, size_t bytes);

/* Give every page mapped in the range these flags. -EEXIST as above. */
int page_table_protect(struct page_table *table, vaddr_t address, size_t bytes, uint32_t flags);

/* What the tables say of any address, the kernel's included; false when it is not mapped. */
bool page_table_lookup(const struct page_table *table, vaddr_t address,
		       struct page_mapping *mapping);

/* The tables of a root's own user part, one after another: *next is 0 at first and advances; false:
 * that was all. The root is not among them. */
bool page_table_next(const struct page_table *table, unsigned int *next, paddr_t *frame);

/* The blob of SYS_VMCTL_PAGING_ENABLE: run on these tables from now on. */
void page_table_paging(const struct page_table_kernel *kernel, const struct page_table *table,
		       struct arch_paging *paging);

/* Whole pages of memory, by what is fastest for that much on the port's CPUs. They do not overlap.
 */
void page_bytes_zero(void *page);
void page_bytes_copy(void *to, const void *from);
