/* Input: one byte that chooses the target, then the file. An accepted image is loaded; all calls
 * must stay in the target's bounds and in the file, and fill every mapping exactly once.
 */
#include "fuzz.h"

#include <exec.h>
#include <skerry/errno.h>

#define PAGE 4096u

static const struct exec_target targets[] = {
	{EXEC_MACHINE_386, 32, PAGE, 0x1000, 0xc0000000},
	{EXEC_MACHINE_ARM, 32, PAGE, 0x8000, 0},
	{EXEC_MACHINE_RISCV, 64, PAGE, 0x1000, 0x4000000000},
	{EXEC_MACHINE_X86_64, 64, PAGE, 0, 0},
};

struct space {
	const uint8_t *file;
	size_t size;
	const struct exec_image *image;
	uint64_t low, high;  /* the target's bounds */
	uint64_t start, end; /* of the current mapping */
	uint64_t filled;     /* up to here */
	unsigned int mapped, protected;
};

static int read_bytes(void *context, uint64_t offset, void *buffer, size_t length)
{
	struct space *space = context;

	fuzz_require(offset <= space->size && length <= space->size - offset,
		     "reads stay in the file");
	memcpy(buffer, space->file + offset, length);
	return 0;
}

static int map(void *context, uint64_t address, uint64_t size, uint32_t flags)
{
	struct space *space = context;

	fuzz_require(size && address % PAGE == 0 && size % PAGE == 0 && flags <= 7,
		     "mappings are whole pages");
	fuzz_require(address >= space->low && address <= space->high &&
			     size <= space->high - address,
		     "mappings are in bounds");
	fuzz_require(!space->mapped || address >= space->end, "mappings ascend");
	fuzz_require(space->filled == space->end, "the mapping before is full");
	space->start = space->filled = address;
	space->end = address + size;
	space->mapped++;
	return 0;
}

static void fill(struct space *space, uint64_t address, uint64_t size)
{
	fuzz_require(size && address == space->filled && size <= space->end - address,
		     "filling is gapless and inside the mapping");
	space->filled += size;
}

static int copy(void *context, uint64_t address, uint64_t file_offset, uint64_t size)
{
	struct space *space = context;

	fuzz_require(file_offset <= space->size && size <= space->size - file_offset,
		     "copies stay in the file");
	fill(space, address, size);
	return 0;
}

static int clear(void *context, uint64_t address, uint64_t size)
{
	fill(context, address, size);
	return 0;
}

static int protect(void *context, uint64_t address, uint64_t size, uint32_t flags)
{
	struct space *space = context;

	fuzz_require(address >= space->low && size && flags <= 7, "protection is of mappings");
	space->protected ++;
	return 0;
}

static const struct exec_ops ops = {.map = map, .copy = copy, .clear = clear, .protect = protect};

static void check_image(const struct exec_image *image)
{
	bool entry_found = false;

	fuzz_require(image->segment_count && image->segment_count <= EXEC_SEGMENTS_MAX,
		     "segments are counted");
	for (unsigned int i = 0; i < image->segment_count; i++) {
		const struct exec_segment *segment = &image->segments[i];

		fuzz_require(segment->file_size <= segment->memory_size, "file fits memory");
		entry_found |= segment->flags & EXEC_EXECUTE && image->entry >= segment->vaddr &&
			       image->entry - segment->vaddr < segment->memory_size;
	}
	fuzz_require(entry_found, "the entry is executable");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct exec_target *target = &targets[size ? data[0] % 4 : 0];
	struct space space = {.file = data + 1, .size = size ? size - 1 : 0};
	struct exec_file file = {read_bytes, &space, space.size};
	struct exec_image image;
	char path[EXEC_INTERPRETER_MAX];
	uint64_t bias = 0;
	int error = exec_read(target, &file, &image);

	fuzz_accepted(!error);
	if (error) {
		fuzz_require(error == -ENOEXEC || error == -E2BIG, "errors are documented");
		return 0;
	}
	check_image(&image);
	if (!exec_read_interpreter(&image, &file, path, sizeof(path)))
		fuzz_require(strlen(path) == image.interpreter_size - 1, "the path is a string");

	space.low = image.target.low;
	space.high = image.target.high;
	if (image.is_dynamic)
		bias = ((space.low + image.align - 1) & -image.align) - (image.low & -image.align);
	error = exec_load(&ops, &space, &image, bias);
	fuzz_require(!error || error == -EINVAL, "only the bias may be refused");
	fuzz_require(!error || image.is_dynamic, "an accepted executable can be placed");
	fuzz_require(error || (space.mapped == image.segment_count &&
			       space.protected == space.mapped && space.filled == space.end),
		     "all segments are placed");
	fuzz_accepted(!error);
	return 0;
}
