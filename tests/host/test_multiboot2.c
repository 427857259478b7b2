/* The Multiboot 2 reader over a made-up loader's memory. */
#include "bytes.h"
#include "fake_memory.h"
#include "test.h"

#include "arch/i386/boot/multiboot.h"

#include <skerry/errno.h>
#include <stdlib.h>

#define INFO 0x10000u

static struct {
	uint8_t bytes[4096];
	size_t size;
} block;

static struct boot_memory memory;
static struct boot_info info;
static uint64_t rsdp;

/* Appends a tag; returns its offset in the block. */
static size_t add_tag(uint32_t type, const void *payload, uint32_t size)
{
	size_t offset = block.size;

	put32(block.bytes, offset, type);
	put32(block.bytes, offset + 4, size + 8);
	if (payload)
		memcpy(block.bytes + offset + 8, payload, size);
	block.size += (size + 8 + 7) & ~7u;
	put32(block.bytes, 0, block.size);
	return offset;
}

static size_t add_map(uint32_t entry_size)
{
	static const struct {
		uint64_t base, length;
		uint32_t type;
	} entries[] = {{0, 0x9fc00, 1}, {0x9fc00, 0x400, 2}, {0x100000, 0x7ee0000, 1}};
	uint8_t payload[8 + 3 * 64] = {0};

	put32(payload, 0, entry_size);
	for (size_t i = 0; i < 3; i++) {
		put64(payload, 8 + i * entry_size, entries[i].base);
		put64(payload, 16 + i * entry_size, entries[i].length);
		put32(payload, 24 + i * entry_size, entries[i].type);
	}
	return add_tag(6, payload, 8 + 3 * entry_size);
}

static size_t add_module(uint32_t start, uint32_t end)
{
	uint8_t payload[16] = {0};

	put32(payload, 0, start);
	put32(payload, 4, end);
	strcpy((char *)payload + 8, "a.bin");
	return add_tag(3, payload, 14);
}

static size_t add_basic(void)
{
	uint8_t payload[8];

	put32(payload, 0, 639);
	put32(payload, 4, 127 * 1024);
	return add_tag(4, payload, sizeof(payload));
}

static void start(void)
{
	memset(&block, 0, sizeof(block));
	memset(&info, 0x5a, sizeof(info));
	block.size = 8;
	rsdp = 1;
}

static void prepare(void)
{
	start();
	add_tag(1, "skerry.elf console=com1", 24);
	add_tag(2, "GRUB", 5);
	add_module(0x200000, 0x234567);
	add_module(0x300000, 0x300001);
	add_basic();
	add_map(24);
	add_tag(0, NULL, 0);
}

static int run_sized(size_t mapped)
{
	struct fake_memory fake;
	int error;

	fake_memory_init(&fake);
	fake_memory_add(&fake, INFO, block.bytes, mapped);
	error = multiboot_read(&fake.view, MULTIBOOT2_MAGIC, INFO, &memory, &info, &rsdp);
	fake_memory_free(&fake);
	return error;
}

static int run(void)
{
	return run_sized(block.size);
}

TEST("memory map, first module and command line are read")
{
	prepare();
	CHECK_EQ(run(), 0);
	CHECK_EQ(memory.usable.count, 2);
	CHECK_EQ(memory.usable.ranges[1].base, 0x100000);
	CHECK_EQ(memory.usable.ranges[1].size, 0x7ee0000);
	CHECK_EQ(info.archive.base, 0x200000);
	CHECK_EQ(info.archive.size, 0x34567);
	CHECK_TEXT(info.command_line, "console=com1");
	CHECK_TEXT(info.loader, "multiboot2");
	CHECK_EQ(rsdp, 0);
}

TEST("the information block is reserved as a whole")
{
	prepare();
	CHECK_EQ(run(), 0);
	CHECK_EQ(memory.reserved.ranges[0].base, INFO);
	CHECK_EQ(memory.reserved.ranges[0].size, block.size);
}

