/* Page tables of i386, built in made-up frames and read back by look-ups and by the raw entries. */
#include "test.h"

#include "servers/vm/page_table.h"
#include <arch/features.h>
#include <arch/layout.h>
#include <skerry/errno.h>
#include <string.h>

#define PAGE 4096u
#define LARGE 0x400000u
#define FRAMES 64u
#define FRAME_BASE 0x100000u

static uint32_t frames[FRAMES][PAGE / 4];
static bool taken[FRAMES];
static unsigned int left;

static void *frame_at(void *context, paddr_t frame)
{
	(void)context;
	return frames[(frame - FRAME_BASE) / PAGE];
}

static paddr_t frame_take(void *context)
{
	(void)context;
	for (unsigned int i = 0; i < FRAMES && left > 0; i++) {
		if (!taken[i]) {
			taken[i] = true;
			left--;
			memset(frames[i], 0xA5, PAGE);
			return FRAME_BASE + i * PAGE;
		}
	}
	return 0;
}

static void frame_give(void *context, paddr_t frame)
{
	const unsigned int i = (unsigned int)((frame - FRAME_BASE) / PAGE);

	(void)context;
	CHECK(i < FRAMES && taken[i]);
	taken[i] = false;
	left++;
}

static const struct page_frames pool = {
	.pointer = frame_at,
	.allocate = frame_take,
	.release = frame_give,
};

/* Text read-only and data writable in one large page's reach, RAM to 12 MB, a device page. */
static const struct boot_page_map maps[] = {
	{0x1000, 0xC0001000, 0xFF000, KERNEL_MAP_WRITE, 0},
	{0x100000, 0xC0100000, 0x20000, KERNEL_MAP_EXECUTE, 0},
	{0x120000, 0xC0120000, LARGE - 0x120000, KERNEL_MAP_WRITE, 0},
	{LARGE, 0xC0400000, 2 * LARGE, KERNEL_MAP_WRITE, 0},
	{0xFEE00000, 0xF8000000, PAGE, KERNEL_MAP_WRITE | KERNEL_MAP_DEVICE, 0},
};

#define MAPS (sizeof(maps) / sizeof(maps[0]))

static struct page_table_kernel kernel;
static struct page_table table;

static void start(uint64_t features)
{
	memset(taken, 0, sizeof(taken));
	left = FRAMES;
	CHECK_EQ(page_table_kernel_create(&kernel, &pool, features, maps, MAPS), 0);
	CHECK_EQ(page_table_create(&table, &kernel, &pool), 0);
}

static uint32_t entry_in(const struct page_table *in, vaddr_t address)
{
	return ((uint32_t *)frame_at(NULL, in->root))[address / LARGE];
}

static uint32_t entry_of(vaddr_t address)
{
	return entry_in(&table, address);
}

static uint64_t physical_at(vaddr_t address)
{
	struct page_mapping mapping;

	return page_table_lookup(&table, address, &mapping) ? mapping.physical : 0;
}

static uint32_t flags_at(vaddr_t address)
{
	struct page_mapping mapping;

	return page_table_lookup(&table, address, &mapping) ? mapping.flags : 0;
}

TEST("the kernel's part is in every root, with 4 KB pages where its maps need them")
{
	for (unsigned int pse = 0; pse < 2; pse++) {
		start(pse ? ARCH_FEATURE_PSE | ARCH_FEATURE_PGE : 0);
		CHECK_EQ(physical_at(0xC0000000), 0);
		CHECK_EQ(physical_at(0xC0001234), 0x1234);
		CHECK_EQ(flags_at(0xC0100000) & (PAGE_WRITE | PAGE_USER), 0);
		CHECK_EQ(flags_at(0xC0120000) & (PAGE_WRITE | PAGE_USER), PAGE_WRITE);
		CHECK_EQ(physical_at(0xC0BFFFFF), 0xBFFFFF);
		CHECK_EQ(physical_at(0xC0C00000), 0);
		CHECK_EQ(flags_at(0xC0400000) & PAGE_LARGE, pse ? PAGE_LARGE : 0);
		CHECK_EQ(flags_at(0xC0000000 + PAGE) & PAGE_LARGE, 0);
		CHECK_EQ(flags_at(0xF8000000) & (PAGE_DEVICE | PAGE_USER), PAGE_DEVICE);
		CHECK_EQ(entry_of(0xC0400000) >> 8 & 1, pse); /* global */
		CHECK_EQ(entry_of(0xC0000000) & 4, 0);	      /* the user bit */
	}
}

