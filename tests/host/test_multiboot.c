/* The Multiboot 1 reader over a made-up loader's memory. */
#include "bytes.h"
#include "fake_memory.h"
#include "test.h"

#include "arch/i386/boot/multiboot.h"

#include <skerry/errno.h>
#include <stdlib.h>

#define INFO 0x9500u
#define MMAP 0xa000u
#define MODULES 0xb000u
#define LINE 0xc000u

/* One page each, at INFO, MMAP, MODULES and LINE; what is written is what a good loader writes. */
struct loader {
	struct fake_memory fake;
	uint8_t info[116];
	uint8_t mmap[1024];
	uint8_t modules[32];
	char line[1024];
	size_t mmap_size;
};

static struct loader loader;
static struct boot_memory memory;
static struct boot_info info;
static uint64_t rsdp;

static void add_entry(uint64_t base, uint64_t length, uint32_t type)
{
	uint8_t *entry = loader.mmap + loader.mmap_size;

	put32(entry, 0, 20);
	put64(entry, 4, base);
	put64(entry, 12, length);
	put32(entry, 20, type);
	loader.mmap_size += 24;
	put32(loader.info, 44, loader.mmap_size);
}

static void set_line(const char *line)
{
	strcpy(loader.line, line);
}

static void prepare(void)
{
	memset(&loader, 0, sizeof(loader));
	memset(&info, 0x5a, sizeof(info));
	put32(loader.info, 0, 0x4d); /* memory, command line, modules, memory map */
	put32(loader.info, 4, 639);
	put32(loader.info, 8, 127 * 1024);
	put32(loader.info, 16, LINE);
	put32(loader.info, 20, 2);
	put32(loader.info, 24, MODULES);
	put32(loader.info, 48, MMAP);
	add_entry(0, 0x9fc00, 1);
	add_entry(0x9fc00, 0x400, 2);
	add_entry(0xf0000, 0x10000, 2);
	add_entry(0x100000, 0x7ee0000, 1);
	put32(loader.modules, 0, 0x200000);
	put32(loader.modules, 4, 0x234567);
	put32(loader.modules, 16, 0x300000);
	put32(loader.modules, 20, 0x300001);
	set_line("/boot/skerry.elf console=com1");
	fake_memory_init(&loader.fake);
	fake_memory_add(&loader.fake, INFO, loader.info, sizeof(loader.info));
	fake_memory_add(&loader.fake, MMAP, loader.mmap, sizeof(loader.mmap));
	fake_memory_add(&loader.fake, MODULES, loader.modules, sizeof(loader.modules));
	fake_memory_add(&loader.fake, LINE, loader.line, sizeof(loader.line));
}

static int run(void)
{
	int error = multiboot_read(&loader.fake.view, MULTIBOOT_MAGIC, INFO, &memory, &info, &rsdp);

	fake_memory_free(&loader.fake);
	return error;
}

static bool is_reserved(uint64_t address)
{
	for (unsigned int i = 0; i < memory.reserved.count; i++)
		if (address - memory.reserved.ranges[i].base < memory.reserved.ranges[i].size)
			return true;
	return false;
}

TEST("the memory map, first module and command line are read")
{
	prepare();
	CHECK_EQ(run(), 0);
	CHECK_EQ(memory.usable.count, 2);
	CHECK_EQ(memory.usable.ranges[1].base, 0x100000);
	CHECK_EQ(memory.usable.ranges[1].size, 0x7ee0000);
	CHECK_EQ(info.archive.base, 0x200000);
	CHECK_EQ(info.archive.size, 0x34567);
	CHECK_TEXT(info.command_line, "console=com1");
	CHECK_TEXT(info.loader, "multiboot1");
}

TEST("the loader's structures are reserved, later modules are not")
{
	prepare();
	CHECK_EQ(run(), 0);
	CHECK(is_reserved(INFO) && is_reserved(INFO + 51));
	CHECK(is_reserved(MMAP) && is_reserved(MMAP + 95));
	CHECK(is_reserved(MODULES) && is_reserved(MODULES + 31));
	CHECK(is_reserved(LINE) && is_reserved(LINE + 12) && !is_reserved(LINE + 30));
	CHECK(is_reserved(0x9fc00) && is_reserved(0xfffff));
	CHECK(!is_reserved(0x300000));
}

TEST("the whole way to boot_info's memory list")
{
	prepare();
	CHECK_EQ(run(), 0);
	info.kernel = (struct boot_range){0x100000, 0x90000};
	CHECK_EQ(boot_memory_normalise(&memory, 0x30000000, &info), 0);
	fake_memory_verify(&memory, &info);
	CHECK_EQ(info.memory[info.memory_count - 1].base, 0x235000);
	CHECK_EQ(info.memory_unusable, 0);
}

