/* The ELF loader: a good image of each class, then one broken thing at a time. */
#include "elf_builder.h"
#include "test.h"

#include <skerry/errno.h>
#include <stdio.h>

#define PAGE 4096
#define BASE 0x8048000u

static const struct exec_target i386 = {
	.machine = EXEC_MACHINE_386,
	.bits = 32,
	.page_size = PAGE,
	.low = 0x1000,
	.high = 0xc0000000,
};

static const struct exec_target riscv64 = {
	.machine = EXEC_MACHINE_RISCV,
	.bits = 64,
	.page_size = PAGE,
	.low = 0x1000,
	.high = 0x4000000000,
};

static const struct elf_segment text = {PT_LOAD, EXEC_READ | EXEC_EXECUTE, 0, BASE, 0x1800, 0x1800,
					PAGE};
static const struct elf_segment data = {
	PT_LOAD, EXEC_READ | EXEC_WRITE, 0x1800, BASE + 0x2800, 0x300, 0x1a00, PAGE};

/* Text at BASE with the headers, data with bss behind it. */
static struct elf sample(unsigned int bits)
{
	struct elf elf;

	elf_init(&elf, bits, bits == 32 ? EXEC_MACHINE_386 : EXEC_MACHINE_RISCV, ET_EXEC,
		 BASE + 0x100);
	elf_add(&elf, text);
	elf_add(&elf, data);
	for (size_t i = 0x200; i < elf.size; i++)
		elf.bytes[i] = (uint8_t)(i * 13);
	return elf;
}

static int read_as(const struct exec_target *target, struct elf *elf, struct exec_image *image)
{
	struct exec_file file = {.read = elf_read, .context = elf, .size = elf->size};

	return exec_read(target, &file, image);
}

static int read_32(struct elf *elf)
{
	struct exec_image image;

	return read_as(&i386, elf, &image);
}

/* Reads the sample with its first or second segment replaced. */
static int read_with(unsigned int index, struct elf_segment segment)
{
	struct elf elf32 = sample(32), elf64 = sample(64);
	struct exec_image image;
	int error;

	elf_put(&elf32, index, segment);
	elf_put(&elf64, index, segment);
	error = read_as(&i386, &elf32, &image);
	CHECK_EQ(read_as(&riscv64, &elf64, &image), error);
	return error;
}

#define WITH(original, ...)                                                                        \
	({                                                                                         \
		struct elf_segment s = (original);                                                 \
		__VA_ARGS__;                                                                       \
		s;                                                                                 \
	})

TEST("a good image of 32 bits is read with all its fields")
{
	struct elf elf = sample(32);
	struct exec_image image;

	CHECK_EQ(read_as(&i386, &elf, &image), 0);
	CHECK_EQ(image.entry, BASE + 0x100);
	CHECK_EQ(image.segment_count, 2);
	CHECK_EQ(image.segments[0].vaddr, BASE);
	CHECK_EQ(image.segments[0].flags, EXEC_READ | EXEC_EXECUTE);
	CHECK_EQ(image.segments[1].file_offset, 0x1800);
	CHECK_EQ(image.segments[1].file_size, 0x300);
	CHECK_EQ(image.segments[1].memory_size, 0x1a00);
	CHECK_EQ(image.low, BASE);
	CHECK_EQ(image.high, BASE + 0x5000);
	CHECK_EQ(image.align, PAGE);
	CHECK(!image.is_dynamic && !image.has_tls && !image.has_interpreter &&
	      !image.has_stack_flags);
}

TEST("a good image of 64 bits is read with all its fields")
{
	struct elf elf = sample(64);
	struct exec_image image;

	CHECK_EQ(read_as(&riscv64, &elf, &image), 0);
	CHECK_EQ(image.entry, BASE + 0x100);
	CHECK_EQ(image.segment_count, 2);
	CHECK_EQ(image.segments[1].vaddr, BASE + 0x2800);
	CHECK_EQ(image.segments[1].memory_size, 0x1a00);
}

TEST("the program headers' address and count are known")
{
	struct elf elf = sample(32);
	struct exec_image image;

	CHECK_EQ(read_as(&i386, &elf, &image), 0);
	CHECK_EQ(image.phdr_address, BASE + 52);
	CHECK_EQ(image.phdr_count, 2);
	CHECK_EQ(image.phdr_size, 32);
	elf = sample(64);
	CHECK_EQ(read_as(&riscv64, &elf, &image), 0);
	CHECK_EQ(image.phdr_address, BASE + 64);
	CHECK_EQ(image.phdr_size, 56);
}

