/* Two-level page tables of i386 (SDM vol. 3, 4.3): a directory of 1024 entries, each a table of
 * 1024 4 KB pages, or one 4 MB page where the CPU has PSE.
 *
 * A user range is handled directory entry by directory entry, in two rounds: the first checks and
 * provides tables, the second writes and cannot fail.
 */
#include "servers/vm/page_table.h"

#include <arch/features.h>
#include <arch/layout.h>
#include <skerry/errno.h>

#define ENTRIES 1024u
#define LARGE_BYTES ((uint64_t)ENTRIES * ARCH_PAGE_SIZE)
#define KERNEL_ENTRY (ARCH_KERNEL_BASE / LARGE_BYTES)

#define ENTRY_PRESENT 0x001u
#define ENTRY_WRITE 0x002u
#define ENTRY_USER 0x004u
#define ENTRY_WRITE_THROUGH 0x008u
#define ENTRY_UNCACHED 0x010u
#define ENTRY_LARGE 0x080u /* in directories only */
#define ENTRY_GLOBAL 0x100u
#define ENTRY_FRAME 0xFFFFF000u
#define ENTRY_LARGE_FRAME 0xFFC00000u

#define PART_ENTRIES 8u /* directory entries for each bit of a summary */

_Static_assert(KERNEL_ENTRY <= PAGE_TABLE_SUMMARY * 32 * PART_ENTRIES, "a summary is too small");

/* The part of a range that one directory entry covers. */
struct piece {
	uint32_t *slot; /* the directory entry */
	vaddr_t address;
	size_t bytes;
};

static uint32_t *entries_of(const struct page_frames *frames, paddr_t frame)
{
	return frames->pointer(frames->context, frame);
}

static uint32_t *table_of(const struct page_frames *frames, uint32_t slot)
{
	return entries_of(frames, slot & ENTRY_FRAME);
}

static void entry_write(uint32_t *entry, uint32_t value)
{
	__atomic_store_n(entry, value, __ATOMIC_RELEASE);
}

static unsigned int table_index(vaddr_t address)
{
	return address / ARCH_PAGE_SIZE % ENTRIES;
}

static bool is_large(uint32_t entry)
{
	return (entry & (ENTRY_PRESENT | ENTRY_LARGE)) == (ENTRY_PRESENT | ENTRY_LARGE);
}

/* Attributes of a leaf; a directory entry that names a table allows everything its part may. */
static uint32_t entry_bits(uint32_t flags)
{
	uint32_t bits = ENTRY_PRESENT;

	if (flags & PAGE_WRITE)
		bits |= ENTRY_WRITE;
	if (flags & PAGE_USER)
		bits |= ENTRY_USER;
	if (flags & PAGE_DEVICE)
		bits |= ENTRY_UNCACHED | ENTRY_WRITE_THROUGH;
	return bits;
}

static uint32_t entry_flags(uint32_t entry)
{
	return (entry & ENTRY_WRITE ? PAGE_WRITE : 0) | (entry & ENTRY_USER ? PAGE_USER : 0) |
	       (entry & ENTRY_UNCACHED ? PAGE_DEVICE : 0) | PAGE_EXECUTE;
}

/* String instructions move whole lines at a time from the Pentium Pro on, and are no slower than a
 * loop before. */
void page_bytes_zero(void *page)
{
	unsigned long words = ARCH_PAGE_SIZE / 4;

	__asm__ volatile("rep stosl" : "+D"(page), "+c"(words) : "a"(0) : "memory");
}

void page_bytes_copy(void *to, const void *from)
{
	unsigned long words = ARCH_PAGE_SIZE / 4;

	__asm__ volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
}

static paddr_t table_allocate(const struct page_frames *frames)
{
	const paddr_t frame = frames->allocate(frames->context);

	if (frame != 0)
		page_bytes_zero(entries_of(frames, frame));
	return frame;
}

/* Make the empty directory entry name a fresh table. */
static int slot_provide(const struct page_frames *frames, uint32_t *slot, uint32_t bits)
{
	const paddr_t frame = table_allocate(frames);

	if (frame == 0)
		return -ENOMEM;
	entry_write(slot, (uint32_t)frame | bits);
	return 0;
}