TEST("a wrong magic is -EINVAL")
{
	prepare();
	CHECK_EQ(multiboot_read(&loader.fake.view, 0x2badb003, INFO, &memory, &info, &rsdp),
		 -EINVAL);
	CHECK_EQ(memory.usable.count, 0);
	CHECK_EQ(info.archive.size, 0);
	CHECK_TEXT(info.command_line, "");
}

TEST("structures that cannot be mapped are -EFAULT")
{
	static const size_t pointers[] = {16, 24, 48};

	for (size_t i = 0; i < sizeof(pointers) / sizeof(*pointers); i++) {
		prepare();
		put32(loader.info, pointers[i], 0xfffffff0);
		CHECK_EQ(run(), -EFAULT);
	}
	prepare();
	CHECK_EQ(multiboot_read(&loader.fake.view, MULTIBOOT_MAGIC, 0x1000, &memory, &info, &rsdp),
		 -EFAULT);
	CHECK_EQ(multiboot_read(&loader.fake.view, MULTIBOOT_MAGIC, INFO + 100, &memory, &info,
				&rsdp),
		 -EFAULT);
}

TEST("what the flags deny is not looked at")
{
	prepare();
	put32(loader.info, 0, 0x40);
	put32(loader.info, 16, 0xfffffff0);
	put32(loader.info, 24, 0xfffffff0);
	CHECK_EQ(run(), 0);
	CHECK_EQ(info.archive.size, 0);
	CHECK_TEXT(info.command_line, "");
}

TEST("command line and modules have a flag each")
{
	prepare();
	put32(loader.info, 0, 0x44);
	CHECK_EQ(run(), 0);
	CHECK_EQ(info.archive.size, 0);
	CHECK_TEXT(info.command_line, "console=com1");
	put32(loader.info, 0, 0x48);
	CHECK_EQ(run(), 0);
	CHECK_EQ(info.archive.size, 0x34567);
	CHECK_TEXT(info.command_line, "");
}

TEST("without a memory map mem_lower and mem_upper count")
{
	prepare();
	put32(loader.info, 0, 0x0d);
	CHECK_EQ(run(), 0);
	CHECK_EQ(memory.usable.count, 2);
	CHECK_EQ(memory.usable.ranges[0].base, 0);
	CHECK_EQ(memory.usable.ranges[0].size, 639 * 1024);
	CHECK_EQ(memory.usable.ranges[1].base, 0x100000);
	CHECK_EQ(memory.usable.ranges[1].size, 127 << 20);
}

TEST("a memory map without usable ranges falls back to mem_upper")
{
	prepare();
	put32(loader.mmap, 20, 2);
	put32(loader.mmap, 72 + 20, 3);
	CHECK_EQ(run(), 0);
	CHECK_EQ(memory.usable.count, 2);
	CHECK_EQ(memory.usable.ranges[1].size, 127 << 20);
}

TEST("the largest mem_upper does not wrap")
{
	prepare();
	put32(loader.info, 0, 0x01);
	put32(loader.info, 8, 0xffffffff);
	CHECK_EQ(run(), 0);
	CHECK_EQ(memory.usable.ranges[1].size, 0xffffffffull << 10);
}

TEST("no word about memory is -ENOENT")
{
	prepare();
	put32(loader.info, 0, 0x0c);
	CHECK_EQ(run(), -ENOENT);
	put32(loader.info, 0, 0x40);
	put32(loader.info, 44, 0);
	CHECK_EQ(run(), -ENOENT);
}

TEST("memory map entries may be longer than 20 bytes")
{
	prepare();
	memmove(loader.mmap + 28, loader.mmap + 24, 72);
	put32(loader.mmap, 0, 24);
	put32(loader.info, 44, 100);
	CHECK_EQ(run(), 0);
	CHECK_EQ(memory.usable.count, 2);
	CHECK_EQ(memory.usable.ranges[1].base, 0x100000);
}

TEST("a malformed entry ends the memory map, earlier ones count")
{
	static const uint32_t sizes[] = {0, 19, 1000, 0xffffffff, 0xfffffffc};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		prepare();
		put32(loader.mmap, 24, sizes[i]);
		CHECK_EQ(run(), 0);
		CHECK_EQ(memory.usable.count, 1);
		CHECK_EQ(memory.usable.ranges[0].size, 0x9fc00);
	}
}

TEST("an entry that claims bytes behind the memory map ends it")
{
	for (uint32_t size = 21; size < 30; size++) {
		prepare();
		put32(loader.mmap, 72, size);
		CHECK_EQ(run(), 0);
		CHECK_EQ(memory.usable.count, 1);
	}
}

