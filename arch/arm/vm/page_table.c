/* Page tables of ARM's short descriptors (ARM DDI 0406C, B3.5): a root of 2048 entries, one a
 * megabyte of the user half, each a table of 256 pages of 4 KB, or a section. A frame has room for
 * four tables: so four neighbouring entries, a group, are filled together, and a large page is a
 * group of sections. The kernel's half has tables of its own (TTBR1), which nobody here sees.
 *
 * A user range is handled group by group, in two rounds: the first checks and provides tables, the
 * second writes and cannot fail. After entries were written a barrier lets the table walkers of all
 * CPUs see them (B3.10.1): the owner of the space flushes what they replaced.
 */
#include "servers/vm/page_table.h"

#include <arch/layout.h>
#include <skerry/errno.h>

#define SECTION_BYTES 0x100000u
#define GROUP 4u
#define GROUP_BYTES (GROUP * SECTION_BYTES)
#define GROUPS (ARCH_USER_LIMIT / GROUP_BYTES)
#define TABLE_BYTES 1024u
#define PART_GROUPS 4u /* groups for each bit of a summary */
#define ROOT_FRAMES (ARCH_ROOT_BYTES / ARCH_PAGE_SIZE)

#define TABLE 0x1u
#define TABLE_MASK 0x3u
#define SECTION 0x2u

/* A page's bits: not global, accessible from user mode. */
#define PAGE_VALID 0x2u
#define PAGE_XN 0x1u
#define PAGE_BASE 0x812u /* nG, AP[0], valid */
#define PAGE_USER_BIT 0x20u
#define PAGE_READ_ONLY 0x200u
#define PAGE_NORMAL 0x44Cu   /* TEX 001 C B; S */
#define PAGE_DEVICE_BIT 0x4u /* TEX 000 B */
#define PAGE_TEX 0x40u
#define PAGE_FRAME 0xFFFFF000u
#define SECTION_FRAME 0xFFF00000u

_Static_assert(GROUPS <= PAGE_TABLE_SUMMARY * 32 * PART_GROUPS, "a summary is too small");

/* The part of a range that one group covers. */
struct piece {
	uint32_t *group;
	vaddr_t address;
	size_t bytes;
};

static uint32_t *entries_of(const struct page_frames *frames, paddr_t frame)
{
	return frames->pointer(frames->context, frame);
}

static uint32_t *root_of(const struct page_table *table)
{
	return entries_of(table->frames, table->root);
}

static void entry_write(uint32_t *entry, uint32_t value)
{
	*(volatile uint32_t *)entry = value;
}

static void entries_settle(void)
{
	__asm__ volatile("dsb ishst" ::: "memory");
}

static bool is_table(const uint32_t *group)
{
	return (*group & TABLE_MASK) == TABLE;
}

static bool is_large(const uint32_t *group)
{
	return (*group & TABLE_MASK) == SECTION;
}

/* The page's entry in the frame that the group names: its four tables are one row of 1024. */
static uint32_t *page_entry(const struct page_frames *frames, const uint32_t *group,
			    vaddr_t address)
{
	return entries_of(frames, *group & PAGE_FRAME) + address % GROUP_BYTES / ARCH_PAGE_SIZE;
}

static uint32_t page_bits(uint32_t flags)
{
	uint32_t bits = PAGE_BASE;

	if (flags & PAGE_USER)
		bits |= PAGE_USER_BIT;
	if (!(flags & PAGE_WRITE))
		bits |= PAGE_READ_ONLY;
	if (!(flags & PAGE_EXECUTE))
		bits |= PAGE_XN;
	return bits | (flags & PAGE_DEVICE ? PAGE_DEVICE_BIT : PAGE_NORMAL);
}

/* The same rights, said by a section: XN moves to bit 4, AP, TEX, S and nG up by six. */
static uint32_t section_bits(uint32_t flags)
{
	const uint32_t page = page_bits(flags);

	return SECTION | (page & PAGE_XN) << 4 | (page & 0xCu) | (page & 0xFF0u) << 6;
}

static uint32_t page_of_section(uint32_t section)
{
	return PAGE_VALID | (section >> 4 & PAGE_XN) | (section & 0xCu) | (section >> 6 & 0xFF0u);
}

