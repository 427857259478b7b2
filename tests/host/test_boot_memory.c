/* Reading made-up physical memory, and making the list of usable ranges. */
#include "bytes.h"
#include "fake_memory.h"
#include "test.h"

#include <skerry/errno.h>
#include <stdio.h>
#include <stdlib.h>

#define MIB 0x100000ull
#define GIB 0x40000000ull

static struct boot_memory memory;
static struct boot_info info;
static char text[BOOT_RANGES_MAX * 40];

static void start(void)
{
	boot_memory_init(&memory);
	memset(&info, 0, sizeof(info));
}

/* The resulting ranges as text, verified. */
static const char *normalised(uint64_t limit)
{
	size_t used = 0;

	boot_memory_normalise(&memory, limit, &info);
	fake_memory_verify(&memory, &info);
	text[0] = 0;
	for (unsigned int i = 0; i < info.memory_count; i++)
		used += (size_t)sprintf(text + used, "%s%llx+%llx", i ? " " : "",
					(unsigned long long)info.memory[i].base,
					(unsigned long long)info.memory[i].size);
	return text;
}

TEST("a range is copied or mapped only when it is there as a whole")
{
	struct fake_memory fake;
	char bytes[4] = "abc", copy[4];

	fake_memory_init(&fake);
	fake_memory_add(&fake, 0x1000, bytes, sizeof(bytes));
	CHECK_EQ(boot_memory_copy(&fake.view, 0x1000, copy, 4), 0);
	CHECK_TEXT(copy, "abc");
	CHECK_EQ(boot_memory_copy(&fake.view, 0x1001, copy, 4), -EFAULT);
	CHECK_EQ(boot_memory_copy(&fake.view, 0xfff, copy, 1), -EFAULT);
	CHECK_EQ(boot_memory_copy(&fake.view, 0, copy, 0), 0);
	CHECK(!boot_memory_map(&fake.view, 0x1000, 0));
	CHECK(!boot_memory_map(&fake.view, UINT64_MAX, 2));
	fake_memory_add(&fake, UINT64_MAX - 4, bytes, sizeof(bytes));
	CHECK_EQ(boot_memory_copy(&fake.view, UINT64_MAX - 4, copy, 4), 0);
	CHECK_EQ(boot_memory_copy(&fake.view, UINT64_MAX - 3, copy, 4), -EFAULT);
	fake_memory_free(&fake);
}

TEST("a string is copied up to its NUL, across pages and up to memory's end")
{
	struct fake_memory fake;
	char *bytes = calloc(1, 6000), copy[5000];

	memset(bytes, 'x', 4999);
	fake_memory_init(&fake);
	fake_memory_add(&fake, 0x1f00, bytes, 6000);
	fake_memory_add(&fake, 0x9000, "end", 4);
	CHECK_EQ(boot_memory_copy_string(&fake.view, 0x1f00, copy, sizeof(copy)), 0);
	CHECK_EQ(strlen(copy), 4999);
	CHECK_EQ(boot_memory_copy_string(&fake.view, 0x9000, copy, sizeof(copy)), 0);
	CHECK_TEXT(copy, "end");
	fake_memory_free(&fake);
	free(bytes);
}

TEST("a string that does not fit is cut with -E2BIG")
{
	struct fake_memory fake;
	char copy[4];

	fake_memory_init(&fake);
	fake_memory_add(&fake, 0x1000, "abcdef", 7);
	CHECK_EQ(boot_memory_copy_string(&fake.view, 0x1000, copy, 4), -E2BIG);
	CHECK_TEXT(copy, "abc");
	CHECK_EQ(boot_memory_copy_string(&fake.view, 0x1003, copy, 4), 0);
	CHECK_TEXT(copy, "def");
	CHECK_EQ(boot_memory_copy_string(&fake.view, 0x1000, copy, 0), -E2BIG);
	fake_memory_free(&fake);
}

TEST("a string that runs out of memory is -EFAULT, with what could be read")
{
	struct fake_memory fake;
	char copy[16];

	fake_memory_init(&fake);
	fake_memory_add(&fake, 0x1000, "abc", 3);
	CHECK_EQ(boot_memory_copy_string(&fake.view, 0x1000, copy, 16), -EFAULT);
	CHECK_TEXT(copy, "abc");
	CHECK_EQ(boot_memory_copy_string(&fake.view, 0x5000, copy, 16), -EFAULT);
	CHECK_TEXT(copy, "");
	fake_memory_free(&fake);
}