TEST("program headers in no segment have address 0")
{
	struct elf elf = sample(32);
	struct exec_image image;

	elf_put(&elf, 0, WITH(text, s.offset = 0x1000; s.filesz = s.memsz = 0x800));
	CHECK_EQ(read_as(&i386, &elf, &image), 0);
	CHECK_EQ(image.phdr_address, 0);
}

TEST("GNU_STACK flags are reported")
{
	struct elf elf = sample(32);
	struct exec_image image;

	elf_add(&elf, (struct elf_segment){.type = PT_GNU_STACK, .flags = 6});
	CHECK_EQ(read_as(&i386, &elf, &image), 0);
	CHECK(image.has_stack_flags);
	CHECK_EQ(image.stack_flags, EXEC_READ | EXEC_WRITE);
}

TEST("the interpreter's path is read and must be one NUL-ended string")
{
	struct elf elf = sample(32);
	struct exec_file file = {.read = elf_read, .context = &elf, .size = elf.size};
	struct exec_image image;
	char path[EXEC_INTERPRETER_MAX];

	elf_add(&elf, (struct elf_segment){.type = PT_INTERP, .offset = 0x300, .filesz = 12});
	memcpy(elf.bytes + 0x300, "/lib/ld.so.1", 12);
	CHECK_EQ(read_as(&i386, &elf, &image), 0);
	CHECK_EQ(exec_read_interpreter(&image, &file, path, sizeof(path)), -ENOEXEC);
	elf.bytes[0x30b] = 0;
	CHECK_EQ(exec_read_interpreter(&image, &file, path, sizeof(path)), 0);
	CHECK_TEXT(path, "/lib/ld.so.");
	CHECK_EQ(exec_read_interpreter(&image, &file, path, 11), -E2BIG);
	elf.bytes[0x304] = 0;
	CHECK_EQ(exec_read_interpreter(&image, &file, path, sizeof(path)), -ENOEXEC);
	elf.bytes[0x304] = 'x';
	elf.bytes[0x300] = 0;
	CHECK_EQ(exec_read_interpreter(&image, &file, path, sizeof(path)), -ENOEXEC);
	elf.size = 0x300;
	CHECK_EQ(exec_read_interpreter(&image, &file, path, sizeof(path)), -EIO);
}

TEST("an image without interpreter says so")
{
	struct elf elf = sample(32);
	struct exec_file file = {.read = elf_read, .context = &elf, .size = elf.size};
	struct exec_image image;
	char path[8];

	CHECK_EQ(read_as(&i386, &elf, &image), 0);
	CHECK_EQ(exec_read_interpreter(&image, &file, path, sizeof(path)), -ENOENT);
}

TEST("interpreters of bad sizes, outside the file, or two of them are refused")
{
	struct elf_segment interpreter = {.type = PT_INTERP, .offset = 0x300, .filesz = 12};
	struct elf elf = sample(32);

	elf_add(&elf, interpreter);
	CHECK_EQ(read_32(&elf), 0);
	elf_put(&elf, 2, WITH(interpreter, s.filesz = 1));
	CHECK_EQ(read_32(&elf), -ENOEXEC);
	elf_put(&elf, 2, WITH(interpreter, s.filesz = EXEC_INTERPRETER_MAX + 1));
	CHECK_EQ(read_32(&elf), -ENOEXEC);
	elf_put(&elf, 2, WITH(interpreter, s.offset = 16380));
	CHECK_EQ(read_32(&elf), -ENOEXEC);
	elf_put(&elf, 2, interpreter);
	elf_add(&elf, interpreter);
	CHECK_EQ(read_32(&elf), -ENOEXEC);
}

TEST("a TLS template is reported and must lie in a segment's file bytes")
{
	struct elf_segment tls = {.type = PT_TLS,
				  .offset = 0x1800,
				  .vaddr = BASE + 0x2800,
				  .filesz = 0x20,
				  .memsz = 0x80,
				  .align = 16};
	struct elf elf = sample(32);
	struct exec_image image;

	elf_add(&elf, tls);
	CHECK_EQ(read_as(&i386, &elf, &image), 0);
	CHECK(image.has_tls);
	CHECK_EQ(image.tls.memory_size, 0x80);
	CHECK_EQ(image.tls.align, 16);
	elf_put(&elf, 2, WITH(tls, s.vaddr += 4));
	CHECK_EQ(read_32(&elf), -ENOEXEC);
	elf_put(&elf, 2, WITH(tls, s.filesz = 0x301; s.memsz = 0x301));
	CHECK_EQ(read_32(&elf), -ENOEXEC);
	elf_put(&elf, 2, WITH(tls, s.memsz = 0x10));
	CHECK_EQ(read_32(&elf), -ENOEXEC);
	elf_put(&elf, 2, WITH(tls, s.filesz = 0; s.vaddr = 4));
	CHECK_EQ(read_32(&elf), 0);
	elf_put(&elf, 2, WITH(tls, s.filesz = s.memsz));
	CHECK_EQ(read_32(&elf), 0);
}

