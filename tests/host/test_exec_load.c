/* Placing segments: the call-backs' order, what ends up in memory, and undoing. */
#include "elf_builder.h"
#include "test.h"

#include <skerry/errno.h>
#include <stdio.h>

#define PAGE 4096
#define BASE 0x10000u
#define SPACE_SIZE 0x20000u

/* A destination of SPACE_SIZE bytes at address BASE, and a log of the calls. */
struct space {
	uint8_t bytes[SPACE_SIZE];
	struct elf elf;
	char log[1024];
	int fail_at; /* number of the call that fails; -1: none */
	int calls;
};

static int record(struct space *space, const char *call, uint64_t address, uint64_t size)
{
	char line[64];

	sprintf(line, "%s %llx+%llx ", call, (unsigned long long)address, (unsigned long long)size);
	if (strlen(space->log) + strlen(line) < sizeof(space->log))
		strcat(space->log, line);
	CHECK(address >= BASE && size && size <= BASE + SPACE_SIZE - address);
	return space->calls++ == space->fail_at ? -ENOMEM : 0;
}

static int space_map(void *context, uint64_t address, uint64_t size, uint32_t flags)
{
	CHECK(address % PAGE == 0 && size % PAGE == 0 && flags);
	return record(context, "map", address, size);
}

static int space_copy(void *context, uint64_t address, uint64_t file_offset, uint64_t size)
{
	struct space *space = context;
	int error = record(space, "copy", address, size);

	if (!error)
		memcpy(space->bytes + (address - BASE), space->elf.bytes + file_offset, size);
	return error;
}

static int space_clear(void *context, uint64_t address, uint64_t size)
{
	struct space *space = context;
	int error = record(space, "clear", address, size);

	if (!error)
		memset(space->bytes + (address - BASE), 0, size);
	return error;
}

static int space_protect(void *context, uint64_t address, uint64_t size, uint32_t flags)
{
	return record(context, flags & EXEC_WRITE ? "rw" : "rx", address, size);
}

static void space_undo(void *context, uint64_t address, uint64_t size)
{
	struct space *space = context;

	space->calls = -1000; /* undoing is never the call that fails */
	record(space, "undo", address, size);
}

static const struct exec_ops ops = {
	.map = space_map,
	.copy = space_copy,
	.clear = space_clear,
	.protect = space_protect,
	.undo = space_undo,
};

static const struct exec_target target = {
	.machine = EXEC_MACHINE_ARM,
	.bits = 32,
	.page_size = PAGE,
	.low = BASE,
	.high = BASE + SPACE_SIZE,
};

/* Text from offset 0 at BASE (or 0 if dynamic), data at +0x2800 with bss; memory is full of 0xee.
 */
static struct exec_image prepare(struct space *space, uint16_t type)
{
	uint64_t base = type == ET_DYN ? 0 : BASE;
	struct exec_file file = {.read = elf_read, .context = &space->elf};
	struct exec_image image;

	memset(space, 0, sizeof(*space));
	memset(space->bytes, 0xee, sizeof(space->bytes));
	space->fail_at = -1;
	elf_init(&space->elf, 32, EXEC_MACHINE_ARM, type, base + 0x100);
	elf_add(&space->elf, (struct elf_segment){PT_LOAD, EXEC_READ | EXEC_EXECUTE, 0, base,
						  0x1800, 0x1800, PAGE});
	elf_add(&space->elf, (struct elf_segment){PT_LOAD, EXEC_READ | EXEC_WRITE, 0x1800,
						  base + 0x2800, 0x300, 0x1a00, PAGE});
	for (size_t i = 0x200; i < space->elf.size; i++)
		space->elf.bytes[i] = (uint8_t)(i * 13) | 1;
	file.size = space->elf.size;
	CHECK_EQ(exec_read(&target, &file, &image), 0);
	return image;
}

static bool is_zero(const uint8_t *bytes, size_t size)
{
	while (size--)
		if (*bytes++)
			return false;
	return true;
}

static struct space space;

TEST("each segment is mapped, filled and cleared, then all are protected")
{
	struct exec_image image = prepare(&space, ET_EXEC);

	CHECK_EQ(exec_load(&ops, &space, &image, 0), 0);
	CHECK_TEXT(space.log, "map 10000+2000 copy 10000+1800 clear 11800+800 "
			      "map 12000+3000 clear 12000+800 copy 12800+300 clear 12b00+2500 "
			      "rx 10000+2000 rw 12000+3000 ");
}

TEST("the loaded memory is the file's bytes and zeros, and nothing else is touched")
{
	struct exec_image image = prepare(&space, ET_EXEC);

	CHECK_EQ(exec_load(&ops, &space, &image, 0), 0);
	CHECK(!memcmp(space.bytes, space.elf.bytes, 0x1800));
	CHECK(is_zero(space.bytes + 0x1800, 0x1000));
	CHECK(!memcmp(space.bytes + 0x2800, space.elf.bytes + 0x1800, 0x300));
	CHECK(is_zero(space.bytes + 0x2b00, 0x2500));
	CHECK_EQ(space.bytes[0x5000], 0xee);
}