TEST("the BIOS data area tells EBDA and base memory")
{
	struct fake_memory fake;
	struct bios_areas areas;
	uint8_t low[0x500] = {0};

	fake_memory_init(&fake);
	bios_areas_read(&fake.view, &areas);
	CHECK_EQ(areas.ebda, 0);
	CHECK_EQ(areas.base_memory_top, 0xa0000);
	fake_memory_add(&fake, 0, low, sizeof(low));
	put16(low, 0x40e, 0x9fc0);
	put16(low, 0x413, 639);
	bios_areas_read(&fake.view, &areas);
	CHECK_EQ(areas.ebda, 0x9fc00);
	CHECK_EQ(areas.base_memory_top, 639 * 1024);
	put16(low, 0x40e, 0xa000);
	put16(low, 0x413, 641);
	bios_areas_read(&fake.view, &areas);
	CHECK_EQ(areas.ebda, 0);
	CHECK_EQ(areas.base_memory_top, 0xa0000);
	put16(low, 0x40e, 0x8000);
	put16(low, 0x413, 512);
	bios_areas_read(&fake.view, &areas);
	CHECK_EQ(areas.ebda, 0x80000);
	CHECK_EQ(areas.base_memory_top, 0x80000);
	put16(low, 0x40e, 0x7fff);
	put16(low, 0x413, 511);
	bios_areas_read(&fake.view, &areas);
	CHECK_EQ(areas.ebda, 0);
	CHECK_EQ(areas.base_memory_top, 0xa0000);
	fake_memory_free(&fake);
}

TEST("ranges come out sorted, merged where they touch or overlap")
{
	start();
	boot_memory_add(&memory, 0x9000, 0x1000);
	boot_memory_add(&memory, 0x1000, 0x2000);
	boot_memory_add(&memory, 0x3000, 0x1000);
	boot_memory_add(&memory, 0x2000, 0x4000);
	CHECK_TEXT(normalised(GIB), "1000+5000 9000+1000");
}

TEST("a range that ends where another begins joins it")
{
	start();
	boot_memory_add(&memory, 0x3000, 0x1000);
	boot_memory_add(&memory, 0x1000, 0x2000);
	CHECK_TEXT(normalised(GIB), "1000+3000");
	CHECK_EQ(memory.usable.count, 1);
}

TEST("one range may join many")
{
	start();
	for (unsigned int i = 0; i < 10; i++)
		boot_memory_add(&memory, i * 0x10000, 0x1000);
	boot_memory_add(&memory, 0x800, 0x88000);
	CHECK_TEXT(normalised(GIB), "0+88000 90000+1000");
}

TEST("usable ranges shrink to whole pages")
{
	start();
	boot_memory_add(&memory, 0x1001, 0x2ffe);
	boot_memory_add(&memory, 0x8800, 0x1000);
	CHECK_TEXT(normalised(GIB), "2000+1000");
}

TEST("two halves of a page make a whole one")
{
	start();
	boot_memory_add(&memory, 0x1000, 0x800);
	boot_memory_add(&memory, 0x1800, 0x800);
	CHECK_TEXT(normalised(GIB), "1000+1000");
}

TEST("reservations grow to whole pages and are cut out")
{
	start();
	boot_memory_add(&memory, 0, 0x10000);
	boot_memory_reserve(&memory, 0x4fff, 2);
	boot_memory_reserve(&memory, 0x8000, 1);
	CHECK_TEXT(normalised(GIB), "0+4000 6000+2000 9000+7000");
}

TEST("reservations at edges, around and outside ranges")
{
	start();
	boot_memory_add(&memory, 0x10000, 0x10000);
	boot_memory_add(&memory, 0x40000, 0x1000);
	boot_memory_reserve(&memory, 0xf000, 0x2000);
	boot_memory_reserve(&memory, 0x1f000, 0x2000);
	boot_memory_reserve(&memory, 0x3f000, 0x3000);
	boot_memory_reserve(&memory, 0x100000, 0x3000);
	CHECK_TEXT(normalised(GIB), "11000+e000");
}