TEST("a TLS block larger than the target's bounds, or a second one, is refused")
{
	struct elf_segment tls = {.type = PT_TLS, .align = 16};
	struct elf elf = sample(32);

	elf_add(&elf, WITH(tls, s.memsz = i386.high - i386.low));
	CHECK_EQ(read_32(&elf), 0);
	elf_put(&elf, 2, WITH(tls, s.memsz = i386.high - i386.low + 1));
	CHECK_EQ(read_32(&elf), -ENOEXEC);
	elf_put(&elf, 2, tls);
	CHECK_EQ(read_32(&elf), 0);
	elf_add(&elf, tls);
	CHECK_EQ(read_32(&elf), -ENOEXEC);
}

TEST("unknown program headers are ignored, whatever they hold")
{
	struct elf elf = sample(32);

	elf_add(&elf, (struct elf_segment){.type = PT_DYNAMIC, .offset = ~0u, .filesz = ~0u});
	elf_add(&elf, (struct elf_segment){.type = 0x70000001, .vaddr = ~0u, .align = 3});
	CHECK_EQ(read_32(&elf), 0);
}

TEST("a segment of no memory is ignored")
{
	struct elf elf = sample(32);
	struct exec_image image;

	elf_add(&elf, (struct elf_segment){.type = PT_LOAD, .vaddr = 5, .align = 3});
	CHECK_EQ(read_as(&i386, &elf, &image), 0);
	CHECK_EQ(image.segment_count, 2);
}

TEST("other magics, classes, byte orders and versions are -ENOEXEC")
{
	static const struct {
		uint8_t offset, value;
	} changes[] = {{0, 0x7e}, {3, 'f'}, {4, 2},  {4, 0},   {5, 2}, {5, 0},
		       {6, 0},	  {20, 2},  {23, 1}, {18, 40}, {19, 1}};

	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		struct elf elf = sample(32);

		elf.bytes[changes[i].offset] = changes[i].value;
		CHECK_EQ(read_32(&elf), -ENOEXEC);
	}
}

TEST("object files, core files and unknown types are -ENOEXEC")
{
	for (unsigned int type = 0; type < 6; type++) {
		struct elf elf = sample(32);

		put16(elf.bytes, 16, type);
		CHECK_EQ(read_32(&elf), type == ET_EXEC || type == ET_DYN ? 0 : -ENOEXEC);
	}
}

TEST("header and program header sizes must be the class's")
{
	struct elf elf = sample(32);

	put16(elf.bytes, 40, 64);
	CHECK_EQ(read_32(&elf), -ENOEXEC);
	elf = sample(32);
	put16(elf.bytes, 42, 33);
	CHECK_EQ(read_32(&elf), -ENOEXEC);
	put16(elf.bytes, 42, 0);
	CHECK_EQ(read_32(&elf), -ENOEXEC);
}

TEST("no program headers are -ENOEXEC, too many are -E2BIG")
{
	struct elf elf = sample(32);

	put16(elf.bytes, 44, 0);
	CHECK_EQ(read_32(&elf), -ENOEXEC);
	put16(elf.bytes, 44, EXEC_HEADERS_MAX + 1);
	CHECK_EQ(read_32(&elf), -E2BIG);
	put16(elf.bytes, 44, 0xffff);
	CHECK_EQ(read_32(&elf), -E2BIG);
}

TEST("program headers past the end, also by wrapping, are -ENOEXEC")
{
	static const uint64_t offsets[] = {16384 - 63, 16384, 0xffffffff, 0xfffffff0};
	struct elf elf;
	struct exec_image image;

	for (size_t i = 0; i < sizeof(offsets) / sizeof(*offsets); i++) {
		elf = sample(32);
		put32(elf.bytes, 28, offsets[i]);
		CHECK_EQ(read_32(&elf), -ENOEXEC);
	}
	elf = sample(64);
	put64(elf.bytes, 32, -56ull);
	CHECK_EQ(read_as(&riscv64, &elf, &image), -ENOEXEC);
}