static struct piece piece_at(uint32_t *directory, vaddr_t address, uint64_t end)
{
	const uint64_t limit = address - address % LARGE_BYTES + LARGE_BYTES;

	return (struct piece){
		.slot = &directory[address / LARGE_BYTES],
		.address = address,
		.bytes = (limit < end ? limit : end) - address,
	};
}

static bool piece_whole(const struct piece *piece)
{
	return piece->bytes == LARGE_BYTES;
}

/* --- The kernel's part ------------------------------------------------------------------------ */

static int kernel_map_piece(const struct page_table_kernel *kernel,
			    const struct page_frames *frames, const struct piece *piece,
			    paddr_t physical, uint32_t bits)
{
	uint32_t *table;
	int error;

	if (kernel->large && piece_whole(piece) && physical % LARGE_BYTES == 0 &&
	    *piece->slot == 0) {
		entry_write(piece->slot, (uint32_t)physical | bits | ENTRY_LARGE);
		return 0;
	}
	if (is_large(*piece->slot))
		return -EINVAL;
	if (*piece->slot == 0) {
		error = slot_provide(frames, piece->slot, ENTRY_PRESENT | ENTRY_WRITE);
		if (error != 0)
			return error;
	}
	table = table_of(frames, *piece->slot) + table_index(piece->address);
	for (size_t done = 0; done < piece->bytes; done += ARCH_PAGE_SIZE, table++) {
		if (*table != 0)
			return -EINVAL;
		entry_write(table, (uint32_t)(physical + done) | bits);
	}
	return 0;
}

static int kernel_map(const struct page_table_kernel *kernel, const struct page_frames *frames,
		      const struct boot_page_map *map)
{
	const uint64_t end = map->virtual_address + map->bytes;
	uint32_t *directory = entries_of(frames, kernel->root);
	uint32_t bits = entry_bits((map->flags & KERNEL_MAP_WRITE ? PAGE_WRITE : 0) |
				   (map->flags & KERNEL_MAP_DEVICE ? PAGE_DEVICE : 0));
	struct piece piece;
	int error = 0;

	if ((map->virtual_address | map->physical | map->bytes) % ARCH_PAGE_SIZE != 0 ||
	    map->virtual_address < ARCH_USER_LIMIT || end > 1ull << 32)
		return -EINVAL;
	if (kernel->global)
		bits |= ENTRY_GLOBAL;
	for (uint64_t at = map->virtual_address; at < end && error == 0; at += piece.bytes) {
		piece = piece_at(directory, at, end);
		error = kernel_map_piece(kernel, frames, &piece,
					 map->physical + (at - map->virtual_address), bits);
	}
	return error;
}

int page_table_kernel_create(struct page_table_kernel *kernel, const struct page_frames *frames,
			     uint64_t features, const struct boot_page_map *maps,
			     unsigned int count)
{
	int error = 0;

	kernel->large = (features & ARCH_FEATURE_PSE) != 0;
	kernel->global = (features & ARCH_FEATURE_PGE) != 0;
	kernel->shared = 0;
	kernel->limit = ARCH_USER_LIMIT;
	kernel->root = table_allocate(frames);
	if (kernel->root == 0)
		return -ENOMEM;
	for (unsigned int i = 0; i < count && error == 0; i++)
		error = kernel_map(kernel, frames, &maps[i]);
	return error;
}

/* --- User parts ------------------------------------------------------------------------------- */

int page_table_share(struct page_table_kernel *kernel, const struct page_frames *frames,
		     vaddr_t address, paddr_t physical, uint32_t flags)
{
	kernel->shared = table_allocate(frames);
	if (kernel->shared == 0)
		return -ENOMEM;
	entry_write(entries_of(frames, kernel->shared) + table_index(address),
		    (uint32_t)physical | entry_bits(flags));
	kernel->limit = ARCH_USER_LIMIT - LARGE_BYTES;
	return 0;
}

