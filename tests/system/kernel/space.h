/* Spaces of the kernel test. Each shows the test's image, the root's stack, the kernel page and all
 * threads' stacks and message pages at the same addresses: any function of the test runs in any
 * space, globals are shared, and pointers to them and to locals mean the same everywhere. Physical
 * memory is visible in the root's space only. Private pages are added from PRIVATE_BASE on.
 *
 * Callable from any thread of the root's space.
 */
#pragma once

#include "servers/vm/page_table.h"

#define SPACES_MAX 40
#define SPACE_PAGES_MAX 160

/* Addresses free for tests, the same in every space; in the root's only the first few hundred
 * pages. */
#define PRIVATE_BASE ((vaddr_t)0x20000000)
#define PRIVATE_BYTES ((size_t)0x20000000)

struct test_space {
	space_t id; /* 0: not in use */
	struct page_table table;
	unsigned int page_count;
	paddr_t page[SPACE_PAGES_MAX]; /* frames freed with the space */
};

extern struct test_space root_space;

/* Boot: learn where the image lies from the boot map, build tables of our own and switch to them.
 */
void spaces_init(void);

/* A new space, or NULL after a failed check. */
struct test_space *space_make(void);
void space_free(struct test_space *space);
/* A root without a space, the kernel's part in it: 0 or -errno; and its end. */
int root_make(struct page_table *table);
void root_free(struct page_table *table);
/* All but the root's; the root's loses its private pages. Frames are hot no more. */
void spaces_free_all(void);

/* Fresh zeroed frames at `address`, adjacent ones; freed with the space. Their physical address, or
 * 0 after a failed check. `space` NULL: the root's. flags: PAGE_WRITE or 0. */
paddr_t space_add(struct test_space *space, vaddr_t address, unsigned int pages, uint32_t flags);

/* Map frames somebody else owns. 0 or -errno. */
int space_map(struct test_space *space, vaddr_t address, paddr_t physical, unsigned int pages,
	      uint32_t flags);

/* Changes of live mappings, bracketed as the kernel wants it; frames stay the space's. */
void space_unmap(struct test_space *space, vaddr_t address, unsigned int pages);
void space_protect(struct test_space *space, vaddr_t address, unsigned int pages, uint32_t flags);

/* Where the root's space sees what `space` has at `address`; NULL: nothing is mapped. */
void *space_see(struct test_space *space, vaddr_t address);
paddr_t space_physical(struct test_space *space, vaddr_t address);
