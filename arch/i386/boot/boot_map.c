/* Owns the boot map's page tables and the list of kernel mappings. head.S left [0, end of image)
 * mapped at 0 and at ARCH_KERNEL_BASE through the linker script's kernel_tables; those stay for the
 * image's 4 MB regions, so that text can be read-only. Only the boot CPU runs while this code does.
 */
#include "boot_map.h"

#include <skerry/boot_page.h>
#include <skerry/errno.h>
#include <string.h>

#include "arch/i386/control_register.h"
#include "arch/i386/cpu_features.h"
#include "arch/i386/time.h"
#include "kernel/arch.h"

#define PAGE_UNCACHED 0x18u /* PWT, PCD */
#define PAGE_MASK (ARCH_PAGE_SIZE - 1)

/* The device table's upper half is the window, in two parts so that one can be copied to the other.
 */
#define WINDOW_FIRST (TABLE_ENTRIES / 2)
#define WINDOW_PAGES (TABLE_ENTRIES / 4)
#define WINDOW_BYTES (WINDOW_PAGES * ARCH_PAGE_SIZE)

extern char kernel_text_start[], kernel_text_end[], kernel_data_start[], kernel_end[];
extern uint32_t kernel_tables[], kernel_tables_end[];

extern uint32_t boot_directory[]; /* head.S fills it first */
uint32_t boot_directory[TABLE_ENTRIES] __attribute__((aligned(ARCH_PAGE_SIZE)));
static uint32_t device_table[TABLE_ENTRIES] __attribute__((aligned(ARCH_PAGE_SIZE)));

#define DIRECT_MAPS 4 /* text, data, below and above the image */
static struct boot_page_map kernel_maps[BOOT_PAGE_MAPS];
static unsigned int kernel_map_count;
static vaddr_t device_end = ARCH_DEVICE_BASE;

paddr_t boot_map_top;

static bool direct_map_complete;
static struct boot_info *frame_source;

static void flush_all(void)
{
	__asm__ volatile("movl %0, %%cr3" : : "r"(virt_to_phys(boot_directory)) : "memory");
}

/* --- Window ---------------------------------------------------------------------------------- */

/* Pages of part 0 or 1 of the window. */
static void *window_map(unsigned int part, paddr_t physical, size_t bytes)
{
	unsigned int first = WINDOW_FIRST + part * WINDOW_PAGES, i;
	size_t offset = physical & PAGE_MASK;
	vaddr_t address = ARCH_DEVICE_BASE + first * ARCH_PAGE_SIZE;

	for (i = 0; i * ARCH_PAGE_SIZE < offset + bytes; i++) {
		device_table[first + i] =
			physical - offset + i * ARCH_PAGE_SIZE + PAGE_PRESENT + PAGE_WRITE;
		__asm__ volatile("invlpg (%0)" : : "r"(address + i * ARCH_PAGE_SIZE) : "memory");
	}
	return (void *)(address + offset);
}

static const void *window_view(const struct boot_memory_view *view, uint64_t physical,
			       uint64_t size)
{
	(void)view;
	if (physical + size > 1ull << 32 || (physical & PAGE_MASK) + size > WINDOW_BYTES)
		return NULL;
	return window_map(0, physical, size);
}

const struct boot_memory_view boot_window = {.map = window_view};

void boot_map_copy(paddr_t to, paddr_t from, size_t bytes)
{
	while (bytes > 0) {
		size_t piece = bytes < WINDOW_BYTES / 2 ? bytes : WINDOW_BYTES / 2;

		memcpy(window_map(1, to, piece), window_map(0, from, piece), piece);
		to += piece;
		from += piece;
		bytes -= piece;
	}
}

/* --- Tables ---------------------------------------------------------------------------------- */

/* A frame for a table, zeroed. */
static paddr_t frame_take(void)
{
	paddr_t frame = boot_memory_take(frame_source, ARCH_PAGE_SIZE);

	if (frame != 0)
		memset(window_map(0, frame, ARCH_PAGE_SIZE), 0, ARCH_PAGE_SIZE);
	return frame;
}