TEST("maps of the kernel that are misaligned, too low or in each other's way are refused")
{
	static const struct boot_page_map bad[][2] = {
		{{0x1000, 0xC0001000, 0x1000, 0, 0}, {0x800, 0xC0002000, 0x1000, 0, 0}},
		{{0x1000, 0xC0001000, 0x1000, 0, 0}, {0x1000, 0xBFFFF000, 0x1000, 0, 0}},
		{{0x1000, 0xC0001000, 0x2000, 0, 0}, {0x9000, 0xC0002000, 0x1000, 0, 0}},
		{{LARGE, 0xC0400000, LARGE, 0, 0}, {0x9000, 0xC0402000, 0x1000, 0, 0}},
		{{0x1000, 0xC0001000, 0x1000, 0, 0}, {0, 0xFFFFF000, 0x2000, 0, 0}},
	};

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		left = FRAMES;
		memset(taken, 0, sizeof(taken));
		CHECK_EQ(page_table_kernel_create(&kernel, &pool, ARCH_FEATURE_PSE, bad[i], 2),
			 -EINVAL);
	}
}

TEST("a range over several tables is mapped, protected and unmapped page by page")
{
	const vaddr_t at = 2 * LARGE - 3 * PAGE;
	const size_t bytes = LARGE + 7 * PAGE;

	start(ARCH_FEATURE_PSE);
	CHECK_EQ(page_table_map(&table, at, 0x7000000, bytes, PAGE_USER | PAGE_WRITE), 0);
	for (size_t i = 0; i < bytes; i += PAGE)
		CHECK_EQ(physical_at(at + i), 0x7000000 + i);
	CHECK_EQ(physical_at(at - 1), 0);
	CHECK_EQ(physical_at(at + bytes), 0);
	CHECK_EQ(flags_at(at) & (PAGE_USER | PAGE_WRITE | PAGE_LARGE), PAGE_USER | PAGE_WRITE);
	CHECK_EQ(page_table_protect(&table, at + PAGE, 2 * PAGE, PAGE_USER), 0);
	CHECK_EQ(flags_at(at) & PAGE_WRITE, PAGE_WRITE);
	CHECK_EQ(flags_at(at + PAGE) & PAGE_WRITE, 0);
	CHECK_EQ(flags_at(at + 3 * PAGE) & PAGE_WRITE, PAGE_WRITE);
	CHECK_EQ(physical_at(at + PAGE), 0x7000000 + PAGE);
	CHECK_EQ(page_table_unmap(&table, at + PAGE, bytes - 2 * PAGE), 0);
	CHECK_EQ(physical_at(at), 0x7000000);
	CHECK_EQ(physical_at(at + PAGE), 0);
	CHECK_EQ(physical_at(at + bytes - PAGE), 0x7000000 + bytes - PAGE);
}

TEST("protecting and unmapping pass over holes and make no tables")
{
	start(0);
	const unsigned int before = left;

	CHECK_EQ(page_table_unmap(&table, 0x1000, 0x80000000 - 0x1000), 0);
	CHECK_EQ(page_table_protect(&table, 0, 0xC0000000, PAGE_USER | PAGE_WRITE), 0);
	CHECK_EQ(left, before);
	CHECK_EQ(physical_at(0x1000), 0);
}