TEST("no truncation of the headers is accepted")
{
	for (size_t size = 0; size < 52 + 2 * 32; size++) {
		struct elf elf = sample(32);

		elf.size = size;
		CHECK_EQ(read_32(&elf), -ENOEXEC);
	}
}

TEST("a file that cannot be read is -EIO")
{
	struct elf elf = sample(32);
	struct exec_file file = {.read = elf_read, .context = &elf, .size = elf.size};
	struct exec_image image;

	elf.size = 10;
	CHECK_EQ(exec_read(&i386, &file, &image), -EIO);
	elf.size = 100;
	CHECK_EQ(exec_read(&i386, &file, &image), -EIO);
}

TEST("segment bytes past the file's end, also by wrapping, are -ENOEXEC")
{
	CHECK_EQ(read_with(1, WITH(data, s.offset = 0x3800; s.filesz = 0x800)), 0);
	CHECK_EQ(read_with(1, WITH(data, s.offset = 0x3800; s.filesz = 0x801)), -ENOEXEC);
	CHECK_EQ(read_with(1, WITH(data, s.offset = 0xfffff800)), -ENOEXEC);
	CHECK_EQ(read_with(1, WITH(data, s.filesz = s.memsz = 0xfffff000)), -ENOEXEC);
}

TEST("64-bit offsets and sizes that wrap are -ENOEXEC")
{
	static const uint64_t extremes[] = {-1ull, -4096ull, 1ull << 63, 1ull << 40};
	struct exec_image image;

	for (size_t i = 0; i < sizeof(extremes) / sizeof(*extremes); i++)
		for (size_t field = 8; field <= 40; field += 8) {
			struct elf elf = sample(64);

			if (field == 24) /* p_paddr means nothing */
				continue;
			put64(elf.bytes, 64 + 56 + field, extremes[i]);
			CHECK_EQ(read_as(&riscv64, &elf, &image), -ENOEXEC);
		}
}

TEST("more file than memory is -ENOEXEC")
{
	CHECK_EQ(read_with(1, WITH(data, s.memsz = 0x2ff)), -ENOEXEC);
	CHECK_EQ(read_with(1, WITH(data, s.memsz = 0)), -ENOEXEC);
	CHECK_EQ(read_with(1, WITH(data, s.memsz = 0x300)), 0);
}

TEST("segments outside the caller's bounds are -ENOEXEC")
{
	struct elf elf = sample(32);
	struct exec_target target = i386;
	struct exec_image image;

	target.low = BASE;
	target.high = BASE + 0x5000;
	CHECK_EQ(read_as(&target, &elf, &image), 0);
	target.low = BASE + 1;
	CHECK_EQ(read_as(&target, &elf, &image), -ENOEXEC);
	target.low = BASE;
	target.high = BASE + 0x4fff;
	CHECK_EQ(read_as(&target, &elf, &image), -ENOEXEC);
}

TEST("segments at the very top of 32 bits are allowed without bounds, not beyond")
{
	struct exec_target target = {.machine = EXEC_MACHINE_386, .bits = 32, .page_size = PAGE};
	struct elf elf = sample(32);
	struct exec_image image;

	elf_put(&elf, 1, WITH(data, s.vaddr = 0xfffff800; s.memsz = 0x800));
	CHECK_EQ(read_as(&target, &elf, &image), 0);
	CHECK_EQ(image.high, 0x100000000);
	elf_put(&elf, 1, WITH(data, s.vaddr = 0xfffff800; s.memsz = 0x801));
	CHECK_EQ(read_as(&target, &elf, &image), -ENOEXEC);
}

TEST("segments that overlap, share a page or descend are -ENOEXEC")
{
	CHECK_EQ(read_with(1, WITH(data, s.vaddr = BASE + 0x1000; s.offset = 0)), -ENOEXEC);
	CHECK_EQ(read_with(1, WITH(data, s.vaddr = BASE + 0x1800)), -ENOEXEC);
	CHECK_EQ(read_with(1, WITH(data, s.vaddr = BASE - 0x2800)), -ENOEXEC);
	CHECK_EQ(read_with(1, WITH(data, s.vaddr = BASE + 0x2000; s.offset = 0x1000)), 0);
}

TEST("alignments that are no power of two are -ENOEXEC")
{
	CHECK_EQ(read_with(1, WITH(data, s.align = 3)), -ENOEXEC);
	CHECK_EQ(read_with(1, WITH(data, s.align = 0x1001)), -ENOEXEC);
	CHECK_EQ(read_with(1, WITH(data, s.align = 0)), 0);
	CHECK_EQ(read_with(1, WITH(data, s.align = 1)), 0);
}