static uint32_t *table_pointer(uint32_t entry)
{
	paddr_t physical = entry & ~PAGE_MASK;

	if (direct_map_complete || physical < virt_to_phys(kernel_end))
		return phys_to_virt(physical);
	return window_map(0, physical, ARCH_PAGE_SIZE);
}

static int map_small(vaddr_t address, paddr_t physical, size_t bytes, uint32_t bits,
		     paddr_t (*frames)(void))
{
	uint32_t *entry = &boot_directory[address / LARGE_BYTES];
	uint32_t *slot;

	if (*entry == 0) {
		paddr_t frame = frames();

		if (frame == 0)
			return -ENOMEM;
		*entry = frame | PAGE_PRESENT | PAGE_WRITE | (bits & PAGE_USER);
	}
	slot = table_pointer(*entry) + address / ARCH_PAGE_SIZE % TABLE_ENTRIES;
	for (; bytes > 0; bytes -= ARCH_PAGE_SIZE, physical += ARCH_PAGE_SIZE)
		*slot++ = physical | bits;
	return 0;
}

/* One 4 MB region, or a part of one, at a time; by a large page where nothing is in the way. */
static int map_range(vaddr_t address, paddr_t physical, size_t bytes, uint32_t bits,
		     paddr_t (*frames)(void))
{
	while (bytes > 0) {
		size_t piece = LARGE_BYTES - address % LARGE_BYTES;
		int error = 0;

		if (piece > bytes)
			piece = bytes;
		if (cpu_page_large() && piece == LARGE_BYTES && physical % LARGE_BYTES == 0 &&
		    boot_directory[address / LARGE_BYTES] == 0)
			boot_directory[address / LARGE_BYTES] = physical | bits | cpu_page_large();
		else
			error = map_small(address, physical, piece, bits, frames);
		if (error)
			return error;
		address += piece;
		physical += piece;
		bytes -= piece;
	}
	return 0;
}

/* --- Kernel mappings ------------------------------------------------------------------------- */

static void kernel_map_add(paddr_t physical, vaddr_t address, size_t bytes, uint32_t flags)
{
	kernel_maps[kernel_map_count++] = (struct boot_page_map){
		.physical = physical, .virtual_address = address, .bytes = bytes, .flags = flags};
}

/* A piece of the direct map. */
static void direct_map_add(paddr_t from, paddr_t to, uint32_t flags)
{
	kernel_map_add(from, from + ARCH_KERNEL_BASE, to - from, flags);
}

volatile void *boot_map_device(uint64_t physical)
{
	vaddr_t address = device_end;

	if (physical >> 32 != 0 || kernel_map_count == BOOT_PAGE_MAPS - DIRECT_MAPS)
		return NULL;
	kernel_map_add(physical & ~(paddr_t)PAGE_MASK, address, ARCH_PAGE_SIZE,
		       KERNEL_MAP_WRITE | KERNEL_MAP_DEVICE);
	device_end += ARCH_PAGE_SIZE;
	return (volatile void *)(address + (vaddr_t)(physical & PAGE_MASK));
}

static int kernel_map_install(const struct boot_page_map *map)
{
	uint32_t bits = PAGE_PRESENT | cpu_page_global();

	if (map->flags & KERNEL_MAP_WRITE)
		bits |= PAGE_WRITE;
	if (map->flags & KERNEL_MAP_DEVICE)
		bits |= PAGE_UNCACHED;
	return map_range(map->virtual_address, map->physical, map->bytes, bits, frame_take);
}

/* head.S mapped whole 4 MB regions: page 0 must not stay, nor what lies beyond memory. */
static void trim_kernel_tables(void)
{
	uint32_t i;

	kernel_tables[0] = 0;
	for (i = boot_map_top / ARCH_PAGE_SIZE; &kernel_tables[i] < kernel_tables_end; i++)
		kernel_tables[i] = 0;
}