TEST("large pages are used where they are allowed and fit, and go only as a whole")
{
	start(ARCH_FEATURE_PSE);
	CHECK_EQ(page_table_map(&table, 0x80000000, 0, 2 * LARGE + PAGE, PAGE_USER | PAGE_LARGE),
		 0);
	CHECK_EQ(flags_at(0x80000000) & PAGE_LARGE, PAGE_LARGE);
	CHECK_EQ(flags_at(0x80000000 + 2 * LARGE) & PAGE_LARGE, 0);
	CHECK_EQ(physical_at(0x80000000 + 2 * LARGE), 2 * LARGE);
	CHECK_EQ(page_table_unmap(&table, 0x80000000 + PAGE, PAGE), -EEXIST);
	CHECK_EQ(page_table_protect(&table, 0x80000000, LARGE + PAGE, PAGE_USER), -EEXIST);
	CHECK_EQ(page_table_map(&table, 0x80000000 + PAGE, 0x5000, PAGE, PAGE_USER), -EEXIST);
	CHECK_EQ(page_table_protect(&table, 0x80000000, LARGE, PAGE_USER | PAGE_WRITE), 0);
	CHECK_EQ(flags_at(0x80000000) & PAGE_WRITE, PAGE_WRITE);
	CHECK_EQ(flags_at(0x80000000 + LARGE) & PAGE_WRITE, 0);
	CHECK_EQ(page_table_unmap(&table, 0x80000000, LARGE), 0);
	CHECK_EQ(physical_at(0x80000000), 0);
	/* Misaligned frames, no permission, no PSE: small pages. */
	CHECK_EQ(page_table_map(&table, 0x80000000, PAGE, LARGE, PAGE_USER | PAGE_LARGE), 0);
	CHECK_EQ(flags_at(0x80000000) & PAGE_LARGE, 0);
	start(0);
	CHECK_EQ(page_table_map(&table, 0x80000000, 0, LARGE, PAGE_USER | PAGE_LARGE), 0);
	CHECK_EQ(flags_at(0x80000000) & PAGE_LARGE, 0);
}

TEST("ranges that are misaligned, wrap or reach the kernel are refused")
{
	start(ARCH_FEATURE_PSE);
	CHECK_EQ(page_table_map(&table, 0x1001, 0x1000, PAGE, PAGE_USER), -EINVAL);
	CHECK_EQ(page_table_map(&table, 0x1000, 0x1001, PAGE, PAGE_USER), -EINVAL);
	CHECK_EQ(page_table_map(&table, 0x1000, 0x1000, PAGE + 1, PAGE_USER), -EINVAL);
	CHECK_EQ(page_table_map(&table, 0xC0000000, 0x1000, PAGE, PAGE_USER), -EINVAL);
	CHECK_EQ(page_table_map(&table, 0xBFFFF000, 0x1000, 2 * PAGE, PAGE_USER), -EINVAL);
	CHECK_EQ(page_table_unmap(&table, 0x1000, ~(size_t)0 - 0xFFF), -EINVAL);
	CHECK_EQ(page_table_protect(&table, 0xC0001000, PAGE, PAGE_USER), -EINVAL);
	CHECK_EQ(page_table_map(&table, 0xBFFFF000, 0x1000, PAGE, PAGE_USER), 0);
}

TEST("without a frame for a table nothing is mapped")
{
	start(0);
	left = 1;
	CHECK_EQ(page_table_map(&table, LARGE - PAGE, 0x1000, LARGE, PAGE_USER), -ENOMEM);
	CHECK_EQ(physical_at(LARGE - PAGE), 0);
	CHECK_EQ(physical_at(LARGE), 0);
	CHECK_EQ(page_table_create(&table, &kernel, &pool), -ENOMEM);
}