int page_table_create(struct page_table *table, const struct page_table_kernel *kernel,
		      const struct page_frames *frames)
{
	uint32_t *directory;

	*table = (struct page_table){
		.frames = frames, .large = kernel->large, .limit = kernel->limit};
	table->root = frames->allocate(frames->context);
	if (table->root == 0)
		return -ENOMEM;
	directory = entries_of(frames, table->root);
	page_bytes_copy(directory, entries_of(frames, kernel->root));
	if (kernel->shared != 0)
		directory[kernel->limit / LARGE_BYTES] =
			(uint32_t)kernel->shared | ENTRY_PRESENT | ENTRY_WRITE | ENTRY_USER;
	return 0;
}

/* The tables that a part of the directory names. */
static void part_release(const struct page_frames *frames, const uint32_t *directory)
{
	for (unsigned int i = 0; i < PART_ENTRIES; i++) {
		if ((directory[i] & ENTRY_PRESENT) && !is_large(directory[i]))
			frames->release(frames->context, directory[i] & ENTRY_FRAME);
	}
}

static void summary_add(struct page_table *table, const uint32_t *slot)
{
	const size_t part = (size_t)(slot - entries_of(table->frames, table->root)) / PART_ENTRIES;

	table->summary[part / 32] |= 1u << part % 32;
}

void page_table_destroy(struct page_table *table)
{
	const struct page_frames *frames = table->frames;
	uint32_t *directory = entries_of(frames, table->root);

	if (table->limit < ARCH_USER_LIMIT)
		directory[table->limit / LARGE_BYTES] = 0; /* not ours */
	for (unsigned int word = 0; word < PAGE_TABLE_SUMMARY; word++) {
		for (uint32_t parts = table->summary[word]; parts != 0; parts &= parts - 1)
			part_release(frames,
				     directory + (word * 32 + (unsigned int)__builtin_ctz(parts)) *
							 PART_ENTRIES);
	}
	frames->release(frames->context, table->root);
	table->root = 0;
}

bool page_table_next(const struct page_table *table, unsigned int *next, paddr_t *frame)
{
	const uint32_t *directory = entries_of(table->frames, table->root);

	while (*next < table->limit / LARGE_BYTES) {
		const uint32_t entry = directory[(*next)++];

		if ((entry & ENTRY_PRESENT) && !is_large(entry)) {
			*frame = entry & ENTRY_FRAME;
			return true;
		}
	}
	return false;
}

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
	       physical % LARGE_BYTES == 0 && (*piece->slot == 0 || is_large(*piece->slot));
}

static int map_provide(struct page_table *table, vaddr_t address, paddr_t physical, size_t bytes,
		       uint32_t flags)
{
	const uint64_t end = (uint64_t)address + bytes;
	uint32_t *directory = entries_of(table->frames, table->root);
	struct piece piece;
	int error = 0;

	for (uint64_t at = address; at < end && error == 0; at += piece.bytes) {
		piece = piece_at(directory, at, end);
		if (takes_large(table, &piece, physical + (at - address), flags))
			continue;
		if (is_large(*piece.slot)) {
			error = -EEXIST;
		} else if (*piece.slot == 0) {
			summary_add(table, piece.slot);
			error = slot_provide(table->frames, piece.slot,
					     ENTRY_PRESENT | ENTRY_WRITE | ENTRY_USER);
		}
	}
	return error;
}

static void map_fill(const struct page_table *table, const struct piece *piece, paddr_t physical,
		     uint32_t flags)
{
	uint32_t *entry;

	if (takes_large(table, piece, physical, flags)) {
		entry_write(piece->slot, (uint32_t)physical | entry_bits(flags) | ENTRY_LARGE);
		return;
	}
	entry = table_of(table->frames, *piece->slot) + table_index(piece->address);
	for (size_t done = 0; done < piece->bytes; done += ARCH_PAGE_SIZE)
		entry_write(entry++, (uint32_t)(physical + done) | entry_bits(flags));
}