static uint32_t page_flags(uint32_t entry)
{
	return (entry & PAGE_READ_ONLY ? 0 : PAGE_WRITE) | (entry & PAGE_USER_BIT ? PAGE_USER : 0) |
	       (entry & PAGE_XN ? 0 : PAGE_EXECUTE) | (entry & PAGE_TEX ? 0 : PAGE_DEVICE);
}

/* Eight words at a time: what a cache line has on the smaller cores. */
void page_bytes_zero(void *page)
{
	const char *end = (char *)page + ARCH_PAGE_SIZE;

	__asm__ volatile("mov r4, #0\n\tmov r5, #0\n\tmov r6, #0\n\tmov r7, #0\n\t"
			 "1: stmia %0!, {r4-r7}\n\tstmia %0!, {r4-r7}\n\tcmp %0, %1\n\tblo 1b"
			 : "+r"(page)
			 : "r"(end)
			 : "r4", "r5", "r6", "r7", "memory", "cc");
}

void page_bytes_copy(void *to, const void *from)
{
	const char *end = (char *)to + ARCH_PAGE_SIZE;

	__asm__ volatile("1: ldmia %1!, {r3-r10}\n\tstmia %0!, {r3-r10}\n\tcmp %0, %2\n\tblo 1b"
			 : "+r"(to), "+r"(from)
			 : "r"(end)
			 : "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "memory", "cc");
}

static void frames_clear(const struct page_frames *frames, paddr_t frame, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		page_bytes_zero(entries_of(frames, frame + i * ARCH_PAGE_SIZE));
}

static void group_point(uint32_t *group, paddr_t frame)
{
	for (unsigned int i = 0; i < GROUP; i++)
		entry_write(&group[i], ((uint32_t)frame + i * TABLE_BYTES) | TABLE);
}

/* Make the empty group name a fresh frame's tables; empty before anybody can see them. */
static int group_provide(const struct page_frames *frames, uint32_t *group)
{
	const paddr_t frame = frames->allocate(frames->context);

	if (frame == 0)
		return -ENOMEM;
	frames_clear(frames, frame, 1);
	entries_settle();
	group_point(group, frame);
	return 0;
}

static void group_fill(uint32_t *group, uint32_t value)
{
	for (unsigned int i = 0; i < GROUP; i++)
		entry_write(&group[i], value == 0 ? 0 : value + i * SECTION_BYTES);
}

static struct piece piece_at(uint32_t *root, vaddr_t address, vaddr_t end)
{
	const vaddr_t limit = address - address % GROUP_BYTES + GROUP_BYTES;

	return (struct piece){
		.group = &root[address / GROUP_BYTES * GROUP],
		.address = address,
		.bytes = (limit < end ? limit : end) - address,
	};
}

static bool piece_whole(const struct piece *piece)
{
	return piece->bytes == GROUP_BYTES;
}

/* --- Roots ------------------------------------------------------------------------------------ */

int page_table_kernel_create(struct page_table_kernel *kernel, const struct page_frames *frames,
			     uint64_t features, const struct boot_page_map *maps,
			     unsigned int count)
{
	(void)frames, (void)features;
	for (unsigned int i = 0; i < count; i++)
		if ((maps[i].virtual_address | maps[i].physical | maps[i].bytes) % ARCH_PAGE_SIZE !=
			    0 ||
		    maps[i].virtual_address < ARCH_USER_LIMIT)
			return -EINVAL;
	*kernel =
		(struct page_table_kernel){.large = true, .global = true, .limit = ARCH_USER_LIMIT};
	return 0;
}

int page_table_share(struct page_table_kernel *kernel, const struct page_frames *frames,
		     vaddr_t address, paddr_t physical, uint32_t flags)
{
	kernel->shared = frames->allocate(frames->context);
	if (kernel->shared == 0)
		return -ENOMEM;
	frames_clear(frames, kernel->shared, 1);
	entry_write(entries_of(frames, kernel->shared) + address % GROUP_BYTES / ARCH_PAGE_SIZE,
		    (uint32_t)physical | page_bits(flags));
	entries_settle();
	kernel->limit = ARCH_USER_LIMIT - GROUP_BYTES;
	return 0;
}

int page_table_create(struct page_table *table, const struct page_table_kernel *kernel,
		      const struct page_frames *frames)
{
	*table = (struct page_table){
		.frames = frames, .large = kernel->large, .limit = kernel->limit};
	table->root = frames->allocate_row(frames->context, ROOT_FRAMES);
	if (table->root == 0)
		return -ENOMEM;
	frames_clear(frames, table->root, ROOT_FRAMES);
	if (kernel->shared != 0)
		group_point(&root_of(table)[kernel->limit / GROUP_BYTES * GROUP], kernel->shared);
	entries_settle();
	return 0;
}

static void summary_add(struct page_table *table, vaddr_t address)
{
	const unsigned int part = address / (PART_GROUPS * GROUP_BYTES);

	table->summary[part / 32] |= 1u << part % 32;
}

/* The tables that a part of the root names; the shared one is not ours. */
static void part_release(const struct page_table *table, unsigned int part)
{
	const uint32_t *root = root_of(table);
	const unsigned int end = table->limit / GROUP_BYTES;

	for (unsigned int i = part * PART_GROUPS; i < (part + 1) * PART_GROUPS && i < end; i++)
		if (is_table(&root[i * GROUP]))
			table->frames->release(table->frames->context,
					       root[i * GROUP] & PAGE_FRAME);
}

void page_table_destroy(struct page_table *table)
{
	const struct page_frames *frames = table->frames;

	for (unsigned int word = 0; word < PAGE_TABLE_SUMMARY; word++)
		for (uint32_t parts = table->summary[word]; parts != 0; parts &= parts - 1)
			part_release(table, word * 32 + (unsigned int)__builtin_ctz(parts));
	for (unsigned int i = 0; i < ROOT_FRAMES; i++)
		frames->release(frames->context, table->root + i * ARCH_PAGE_SIZE);
	table->root = 0;
}

/* The second frame of the root counts as a table. */
bool page_table_next(const struct page_table *table, unsigned int *next, paddr_t *frame)
{
	const uint32_t *root = root_of(table);

	if (*next == 0) {
		*next = 1;
		*frame = table->root + ARCH_PAGE_SIZE;
		return true;
	}
	while (*next <= table->limit / GROUP_BYTES) {
		const uint32_t *group = &root[((*next)++ - 1) * GROUP];

		if (is_table(group)) {
			*frame = *group & PAGE_FRAME;
			return true;
		}
	}
	return false;
}

/* --- Mapping ---------------------------------------------------------------------------------- */

static bool range_valid(const struct page_table *table, vaddr_t address, paddr_t physical,
			size_t bytes)
{
	return (address | physical | bytes) % ARCH_PAGE_SIZE == 0 && address < table->limit &&
	       bytes <= table->limit - address;
}

static bool takes_large(const struct page_table *table, const struct piece *piece, paddr_t physical,
			uint32_t flags)
{
	return table->large && (flags & PAGE_LARGE) && piece_whole(piece) &&
	       physical % SECTION_BYTES == 0 && !is_table(piece->group);
}

static int map_provide(struct page_table *table, vaddr_t address, paddr_t physical, size_t bytes,
		       uint32_t flags)
{
	const vaddr_t end = address + bytes;
	uint32_t *root = root_of(table);
	struct piece piece;
	int error = 0;

	for (vaddr_t at = address; at < end && error == 0; at += piece.bytes) {
		piece = piece_at(root, at, end);
		if (takes_large(table, &piece, physical + (at - address), flags))
			continue;
		if (is_large(piece.group)) {
			error = -EEXIST;
		} else if (!is_table(piece.group)) {
			summary_add(table, at);
			error = group_provide(table->frames, piece.group);
		}
	}
	return error;
}

static void map_fill(const struct page_table *table, const struct piece *piece, paddr_t physical,
		     uint32_t flags)
{
	const uint32_t bits = page_bits(flags);
	uint32_t *entry;

	if (takes_large(table, piece, physical, flags)) {
		group_fill(piece->group, physical | section_bits(flags));
		return;
	}
	entry = page_entry(table->frames, piece->group, piece->address);
	for (size_t done = 0; done < piece->bytes; done += ARCH_PAGE_SIZE)
		entry_write(entry++, (uint32_t)(physical + done) | bits);
}

int page_table_map(struct page_table *table, vaddr_t address, paddr_t physical, size_t bytes,
		   uint32_t flags)
{
	const vaddr_t end = address + bytes;
	uint32_t *root = root_of(table);
	uint32_t *group = &root[address / GROUP_BYTES * GROUP];
	struct piece piece;
	int error;

	if (!range_valid(table, address, physical, bytes))
		return -EINVAL;
	/* What nearly every page fault comes to: one page, and its table is there. */
	if (bytes == ARCH_PAGE_SIZE && is_table(group)) {
		entry_write(page_entry(table->frames, group, address),
			    (uint32_t)physical | page_bits(flags));
		entries_settle();
		return 0;
	}
	error = map_provide(table, address, physical, bytes, flags);
	if (error != 0)
		return error;
	/* Nothing fails from here. */
	for (vaddr_t at = address; at < end; at += piece.bytes) {
		piece = piece_at(root, at, end);
		map_fill(table, &piece, physical + (at - address), flags);
	}
	entries_settle();
	return 0;
}

/* Run over what is mapped in a range: keep each frame with the rights of `flags`, or empty it. */
static int range_change(struct page_table *table, vaddr_t address, size_t bytes, bool keep,
			uint32_t flags)
{
	const uint32_t bits = keep ? page_bits(flags) : 0;
	const vaddr_t end = address + bytes;
	uint32_t *root = root_of(table);
	struct piece piece;
	uint32_t *entry;

	if (!range_valid(table, address, 0, bytes))
		return -EINVAL;
	for (vaddr_t at = address; at < end; at += piece.bytes) {
		piece = piece_at(root, at, end);
		if (is_large(piece.group) && !piece_whole(&piece))
			return -EEXIST;
	}
	/* Nothing fails from here. */
	for (vaddr_t at = address; at < end; at += piece.bytes) {
		piece = piece_at(root, at, end);
		if (is_large(piece.group))
			group_fill(piece.group,
				   keep ? (*piece.group & SECTION_FRAME) | section_bits(flags) : 0);
		if (!is_table(piece.group))
			continue;
		entry = page_entry(table->frames, piece.group, piece.address);
		for (size_t done = 0; done < piece.bytes; done += ARCH_PAGE_SIZE, entry++)
			if (*entry & PAGE_VALID)
				entry_write(entry, keep ? (*entry & PAGE_FRAME) | bits : 0);
	}
	entries_settle();
	return 0;
}

int page_table_unmap(struct page_table *table, vaddr_t address, size_t bytes)
{
	return range_change(table, address, bytes, false, 0);
}

int page_table_protect(struct page_table *table, vaddr_t address, size_t bytes, uint32_t flags)
{
	return range_change(table, address, bytes, true, flags);
}

bool page_table_lookup(const struct page_table *table, vaddr_t address,
		       struct page_mapping *mapping)
{
	const uint32_t *group;
	uint32_t entry;

	if (address >= ARCH_USER_LIMIT)
		return false;
	group = &root_of(table)[address / GROUP_BYTES * GROUP];
	if (is_large(group)) {
		mapping->physical = (*group & SECTION_FRAME) + address % GROUP_BYTES;
		mapping->bytes = GROUP_BYTES - address % GROUP_BYTES;
		mapping->flags = page_flags(page_of_section(*group)) | PAGE_LARGE;
		return true;
	}
	if (!is_table(group))
		return false;
	entry = *page_entry(table->frames, group, address);
	if (!(entry & PAGE_VALID))
		return false;
	mapping->physical = (entry & PAGE_FRAME) + address % ARCH_PAGE_SIZE;
	mapping->bytes = ARCH_PAGE_SIZE - address % ARCH_PAGE_SIZE;
	mapping->flags = page_flags(entry);
	return true;
}

void page_table_paging(const struct page_table_kernel *kernel, const struct page_table *table,
		       struct arch_paging *paging)
{
	(void)kernel;
	*paging = (struct arch_paging){
		.size = sizeof(*paging),
		.arch = ARCH_PAGING_ID,
		.root = table->root,
	};
}