TEST("the ACPI 2.0 root pointer is preferred, in either order")
{
	size_t old, new;

	start();
	add_basic();
	new = add_tag(15, NULL, 36);
	old = add_tag(14, NULL, 20);
	add_tag(0, NULL, 0);
	CHECK_EQ(run(), 0);
	CHECK_EQ(rsdp, INFO + new + 8);
	put32(block.bytes, new, 99);
	CHECK_EQ(run(), 0);
	CHECK_EQ(rsdp, INFO + old + 8);
	put32(block.bytes, new, 14);
	put32(block.bytes, old, 15);
	CHECK_EQ(run(), 0);
	CHECK_EQ(rsdp, INFO + old + 8);
}

TEST("a wrong magic or a misaligned block is -EINVAL")
{
	struct fake_memory fake;

	prepare();
	fake_memory_init(&fake);
	fake_memory_add(&fake, INFO, block.bytes, sizeof(block.bytes));
	CHECK_EQ(multiboot_read(&fake.view, 0x36d76288, INFO, &memory, &info, &rsdp), -EINVAL);
	CHECK_EQ(multiboot_read(&fake.view, MULTIBOOT2_MAGIC, INFO + 4, &memory, &info, &rsdp),
		 -EINVAL);
	CHECK_EQ(rsdp, 0);
	fake_memory_free(&fake);
}

TEST("a block of absurd size is -EINVAL before it is looked at")
{
	static const uint32_t sizes[] = {0, 7, MULTIBOOT2_INFO_MAX + 1, 0xffffffff};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		prepare();
		put32(block.bytes, 0, sizes[i]);
		CHECK_EQ(run(), -EINVAL);
	}
}

TEST("a block that is mapped in part is -EFAULT")
{
	prepare();
	CHECK_EQ(run_sized(block.size - 8), -EFAULT);
	CHECK_EQ(run_sized(4), -EFAULT);
	CHECK_EQ(run_sized(3), -EFAULT);
}

TEST("a hole in any tag's header or fields is -EFAULT")
{
	/* Command line, module, second module's header, basic memory, map, end tag. */
	static const size_t holes[] = {12, 20, 39, 60, 64, 71, 82, 112, 130, 207, 210};

	prepare();
	for (size_t i = 0; i < sizeof(holes) / sizeof(*holes); i++) {
		size_t behind = holes[i] + 1;
		struct fake_memory fake;

		fake_memory_init(&fake);
		fake_memory_add(&fake, INFO, block.bytes, holes[i]);
		fake_memory_add(&fake, INFO + behind, block.bytes + behind, block.size - behind);
		CHECK_EQ(multiboot_read(&fake.view, MULTIBOOT2_MAGIC, INFO, &memory, &info, &rsdp),
			 -EFAULT);
		fake_memory_free(&fake);
	}
}

TEST("no end tag is -EINVAL, and nothing is taken from such a block")
{
	prepare();
	put32(block.bytes, 0, block.size - 8);
	CHECK_EQ(run(), -EINVAL);
	CHECK_EQ(memory.usable.count, 0);
	CHECK_EQ(info.archive.size, 0);
	CHECK_TEXT(info.command_line, "");
}

TEST("tag sizes below 8, past the block or wrapping are -EINVAL")
{
	static const uint32_t sizes[] = {0, 7, 4096, 0x7fffffff, 0xffffffff, 0xfffffff9};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		prepare();
		put32(block.bytes, 12, sizes[i]);
		CHECK_EQ(run(), -EINVAL);
	}
}

TEST("an end tag that runs past the block is -EINVAL")
{
	prepare();
	put32(block.bytes, block.size - 4, 9);
	CHECK_EQ(run(), -EINVAL);
}

TEST("tags behind the end tag are not read")
{
	prepare();
	add_module(0x900000, 0x100000);
	CHECK_EQ(run(), 0);
}

TEST("known tags too short for their fields are -EINVAL")
{
	start();
	add_tag(4, "\0\0\0\0", 4);
	add_tag(0, NULL, 0);
	CHECK_EQ(run(), -EINVAL);
	start();
	add_tag(3, "\0\0\0\0", 4);
	add_tag(0, NULL, 0);
	CHECK_EQ(run(), -EINVAL);
	start();
	add_tag(6, "\0\0\0\0", 4);
	add_tag(0, NULL, 0);
	CHECK_EQ(run(), -EINVAL);
}