int page_table_map(struct page_table *table, vaddr_t address, paddr_t physical, size_t bytes,
		   uint32_t flags)
{
	const uint64_t end = (uint64_t)address + bytes;
	uint32_t *directory = entries_of(table->frames, table->root);
	struct piece piece;
	uint32_t slot;
	int error;

	if (!range_valid(table, address, physical, bytes))
		return -EINVAL;
	/* What nearly every page fault comes to: one page, and its table is there. */
	slot = directory[address / (uint32_t)LARGE_BYTES];
	if (bytes == ARCH_PAGE_SIZE && (slot & (ENTRY_PRESENT | ENTRY_LARGE)) == ENTRY_PRESENT) {
		entry_write(table_of(table->frames, slot) + table_index(address),
			    (uint32_t)physical | entry_bits(flags));
		return 0;
	}
	error = map_provide(table, address, physical, bytes, flags);
	if (error != 0)
		return error;
	for (uint64_t at = address; at < end; at += piece.bytes) {
		piece = piece_at(directory, at, end);
		map_fill(table, &piece, physical + (at - address), flags);
	}
	return 0;
}

/* Run over the mapped pages of a range: replace each leaf by its frame with `bits`, or by nothing.
 */
static int range_change(struct page_table *table, vaddr_t address, size_t bytes, uint32_t bits)
{
	const uint64_t end = (uint64_t)address + bytes;
	uint32_t *directory = entries_of(table->frames, table->root);
	struct piece piece;
	uint32_t *entry;

	if (!range_valid(table, address, 0, bytes))
		return -EINVAL;
	for (uint64_t at = address; at < end; at += piece.bytes) {
		piece = piece_at(directory, at, end);
		if (is_large(*piece.slot) && !piece_whole(&piece))
			return -EEXIST;
	}
	/* Nothing fails from here. */
	for (uint64_t at = address; at < end; at += piece.bytes) {
		piece = piece_at(directory, at, end);
		if (is_large(*piece.slot)) {
			entry_write(piece.slot, bits == 0 ? 0
							  : (*piece.slot & ENTRY_LARGE_FRAME) |
								    bits | ENTRY_LARGE);
			continue;
		}
		if (*piece.slot == 0)
			continue;
		entry = table_of(table->frames, *piece.slot) + table_index(piece.address);
		for (size_t done = 0; done < piece.bytes; done += ARCH_PAGE_SIZE, entry++) {
			if (*entry & ENTRY_PRESENT)
				entry_write(entry, bits == 0 ? 0 : (*entry & ENTRY_FRAME) | bits);
		}
	}
	return 0;
}

int page_table_unmap(struct page_table *table, vaddr_t address, size_t bytes)
{
	return range_change(table, address, bytes, 0);
}

int page_table_protect(struct page_table *table, vaddr_t address, size_t bytes, uint32_t flags)
{
	return range_change(table, address, bytes, entry_bits(flags));
}

bool page_table_lookup(const struct page_table *table, vaddr_t address,
		       struct page_mapping *mapping)
{
	const uint32_t slot = entries_of(table->frames, table->root)[address / LARGE_BYTES];
	uint32_t entry;

	if (is_large(slot)) {
		mapping->physical = (slot & ENTRY_LARGE_FRAME) + address % LARGE_BYTES;
		mapping->bytes = LARGE_BYTES - address % LARGE_BYTES;
		mapping->flags = entry_flags(slot) | PAGE_LARGE;
		return true;
	}
	if (!(slot & ENTRY_PRESENT))
		return false;
	entry = table_of(table->frames, slot)[table_index(address)];
	if (!(entry & ENTRY_PRESENT))
		return false;
	mapping->physical = (entry & ENTRY_FRAME) + address % ARCH_PAGE_SIZE;
	mapping->bytes = ARCH_PAGE_SIZE - address % ARCH_PAGE_SIZE;
	mapping->flags = entry_flags(entry & (slot | ~(ENTRY_WRITE | ENTRY_USER)));
	return true;
}

void page_table_paging(const struct page_table_kernel *kernel, const struct page_table *table,
		       struct arch_paging *paging)
{
	*paging = (struct arch_paging){
		.size = sizeof(*paging),
		.arch = ARCH_PAGING_ID,
		.root = table->root,
		.kernel_root = kernel->root,
		.use_pse = kernel->large,
		.use_pge = kernel->global,
	};
}