TEST("a dynamic image is placed at its bias")
{
	struct exec_image image = prepare(&space, ET_DYN);

	CHECK(image.is_dynamic);
	CHECK_EQ(image.low, 0);
	CHECK_EQ(exec_load(&ops, &space, &image, BASE + 0x3000), 0);
	CHECK(!memcmp(space.bytes + 0x3000, space.elf.bytes, 0x1800));
	CHECK(!memcmp(space.bytes + 0x5800, space.elf.bytes + 0x1800, 0x300));
}

TEST("a bias out of bounds is -EINVAL before any call")
{
	struct exec_image image = prepare(&space, ET_DYN);
	uint64_t highest = BASE + SPACE_SIZE - 0x5000;

	CHECK_EQ(exec_load(&ops, &space, &image, 0), -EINVAL);
	CHECK_EQ(exec_load(&ops, &space, &image, BASE - PAGE), -EINVAL);
	CHECK_EQ(exec_load(&ops, &space, &image, highest + PAGE), -EINVAL);
	CHECK_EQ(exec_load(&ops, &space, &image, -(uint64_t)PAGE), -EINVAL);
	CHECK_EQ(space.calls, 0);
	CHECK_EQ(exec_load(&ops, &space, &image, highest), 0);
}

TEST("a bias that breaks the alignment is -EINVAL")
{
	struct exec_image image = prepare(&space, ET_DYN);

	CHECK_EQ(exec_load(&ops, &space, &image, BASE + 1), -EINVAL);
	CHECK_EQ(exec_load(&ops, &space, &image, BASE + PAGE / 2), -EINVAL);
	image.align = 0x10000;
	CHECK_EQ(exec_load(&ops, &space, &image, BASE + PAGE), -EINVAL);
	CHECK_EQ(exec_load(&ops, &space, &image, BASE), 0);
}

TEST("a bias for an image that is not dynamic is -EINVAL")
{
	struct exec_image image = prepare(&space, ET_EXEC);

	CHECK_EQ(exec_load(&ops, &space, &image, PAGE), -EINVAL);
	CHECK_EQ(space.calls, 0);
}

TEST("a negative bias may bring a high dynamic image down")
{
	struct exec_image image = prepare(&space, ET_DYN);

	image.low += 0x80000000;
	image.high += 0x80000000;
	for (unsigned int i = 0; i < image.segment_count; i++)
		image.segments[i].vaddr += 0x80000000;
	CHECK_EQ(exec_load(&ops, &space, &image, (uint64_t)BASE - 0x80000000), 0);
	CHECK(!memcmp(space.bytes, space.elf.bytes, 0x1800));
}

TEST("the first map's failure undoes nothing")
{
	struct exec_image image = prepare(&space, ET_EXEC);

	space.fail_at = 0;
	CHECK_EQ(exec_load(&ops, &space, &image, 0), -ENOMEM);
	CHECK_TEXT(space.log, "map 10000+2000 ");
}

TEST("a failure anywhere undoes what was mapped, last first, and is passed on")
{
	static const char first[] = "undo 10000+2000 ";
	static const char both[] = "undo 12000+3000 undo 10000+2000 ";

	for (int call = 1; call < 9; call++) {
		struct exec_image image = prepare(&space, ET_EXEC);
		const char *wanted = call <= 3 ? first : both;

		space.fail_at = call;
		CHECK_EQ(exec_load(&ops, &space, &image, 0), -ENOMEM);
		CHECK(strlen(space.log) > strlen(wanted));
		CHECK_TEXT(space.log + strlen(space.log) - strlen(wanted), wanted);
		CHECK_EQ(strstr(space.log, "undo") - space.log,
			 (long)(strlen(space.log) - strlen(wanted)));
	}
}

TEST("clear, protect and undo are optional")
{
	struct exec_image image = prepare(&space, ET_EXEC);
	struct exec_ops few = {.map = space_map, .copy = space_copy};

	CHECK_EQ(exec_load(&few, &space, &image, 0), 0);
	CHECK_TEXT(space.log, "map 10000+2000 copy 10000+1800 map 12000+3000 copy 12800+300 ");
	image = prepare(&space, ET_EXEC);
	space.fail_at = 3;
	CHECK_EQ(exec_load(&few, &space, &image, 0), -ENOMEM);
}

TEST("a segment of zeros alone is mapped and cleared, not copied")
{
	struct exec_image image = prepare(&space, ET_EXEC);

	image.segment_count = 1;
	image.segments[0].file_size = 0;
	CHECK_EQ(exec_load(&ops, &space, &image, 0), 0);
	CHECK_TEXT(space.log, "map 10000+2000 clear 10000+2000 rx 10000+2000 ");
}