TEST("a module without a string and a memory map without entries are fine")
{
	start();
	add_basic();
	add_tag(3, "\0\0\x20\0\x10\0\x20\0", 8);
	add_tag(6, "\x18\0\0\0\0\0\0\0", 8);
	add_tag(0, NULL, 0);
	CHECK_EQ(run(), 0);
	CHECK_EQ(info.archive.base, 0x200000);
	CHECK_EQ(info.archive.size, 16);
	CHECK_EQ(memory.usable.count, 2);
}

TEST("memory map entries may be longer, not shorter than 24 bytes")
{
	size_t map;

	start();
	map = add_map(40);
	add_tag(0, NULL, 0);
	CHECK_EQ(run(), 0);
	CHECK_EQ(memory.usable.count, 2);
	CHECK_EQ(memory.usable.ranges[1].base, 0x100000);
	put32(block.bytes, map + 8, 23);
	CHECK_EQ(run(), -EINVAL);
	put32(block.bytes, map + 8, 0);
	CHECK_EQ(run(), -EINVAL);
	put32(block.bytes, map + 8, 0xffffffff);
	CHECK_EQ(run(), -ENOENT);
}

TEST("a memory map that ends inside an entry keeps the whole ones")
{
	size_t map;

	start();
	map = add_map(24);
	add_tag(0, NULL, 0);
	put32(block.bytes, map + 4, 16 + 3 * 24 - 1);
	CHECK_EQ(run(), 0);
	CHECK_EQ(memory.usable.count, 1);
}

TEST("without a memory map the basic memory tag counts")
{
	start();
	add_basic();
	add_tag(0, NULL, 0);
	CHECK_EQ(run(), 0);
	CHECK_EQ(memory.usable.count, 2);
	CHECK_EQ(memory.usable.ranges[0].base, 0);
	CHECK_EQ(memory.usable.ranges[0].size, 639 * 1024);
	CHECK_EQ(memory.usable.ranges[1].size, 127 << 20);
}

TEST("no word about memory is -ENOENT")
{
	start();
	add_tag(1, "x", 2);
	add_tag(0, NULL, 0);
	CHECK_EQ(run(), -ENOENT);
	CHECK_TEXT(info.command_line, "x");
}

TEST("a module upside down is -EINVAL, but only the first counts")
{
	start();
	add_basic();
	add_module(0x300000, 0x200000);
	add_tag(0, NULL, 0);
	CHECK_EQ(run(), -EINVAL);
	start();
	add_basic();
	add_module(0x200000, 0x200010);
	add_module(0x300000, 0x200000);
	add_tag(0, NULL, 0);
	CHECK_EQ(run(), 0);
	CHECK_EQ(info.archive.size, 16);
}

TEST("a command line without NUL, or of no bytes, is ended")
{
	start();
	add_basic();
	add_tag(1, "abc", 3);
	add_tag(0, NULL, 0);
	CHECK_EQ(run(), 0);
	CHECK_TEXT(info.command_line, "abc");
	start();
	add_basic();
	add_tag(1, "", 0);
	add_tag(0, NULL, 0);
	CHECK_EQ(run(), 0);
	CHECK_TEXT(info.command_line, "");
}

TEST("a command line that fits exactly is kept, a longer one cut with -E2BIG")
{
	char line[BOOT_COMMAND_LINE_MAX + 1];

	memset(line, 'x', sizeof(line));
	line[BOOT_COMMAND_LINE_MAX - 1] = 0;
	start();
	add_basic();
	add_tag(1, line, sizeof(line));
	add_tag(0, NULL, 0);
	CHECK_EQ(run(), 0);
	CHECK_EQ(strlen(info.command_line), BOOT_COMMAND_LINE_MAX - 1);
	block.bytes[8 + 16 + 8 + BOOT_COMMAND_LINE_MAX - 1] = 'x';
	CHECK_EQ(run(), -E2BIG);
	CHECK_EQ(strlen(info.command_line), BOOT_COMMAND_LINE_MAX - 1);
	CHECK_EQ(memory.usable.count, 2);
}

TEST("no truncation of a block is accepted")
{
	prepare();
	for (uint32_t size = 8; size < block.size; size++) {
		put32(block.bytes, 0, size);
		CHECK_EQ(run(), -EINVAL);
	}
}