TEST("kernel and archive are reserved by themselves")
{
	start();
	boot_memory_add(&memory, MIB, 31 * MIB);
	info.kernel = (struct boot_range){MIB, 0x80123};
	info.archive = (struct boot_range){4 * MIB, 0x1001};
	CHECK_TEXT(normalised(GIB), "181000+27f000 402000+1bfe000");
}

TEST("the first megabyte keeps page 0 and all from the EBDA to 1 MiB")
{
	struct bios_areas areas = {.ebda = 0x9f400, .base_memory_top = 0x9fc00};

	start();
	boot_memory_add(&memory, 0, 2 * MIB);
	boot_memory_reserve_first_megabyte(&memory, &areas);
	CHECK_TEXT(normalised(GIB), "1000+9e000 100000+100000");
	start();
	boot_memory_add(&memory, 0, 2 * MIB);
	areas.ebda = 0;
	boot_memory_reserve_first_megabyte(&memory, &areas);
	CHECK_TEXT(normalised(GIB), "1000+9e000 100000+100000");
}

TEST("memory above the limit is counted, not listed")
{
	start();
	boot_memory_add(&memory, MIB, 4 * GIB);
	boot_memory_add(&memory, 8 * GIB, GIB);
	CHECK_TEXT(normalised(GIB), "100000+3ff00000");
	CHECK_EQ(info.memory_unusable, 4 * GIB + MIB);
}

TEST("a limit inside a page counts the page as above it")
{
	start();
	boot_memory_add(&memory, 0, 0x4000);
	CHECK_TEXT(normalised(0x2fff), "0+2000");
	CHECK_EQ(info.memory_unusable, 0x2000);
}

TEST("nothing left is -ENOMEM")
{
	start();
	CHECK_EQ(boot_memory_normalise(&memory, GIB, &info), -ENOMEM);
	boot_memory_add(&memory, 0x1000, 0x1000);
	boot_memory_reserve(&memory, 0x1800, 1);
	CHECK_EQ(boot_memory_normalise(&memory, GIB, &info), -ENOMEM);
	CHECK_EQ(boot_memory_normalise(&memory, 0, &info), -ENOMEM);
}

TEST("ranges that wrap are cut at the top, empty ones ignored")
{
	start();
	boot_memory_add(&memory, UINT64_MAX - 0x2fff, UINT64_MAX);
	boot_memory_add(&memory, 0x1000, 0);
	boot_memory_add(&memory, UINT64_MAX, 1);
	boot_memory_reserve(&memory, UINT64_MAX - 10, UINT64_MAX);
	boot_memory_reserve(&memory, 5, 0);
	CHECK_TEXT(normalised(UINT64_MAX), "ffffffffffffd000+2000");
	CHECK_EQ(memory.reserved.count, 1);
}

TEST("a reservation of everything leaves nothing")
{
	start();
	boot_memory_add(&memory, 0, UINT64_MAX);
	boot_memory_reserve(&memory, 0, UINT64_MAX);
	CHECK_EQ(boot_memory_normalise(&memory, UINT64_MAX, &info), -ENOMEM);
}

TEST("more pieces than BOOT_RANGES_MAX lose the smallest, and say so")
{
	start();
	for (unsigned int i = 0; i < BOOT_RANGES_MAX + 2; i++)
		boot_memory_add(&memory, i * MIB, i == 5 || i == 33 ? 0x1000 : 0x3000);
	normalised(GIB);
	CHECK_EQ(info.memory_count, BOOT_RANGES_MAX);
	CHECK_EQ(info.memory_unusable, 0x2000);
	for (unsigned int i = 0; i < info.memory_count; i++)
		CHECK_EQ(info.memory[i].size, 0x3000);
}