TEST("offset and address must agree modulo the page and the alignment")
{
	CHECK_EQ(read_with(1, WITH(data, s.offset = 0x1804)), -ENOEXEC);
	CHECK_EQ(read_with(1, WITH(data, s.align = 4; s.offset = 0x1804)), -ENOEXEC);
	CHECK_EQ(read_with(1, WITH(data, s.align = 0x10000)), -ENOEXEC);
	CHECK_EQ(read_with(1, WITH(data, s.align = 0x10000; s.vaddr = 0x8061800)), 0);
}

TEST("a segment without file bytes may carry any offset")
{
	CHECK_EQ(read_with(1, WITH(data, s.filesz = 0; s.offset = 0xfffffff1)), 0);
}

TEST("no segments, or more than fit, are refused")
{
	struct elf elf;

	elf_init(&elf, 32, EXEC_MACHINE_386, ET_EXEC, BASE);
	elf_add(&elf, (struct elf_segment){.type = PT_GNU_STACK});
	CHECK_EQ(read_32(&elf), -ENOEXEC);
	elf_init(&elf, 32, EXEC_MACHINE_386, ET_EXEC, BASE);
	for (unsigned int i = 0; i <= EXEC_SEGMENTS_MAX; i++) {
		if (i)
			CHECK_EQ(read_32(&elf), 0);
		elf_add(&elf, WITH(text, s.vaddr += i * 0x2000; s.offset = 0x1000; s.filesz = 8));
	}
	CHECK_EQ(read_32(&elf), -E2BIG);
}

TEST("the entry must lie in an executable segment")
{
	static const uint32_t entries[] = {
		0, BASE - 1, BASE + 0x1800, BASE + 0x2800, BASE + 0x9000, 0xffffffff};

	for (size_t i = 0; i < sizeof(entries) / sizeof(*entries); i++) {
		struct elf elf = sample(32);

		put32(elf.bytes, 24, entries[i]);
		CHECK_EQ(read_32(&elf), -ENOEXEC);
	}
}

TEST("the entry may lie in any executable segment")
{
	struct elf elf = sample(32);

	elf_put(&elf, 1, WITH(data, s.flags = EXEC_EXECUTE));
	put32(elf.bytes, 24, BASE + 0x2800);
	CHECK_EQ(read_32(&elf), 0);
	put32(elf.bytes, 24, BASE + 0x2800 + 0x19ff);
	CHECK_EQ(read_32(&elf), 0);
	put32(elf.bytes, 24, BASE + 0x2800 + 0x1a00);
	CHECK_EQ(read_32(&elf), -ENOEXEC);
}

TEST("a dynamic image may be as large as the target's bounds, not larger")
{
	struct exec_target target = i386;
	struct elf elf = sample(32);
	struct exec_image image;

	put16(elf.bytes, 16, ET_DYN);
	target.low = 0x10000;
	target.high = 0x15000;
	CHECK_EQ(read_as(&target, &elf, &image), 0);
	target.high = 0x14fff;
	CHECK_EQ(read_as(&target, &elf, &image), -ENOEXEC);
}

TEST("targets that make no sense are -EINVAL")
{
	struct elf elf = sample(32);
	struct exec_target targets[] = {i386, i386, i386, i386, i386, i386, i386};
	struct exec_image image;

	targets[0].bits = 16;
	targets[1].page_size = 0;
	targets[2].page_size = 4095;
	targets[3].low = targets[3].high;
	targets[4].high = 0x100000001;
	targets[5].low = 0x1001;
	targets[5].high = 0x1fff;
	targets[6].low = 0x1001;
	targets[6].high = 0x2fff;
	for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++)
		CHECK_EQ(read_as(&targets[i], &elf, &image), -EINVAL);
}

TEST("a file in memory is read inside its bounds alone")
{
	static const char bytes[] = "0123456789";
	struct exec_memory file = {bytes, 10};
	char buffer[10];

	CHECK_EQ(exec_memory_read(&file, 3, buffer, 4), 0);
	CHECK_EQ(memcmp(buffer, "3456", 4), 0);
	CHECK_EQ(exec_memory_read(&file, 10, buffer, 0), 0);
	CHECK_EQ(exec_memory_read(&file, 7, buffer, 4), -EIO);
	CHECK_EQ(exec_memory_read(&file, 11, buffer, 0), -EIO);
	CHECK_EQ(exec_memory_read(&file, UINT64_MAX, buffer, 1), -EIO);
	CHECK_EQ(exec_memory_read(&file, 1, buffer, SIZE_MAX), -EIO);
}
