/* Lists of memory ranges made from whatever firmware says. */
#include "arch/common/ranges.h"

#include "test.h"

#include <stdio.h>
#include <string.h>

#define ROOM 4

static struct boot_range room[ROOM];
static struct ranges list;

static void start(void)
{
	list = (struct ranges){.range = room, .max = ROOM};
}

static const char *text(void)
{
	static char line[ROOM * 40];
	size_t used = 0;

	line[0] = '\0';
	for (unsigned int i = 0; i < list.count; i++)
		used += (size_t)sprintf(line + used, "%s%llx+%llx", i ? " " : "",
					(unsigned long long)room[i].base,
					(unsigned long long)room[i].size);
	return line;
}

TEST("ranges come out sorted, and joined where they overlap or touch")
{
	start();
	ranges_add(&list, 0x30000, 0x1000);
	ranges_add(&list, 0x10000, 0x1000);
	ranges_add(&list, 0x11000, 0x1000);
	ranges_add(&list, 0x11800, 0x2000);
	ranges_add(&list, 0x20000, 0);
	CHECK_TEXT(text(), "10000+3800 30000+1000");
	ranges_add(&list, 0, 0x100000);
	CHECK_TEXT(text(), "0+100000");
}

TEST("a range that wraps is cut")
{
	start();
	ranges_add(&list, UINT64_MAX - 0xfff, 0x10000);
	CHECK_TEXT(text(), "fffffffffffff000+fff");
	ranges_remove(&list, UINT64_MAX - 10, UINT64_MAX);
	CHECK_TEXT(text(), "");
}

TEST("what is taken out goes by whole pages, and may split a range")
{
	start();
	ranges_add(&list, 0, 0x10000);
	ranges_remove(&list, 0x2fff, 2);
	CHECK_TEXT(text(), "0+2000 4000+c000");
	ranges_remove(&list, 0x8000, 0);
	CHECK_TEXT(text(), "0+2000 4000+c000");
	ranges_remove(&list, 0x1000, 0x4000);
	CHECK_TEXT(text(), "0+1000 5000+b000");
	ranges_remove(&list, 0, 0x10000);
	CHECK_TEXT(text(), "");
}

TEST("what the list has no room for is counted")
{
	start();
	for (uint64_t i = 0; i < ROOM + 1; i++)
		ranges_add(&list, i * 0x10000, 0x1000);
	CHECK_EQ(list.count, ROOM);
	CHECK_EQ(list.dropped, 0x1000);
	ranges_remove(&list, 0x400, 1);
	CHECK_EQ(list.count, ROOM - 1);
	ranges_add(&list, 0x90000, 0x10000);
	ranges_remove(&list, 0x98000, 0x1000);
	CHECK_EQ(list.count, ROOM);
	CHECK_EQ(list.dropped, 0x1000 + 0x7000);
}

TEST("clipping goes inwards and tells what is lost")
{
	start();
	ranges_add(&list, 0x8000, 0x200000);
	ranges_add(&list, 0x400000, 0x1000);
	ranges_add(&list, 0xf00000, 0x300000);
	CHECK_EQ(ranges_clip(&list, 0x100000, 0, 0x1000000),
		 0x200000 - 0x100000 + 0x1000 + 0x200000);
	CHECK_TEXT(text(), "100000+100000 f00000+100000");
	CHECK_EQ(ranges_clip(&list, 0x1000, 0x180000, 0x180000), 0x200000);
	CHECK_TEXT(text(), "");
}