TEST("a destroyed root gives back its own tables and no other")
{
	start(ARCH_FEATURE_PSE);
	const unsigned int before = left;
	struct page_table other;

	CHECK_EQ(page_table_create(&other, &kernel, &pool), 0);
	CHECK_EQ(page_table_map(&other, 0x400000, 0x1000, LARGE, PAGE_USER), 0);
	CHECK_EQ(page_table_map(&other, 0x10000000, 0, LARGE, PAGE_USER | PAGE_LARGE), 0);
	CHECK_EQ(left, before - 2);
	page_table_destroy(&other);
	CHECK_EQ(left, before);
	CHECK_EQ(physical_at(0xC0001000), 0x1000);
}

TEST("a shared page is in every later root, by a table that none of them owns")
{
	struct page_table other;
	struct page_mapping mapping;
	unsigned int next = 0, before;
	paddr_t own;

	start(0);
	CHECK_EQ(page_table_share(&kernel, &pool, 0xBFFFE000, 0x5000, PAGE_USER), 0);
	before = left;
	CHECK_EQ(page_table_create(&other, &kernel, &pool), 0);
	CHECK(page_table_lookup(&other, 0xBFFFE123, &mapping));
	CHECK_EQ(mapping.physical, 0x5123);
	CHECK(mapping.flags & PAGE_USER && !(mapping.flags & PAGE_WRITE));
	CHECK(!page_table_lookup(&table, 0xBFFFE000, &mapping));
	CHECK_EQ(page_table_map(&other, 0xBFFFE000, 0x1000, PAGE, PAGE_USER), -EINVAL);
	CHECK_EQ(page_table_unmap(&other, 0xBFBFF000, 2 * PAGE), -EINVAL);
	CHECK_EQ(page_table_map(&other, 0xBFBFF000, 0x1000, PAGE, PAGE_USER), 0);
	CHECK(page_table_next(&other, &next, &own));
	CHECK_EQ(own, entry_in(&other, 0xBFBFF000) & -PAGE);
	CHECK(!page_table_next(&other, &next, &own));
	page_table_destroy(&other);
	CHECK_EQ(left, before);
	left = 0;
	CHECK_EQ(page_table_share(&kernel, &pool, 0xBFFFE000, 0x5000, PAGE_USER), -ENOMEM);
}

TEST("a destroyed root gives back tables wherever they are")
{
	start(0);
	const unsigned int before = left;
	struct page_table other;

	for (vaddr_t address = 0; address < 0xC0000000; address += LARGE) {
		CHECK_EQ(page_table_create(&other, &kernel, &pool), 0);
		CHECK_EQ(page_table_map(&other, address, 0x1000, PAGE, PAGE_USER), 0);
		CHECK_EQ(left, before - 2);
		page_table_destroy(&other);
		CHECK_EQ(left, before);
	}
}

TEST("whole pages are zeroed and copied to the last byte, and no further")
{
	static uint8_t from[3 * PAGE] __attribute__((aligned(4096))),
		to[3 * PAGE] __attribute__((aligned(4096)));

	memset(from, 0xA5, sizeof(from));
	page_bytes_zero(from + PAGE);
	memset(to, 0x5A, sizeof(to));
	page_bytes_copy(to + PAGE, from + PAGE);
	for (unsigned int i = 0; i < 3 * PAGE; i++) {
		CHECK_EQ(from[i], i / PAGE == 1 ? 0 : 0xA5);
		CHECK_EQ(to[i], i / PAGE == 1 ? 0 : 0x5A);
	}
}

TEST("the blob names both roots and what the CPU must switch on")
{
	struct arch_paging paging;

	start(ARCH_FEATURE_PSE | ARCH_FEATURE_PGE);
	page_table_paging(&kernel, &table, &paging);
	CHECK_EQ(paging.size, sizeof(paging));
	CHECK_EQ(paging.root, table.root);
	CHECK_EQ(paging.kernel_root, kernel.root);
	CHECK(paging.use_pse && paging.use_pge);
	start(0);
	page_table_paging(&kernel, &table, &paging);
	CHECK(!paging.use_pse && !paging.use_pge);
}