TEST("a memory map that ends inside an entry keeps the whole ones")
{
	for (uint32_t length = 72; length < 96; length++) {
		prepare();
		put32(loader.info, 44, length);
		CHECK_EQ(run(), 0);
		CHECK_EQ(memory.usable.count, 1);
	}
}

TEST("a memory map of absurd length is not followed")
{
	prepare();
	put32(loader.info, 44, 0xffffffff);
	CHECK_EQ(run(), -EFAULT);
}

TEST("overlapping, unsorted and wrapping entries are put in order")
{
	prepare();
	loader.mmap_size = 0;
	add_entry(0x400000, 0x400000, 1);
	add_entry(0x100000, 0x500000, 1);
	add_entry(0x500000, 0x1000, 2);
	add_entry(UINT64_MAX - 0xfff, 0x10000, 1);
	add_entry(0x600000, 0, 1);
	CHECK_EQ(run(), 0);
	info.kernel = (struct boot_range){0x100000, 0x100000};
	CHECK_EQ(boot_memory_normalise(&memory, 0x40000000, &info), 0);
	fake_memory_verify(&memory, &info);
	CHECK_EQ(info.memory_count, 2);
	CHECK_EQ(info.memory[0].base, 0x235000);
	CHECK_EQ(info.memory[0].size, 0x500000 - 0x235000);
	CHECK_EQ(info.memory[1].base, 0x501000);
	CHECK_EQ(info.memory[1].size, 0x800000 - 0x501000);
}

TEST("a module upside down is -EINVAL, an empty one no archive")
{
	prepare();
	put32(loader.modules, 4, 0x1fffff);
	CHECK_EQ(run(), -EINVAL);
	prepare();
	put32(loader.modules, 4, 0x200000);
	CHECK_EQ(run(), 0);
	CHECK_EQ(info.archive.size, 0);
}

TEST("an absurd number of modules is only reserved, not read")
{
	prepare();
	put32(loader.info, 20, 0xffffffff);
	CHECK_EQ(run(), 0);
	CHECK_EQ(info.archive.base, 0x200000);
	CHECK(is_reserved(0xfffffffff));
}

TEST("a command line that fits exactly is kept, a longer one cut with -E2BIG")
{
	prepare();
	memset(loader.line, 'x', BOOT_COMMAND_LINE_MAX);
	loader.line[BOOT_COMMAND_LINE_MAX - 1] = 0;
	CHECK_EQ(run(), 0);
	CHECK_EQ(strlen(info.command_line), BOOT_COMMAND_LINE_MAX - 1);
	loader.line[BOOT_COMMAND_LINE_MAX - 1] = 'x';
	CHECK_EQ(run(), -E2BIG);
	CHECK_EQ(strlen(info.command_line), BOOT_COMMAND_LINE_MAX - 1);
	CHECK_EQ(info.archive.base, 0x200000);
}

static const char *stripped(const char *line)
{
	static char text[128];
	char *exact = strdup(line);

	multiboot_strip_file_name(exact);
	strcpy(text, exact);
	free(exact);
	return text;
}

TEST("the file name QEMU prepends is stripped")
{
	CHECK_TEXT(stripped("/home/me/build/pc/skerry.elf console=com1 quiet"),
		   "console=com1 quiet");
	CHECK_TEXT(stripped("skerry.elf a"), "a");
	CHECK_TEXT(stripped("./k a"), "a");
	CHECK_TEXT(stripped("/k a"), "a");
	CHECK_TEXT(stripped("kernel a"), "a");
	CHECK_TEXT(stripped("skerry"), "");
	CHECK_TEXT(stripped("k.elf.strip   a"), "a");
	CHECK_TEXT(stripped("\t /boot/k  a"), "a");
}

TEST("first words that are options are kept")
{
	CHECK_TEXT(stripped("console=com1 quiet"), "console=com1 quiet");
	CHECK_TEXT(stripped("root=/dev/hda.elf x"), "root=/dev/hda.elf x");
	CHECK_TEXT(stripped("quiet /boot/k.elf"), "quiet /boot/k.elf");
	CHECK_TEXT(stripped("kernels a"), "kernels a");
	CHECK_TEXT(stripped("qwerty a"), "qwerty a");
	CHECK_TEXT(stripped("sk a"), "sk a");
	CHECK_TEXT(stripped("x.el f"), "x.el f");
	CHECK_TEXT(stripped("  quiet"), "quiet");
	CHECK_TEXT(stripped(""), "");
	CHECK_TEXT(stripped("  "), "");
}