static paddr_t memory_top(const struct boot_info *info)
{
	const struct boot_range *last = &info->memory[info->memory_count - 1];
	uint64_t top = virt_to_phys(kernel_end);

	if (info->archive.base + info->archive.size > top)
		top = info->archive.base + info->archive.size;
	if (last->base + last->size > top)
		top = last->base + last->size;
	return (top + PAGE_MASK) & ~(uint64_t)PAGE_MASK;
}

void boot_map_init(void)
{
	boot_directory[ARCH_DEVICE_BASE / LARGE_BYTES] =
		virt_to_phys(device_table) | PAGE_PRESENT | PAGE_WRITE;
}

int boot_map_build(struct boot_info *info)
{
	unsigned int i, identity = (kernel_tables_end - kernel_tables) / TABLE_ENTRIES;

	frame_source = info;
	boot_map_top = memory_top(info);
	direct_map_add(virt_to_phys(kernel_text_start), virt_to_phys(kernel_text_end),
		       KERNEL_MAP_EXECUTE);
	direct_map_add(virt_to_phys(kernel_data_start), virt_to_phys(kernel_end), KERNEL_MAP_WRITE);
	direct_map_add(ARCH_PAGE_SIZE, virt_to_phys(kernel_text_start), KERNEL_MAP_WRITE);
	direct_map_add(virt_to_phys(kernel_end), boot_map_top, KERNEL_MAP_WRITE);

	if (cpu_page_large())
		cr4_write(cr4_read() | CR4_PSE);
	for (i = 0; i < kernel_map_count; i++) {
		int error = kernel_map_install(&kernel_maps[i]);

		if (error)
			return error;
	}
	trim_kernel_tables();
	memset(boot_directory, 0, identity * sizeof(*boot_directory));
	memset(&device_table[WINDOW_FIRST], 0, 2 * WINDOW_PAGES * sizeof(*device_table));
	flush_all();
	if (cpu_page_global())
		cr4_write(cr4_read() | CR4_PGE);
	direct_map_complete = true;
	return 0;
}

const struct boot_page_map *boot_map_list(unsigned int *count)
{
	*count = kernel_map_count;
	return kernel_maps;
}

/* --- The port's contract --------------------------------------------------------------------- */

paddr_t arch_boot_root(void)
{
	return virt_to_phys(boot_directory);
}

int arch_boot_map(vaddr_t address, paddr_t physical, size_t bytes, bool writable,
		  paddr_t (*frames)(void))
{
	return map_range(address, physical, bytes,
			 PAGE_PRESENT | PAGE_USER | (writable ? PAGE_WRITE : 0), frames);
}

/* The kernel's image is there to be read (the boot map's directory is in it), not to be written. */
int arch_boot_window(struct boot_page *page, uint64_t memory_end, paddr_t (*frames)(void))
{
	const size_t room = ARCH_ROOT_STACK_TOP - ARCH_ROOT_STACK_BYTES - ARCH_ROOT_WINDOW;
	const paddr_t image = virt_to_phys(kernel_text_start), image_end = virt_to_phys(kernel_end);
	size_t bytes = memory_end < room ? memory_end : room;
	int error;

	error = arch_boot_map(ARCH_ROOT_WINDOW, 0, image, true, frames);
	if (!error)
		error = arch_boot_map(ARCH_ROOT_WINDOW + image, image, image_end - image, false,
				      frames);
	if (!error)
		error = arch_boot_map(ARCH_ROOT_WINDOW + image_end, image_end, bytes - image_end,
				      true, frames);
	page->root_window = ARCH_ROOT_WINDOW;
	page->root_window_bytes = bytes;
	return error;
}

void arch_describe(struct boot_page *page, struct kernel_page *kernel_page)
{
	_Static_assert(sizeof(page->map) == sizeof(kernel_maps), "the same list");
	memcpy(page->map, kernel_maps, sizeof(kernel_maps));
	page->map_count = kernel_map_count;
	page->features = cpu_features();
	kernel_page->features = cpu_features();
	time_describe(&kernel_page->clock);
}