TEST("a working list full of usable ranges drops the smallest, and says so")
{
	start();
	for (unsigned int i = 0; i < BOOT_MEMORY_WORK_MAX; i++)
		boot_memory_add(&memory, i * MIB, i == 77 ? 0x1000 : 0x2000);
	boot_memory_add(&memory, 500 * MIB, 0x800);
	CHECK_EQ(memory.dropped, 0x800);
	boot_memory_add(&memory, 501 * MIB, 0x4000);
	CHECK_EQ(memory.dropped, 0x1800);
	CHECK_EQ(memory.usable.count, BOOT_MEMORY_WORK_MAX);
	normalised(GIB);
	CHECK(info.memory_unusable >= 0x1800);
}

TEST("a working list full of reservations never loses one")
{
	uint64_t bases[400];
	unsigned int seed = 1;

	start();
	boot_memory_add(&memory, 0, GIB);
	for (unsigned int i = 0; i < 400; i++) {
		seed = seed * 1103515245 + 12345;
		bases[i] = seed % (unsigned int)GIB & ~0xfffu;
		boot_memory_reserve(&memory, bases[i], 0x1000);
	}
	CHECK(memory.reserved.count <= BOOT_MEMORY_WORK_MAX);
	normalised(GIB);
	for (unsigned int i = 0; i < 400; i++)
		for (unsigned int j = 0; j < info.memory_count; j++)
			CHECK(bases[i] + 0x1000 <= info.memory[j].base ||
			      bases[i] >= info.memory[j].base + info.memory[j].size);
}

TEST("a full list of reservations joins the two closest and only them")
{
	start();
	boot_memory_add(&memory, 0, GIB);
	for (unsigned int i = 0; i < BOOT_MEMORY_WORK_MAX; i++)
		boot_memory_reserve(&memory, i * MIB, i == 40 ? MIB - 0x3000 : 0x1000);
	boot_memory_reserve(&memory, 1000 * MIB, 0x1000);
	CHECK_EQ(memory.reserved.count, BOOT_MEMORY_WORK_MAX);
	CHECK_EQ(memory.reserved.ranges[39].size, 0x1000);
	CHECK_EQ(memory.reserved.ranges[40].base, 40 * MIB);
	CHECK_EQ(memory.reserved.ranges[40].size, MIB + 0x1000);
	CHECK_EQ(memory.reserved.ranges[41].base, 42 * MIB);
	CHECK_EQ(memory.reserved.ranges[BOOT_MEMORY_WORK_MAX - 1].base, 1000 * MIB);
}

TEST("pages are taken off the end of the last range that keeps some")
{
	start();
	boot_memory_add(&memory, 0x10000, 0x4000);
	boot_memory_add(&memory, 0x20000, 0x2000);
	normalised(GIB);
	CHECK_EQ(boot_memory_take(&info, 0x1000), 0x21000);
	CHECK_EQ(boot_memory_take(&info, 1), 0x13000);
	CHECK_EQ(boot_memory_take(&info, 0x1001), 0x11000);
	CHECK_EQ(boot_memory_take(&info, 0x1000), 0);
	CHECK_EQ(info.memory_count, 2);
	CHECK_EQ(info.memory[0].size, 0x1000);
	CHECK_EQ(info.memory[1].size, 0x1000);
}

TEST("random maps keep every promise and lose no free page")
{
	unsigned int seed = 7;

	for (unsigned int round = 0; round < 300; round++) {
		uint8_t usable[256] = {0};
		uint64_t listed = 0, wanted = 0;

		start();
		for (unsigned int i = 0; i < 30; i++) {
			unsigned int base, pages;

			seed = seed * 1103515245 + 12345;
			base = seed >> 16 & 0xff;
			pages = (seed >> 8 & 15) + 1;
			if (base + pages > 256)
				continue;
			if (i % 3) {
				boot_memory_add(&memory, base * 4096ull, pages * 4096ull);
				for (unsigned int j = base; j < base + pages; j++)
					usable[j] |= 1;
			} else {
				boot_memory_reserve(&memory, base * 4096ull, pages * 4096ull);
				for (unsigned int j = base; j < base + pages; j++)
					usable[j] |= 2;
			}
		}
		normalised(GIB);
		for (unsigned int i = 0; i < 256; i++)
			wanted += usable[i] == 1 ? 4096 : 0;
		for (unsigned int i = 0; i < info.memory_count; i++)
			listed += info.memory[i].size;
		CHECK_EQ(listed, wanted);
	}
}
