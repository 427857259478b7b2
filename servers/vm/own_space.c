/* VM's own page tables. In debug builds the window has small pages, so that single ones can be
 * protected (slab.h).
 */
#include "own_space.h"

#include "memory.h"
#include "page_round.h"
#include "sanity.h"
#include <sys.h>
#include <sys_call.h>

extern const uint8_t __executable_start[], _end[]; /* user.lds */

#ifdef CONFIG_DEBUG
#define WINDOW_FLAGS (PAGE_USER | PAGE_WRITE)
#else
#define WINDOW_FLAGS (PAGE_USER | PAGE_WRITE | PAGE_LARGE)
#endif

struct page_table_kernel kernel_tables;
static struct page_table own_table;

/* The tables of the boot, which are never given back. */
#define TABLES_MAX 300u
static frame_t tables[TABLES_MAX];
static unsigned int table_count;

static void *table_pointer(void *context, paddr_t frame)
{
	return table_frames.pointer(context, frame);
}

static paddr_t table_take(void *context)
{
	const paddr_t frame = table_frames.allocate(context);

	assert(table_count < TABLES_MAX);
	tables[table_count++] = frame_of(frame);
	return frame;
}

static paddr_t table_take_row(void *context, unsigned int count)
{
	const paddr_t first = table_frames.allocate_row(context, count);

	assert(first != 0 && table_count + count <= TABLES_MAX);
	for (unsigned int i = 0; i < count; i++)
		tables[table_count++] = frame_of(first) + i;
	return first;
}

static const struct page_frames own_frames = {
	.pointer = table_pointer, .allocate = table_take, .allocate_row = table_take_row};

void own_space_see(struct sanity *sanity)
{
	for (unsigned int i = 0; i < table_count; i++)
		sanity_see(sanity, tables[i], FRAME_TABLE, "VM's own page table");
}

static void must_map(vaddr_t address, paddr_t physical, size_t bytes, uint32_t flags)
{
	const int error = page_table_map(&own_table, address, physical, bytes, flags);

	if (error != 0)
		panic("cannot map %#lx: %d", (unsigned long)address, error);
}

static void boot_map_copy(vaddr_t address, vaddr_t end)
{
	const struct page_table boot_table = {.root = (paddr_t)boot.root_table,
					      .frames = &table_frames};
	struct page_mapping mapping;

	for (; address < end; address += ARCH_PAGE_SIZE) {
		if (page_table_lookup(&boot_table, address, &mapping))
			must_map(address, mapping.physical, ARCH_PAGE_SIZE,
				 mapping.flags & ~PAGE_LARGE);
	}
}

static void window_map(const struct boot_page_range *range, uint32_t flags)
{
	const u64 start = page_floor(range->base);
	const u64 end = page_ceiling(range->base + range->bytes);

	must_map((vaddr_t)(boot.root_window + start), (paddr_t)start, (size_t)(end - start), flags);
}

void own_space_init(void)
{
	struct arch_paging paging;
	const struct sys_paging_enable_req request = {
		.address = (uintptr_t)&paging,
		.size = sizeof(paging),
	};
	int error;

	if (page_table_kernel_create(&kernel_tables, &own_frames, boot.features, boot.map,
				     boot.map_count) != 0 ||
	    page_table_create(&own_table, &kernel_tables, &own_frames) != 0)
		panic("cannot build page tables");
	boot_map_copy((vaddr_t)__executable_start, (vaddr_t)_end);
	boot_map_copy(ARCH_ROOT_STACK_TOP - ARCH_ROOT_STACK_BYTES, ARCH_ROOT_STACK_TOP);
	boot_map_copy(ARCH_KERNEL_PAGE, ARCH_KERNEL_PAGE + ARCH_PAGE_SIZE);
	must_map((vaddr_t)boot.message_address, (paddr_t)boot.message_frame, ARCH_PAGE_SIZE,
		 PAGE_USER | PAGE_WRITE);
	for (unsigned int i = 0; i < boot.free_count; i++)
		window_map(&boot.free[i], WINDOW_FLAGS);
	window_map(&boot.archive, PAGE_USER);
	if (page_table_share(&kernel_tables, &own_frames, ARCH_KERNEL_PAGE,
			     (paddr_t)boot.kernel_page, PAGE_USER) != 0)
		panic("no page table for the kernel page");
	page_table_paging(&kernel_tables, &own_table, &paging);
	error = sys_vmctl_paging_enable(&request, NULL);
	if (error != 0)
		panic("SYS_VMCTL_PAGING_ENABLE: %d", error);
}

void own_space_protect(void *page, bool writable)
{
	const struct sys_space_req flush = {.space = boot.root_space};

	if (page_table_protect(&own_table, (vaddr_t)page, ARCH_PAGE_SIZE,
			       PAGE_USER | (writable ? PAGE_WRITE : 0)) != 0)
		panic("cannot protect %p", page);
	(void)sys_vmctl_flush(&flush, NULL);
}
