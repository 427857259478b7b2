/* The ELF loader. Reading normalises both classes into 64-bit fields and checks each against the
 * file and the target before the next step uses it; ranges are compared by what is left, so that
 * no sum can wrap. Loading trusts the image and only computes.
 */
#include <exec.h>

#include <skerry/errno.h>
#include <string.h>

#define ELF_MAGIC "\177ELF"
#define ELF_HEADER_SIZE_MAX 64
#define PROGRAM_HEADER_SIZE_MAX 56

enum elf_constant {
	ELF_CLASS_32 = 1,
	ELF_CLASS_64 = 2,
	ELF_LITTLE_ENDIAN = 1,
	ELF_VERSION = 1,
	ELF_TYPE_EXECUTABLE = 2,
	ELF_TYPE_DYNAMIC = 3,
};

enum segment_type {
	SEGMENT_LOAD = 1,
	SEGMENT_INTERPRETER = 3,
	SEGMENT_TLS = 7,
	SEGMENT_GNU_STACK = 0x6474e551,
};

/* Offsets of the fields whose place or width depends on the class; `wide` ones have word bytes. */
struct layout {
	uint8_t class;
	uint8_t word;
	uint8_t header_size;
	uint8_t header_phoff; /* wide */
	uint8_t header_ehsize;
	uint8_t header_phentsize;
	uint8_t header_phnum;
	uint8_t phdr_size;
	uint8_t phdr_flags;
	uint8_t phdr_offset; /* wide */
	uint8_t phdr_vaddr;  /* wide */
	uint8_t phdr_filesz; /* wide */
	uint8_t phdr_memsz;  /* wide */
	uint8_t phdr_align;  /* wide */
};

static const struct layout layout_32 = {
	.class = ELF_CLASS_32,
	.word = 4,
	.header_size = 52,
	.header_phoff = 28,
	.header_ehsize = 40,
	.header_phentsize = 42,
	.header_phnum = 44,
	.phdr_size = 32,
	.phdr_flags = 24,
	.phdr_offset = 4,
	.phdr_vaddr = 8,
	.phdr_filesz = 16,
	.phdr_memsz = 20,
	.phdr_align = 28,
};

static const struct layout layout_64 = {
	.class = ELF_CLASS_64,
	.word = 8,
	.header_size = 64,
	.header_phoff = 32,
	.header_ehsize = 52,
	.header_phentsize = 54,
	.header_phnum = 56,
	.phdr_size = 56,
	.phdr_flags = 4,
	.phdr_offset = 8,
	.phdr_vaddr = 16,
	.phdr_filesz = 32,
	.phdr_memsz = 40,
	.phdr_align = 48,
};

/* Of both classes: the header's fixed part. */
enum header_offset {
	HEADER_CLASS = 4,
	HEADER_DATA = 5,
	HEADER_IDENT_VERSION = 6,
	HEADER_TYPE = 16,
	HEADER_MACHINE = 18,
	HEADER_VERSION = 20,
	HEADER_ENTRY = 24, /* wide */
};

struct program_headers {
	const struct layout *layout;
	uint64_t offset;
	uint32_t count;
};

static uint64_t get_field(const uint8_t *bytes, unsigned int offset, unsigned int size)
{
	uint64_t value = 0;

	while (size--)
		value = value << 8 | bytes[offset + size];
	return value;
}

static bool is_power_of_two(uint64_t value)
{
	return value && !(value & (value - 1));
}

static bool is_within(uint64_t offset, uint64_t size, uint64_t end)
{
	return offset <= end && size <= end - offset;
}

static uint64_t page_floor(const struct exec_image *image, uint64_t address)
{
	return address & ~((uint64_t)image->target.page_size - 1);
}

/* The address is at most the target's high, a page boundary: no wrap. */
static uint64_t page_ceiling(const struct exec_image *image, uint64_t address)
{
	return page_floor(image, address + image->target.page_size - 1);
}

static int read_file(const struct exec_file *file, uint64_t offset, void *buffer, size_t length)
{
	return file->read(file->context, offset, buffer, length) ? -EIO : 0;
}

static uint64_t class_limit(const struct exec_target *target)
{
	return target->bits == 32 ? (uint64_t)1 << 32 : -(uint64_t)target->page_size;
}

static int check_target(struct exec_target *target)
{
	uint64_t page = target->page_size;

	if (target->bits != 32 && target->bits != 64)
		return -EINVAL;
	if (!is_power_of_two(page))
		return -EINVAL;
	if (!target->high || (target->bits == 64 && target->high > class_limit(target)))
		target->high = class_limit(target);
	if (target->high > class_limit(target) || target->low >= target->high)
		return -EINVAL;
	target->high &= ~(page - 1);
	target->low = (target->low + page - 1) & ~(page - 1);
	return target->low < target->high ? 0 : -EINVAL;
}

/* Fills entry, is_dynamic and the place of the program headers. */
static int read_header(const struct exec_file *file, struct exec_image *image,
		       struct program_headers *headers)
{
	const struct layout *layout = image->target.bits == 32 ? &layout_32 : &layout_64;
	uint8_t header[ELF_HEADER_SIZE_MAX];
	uint64_t type;

	if (file->size < layout->header_size)
		return -ENOEXEC;
	if (read_file(file, 0, header, layout->header_size))
		return -EIO;
	if (memcmp(header, ELF_MAGIC, 4) || header[HEADER_CLASS] != layout->class ||
	    header[HEADER_DATA] != ELF_LITTLE_ENDIAN ||
	    header[HEADER_IDENT_VERSION] != ELF_VERSION ||
	    get_field(header, HEADER_VERSION, 4) != ELF_VERSION ||
	    get_field(header, HEADER_MACHINE, 2) != image->target.machine)
		return -ENOEXEC;
	type = get_field(header, HEADER_TYPE, 2);
	if (type != ELF_TYPE_EXECUTABLE && type != ELF_TYPE_DYNAMIC)
		return -ENOEXEC;
	if (get_field(header, layout->header_ehsize, 2) != layout->header_size ||
	    get_field(header, layout->header_phentsize, 2) != layout->phdr_size)
		return -ENOEXEC;

	image->is_dynamic = type == ELF_TYPE_DYNAMIC;
	image->entry = get_field(header, HEADER_ENTRY, layout->word);
	headers->layout = layout;
	headers->offset = get_field(header, layout->header_phoff, layout->word);
	headers->count = (uint32_t)get_field(header, layout->header_phnum, 2);
	if (headers->count > EXEC_HEADERS_MAX)
		return -E2BIG;
	if (!headers->count ||
	    !is_within(headers->offset, (uint64_t)headers->count * layout->phdr_size, file->size))
		return -ENOEXEC;
	return 0;
}

static int add_segment(struct exec_image *image, const struct exec_segment *segment)
{
	const struct exec_target *target = &image->target;
	uint64_t low = image->is_dynamic ? 0 : target->low;
	uint64_t high = image->is_dynamic ? class_limit(target) : target->high;
	uint64_t align = segment->align > target->page_size ? segment->align : target->page_size;

	if (segment->vaddr < low || !is_within(segment->vaddr, segment->memory_size, high))
		return -ENOEXEC;
	if (segment->file_size && (segment->vaddr - segment->file_offset) & (align - 1))
		return -ENOEXEC;
	if (image->segment_count && page_floor(image, segment->vaddr) < image->high)
		return -ENOEXEC;
	if (image->segment_count == EXEC_SEGMENTS_MAX)
		return -E2BIG;
	if (!image->segment_count)
		image->low = page_floor(image, segment->vaddr);
	image->high = page_ceiling(image, segment->vaddr + segment->memory_size);
	if (align > image->align)
		image->align = align;
	image->segments[image->segment_count++] = *segment;
	return 0;
}

static int add_interpreter(struct exec_image *image, const struct exec_segment *segment)
{
	if (image->has_interpreter || segment->file_size < 2 ||
	    segment->file_size > EXEC_INTERPRETER_MAX)
		return -ENOEXEC;
	image->has_interpreter = true;
	image->interpreter_offset = segment->file_offset;
	image->interpreter_size = segment->file_size;
	return 0;
}

static int add_tls(struct exec_image *image, const struct exec_segment *segment)
{
	if (image->has_tls || segment->memory_size > image->target.high - image->target.low)
		return -ENOEXEC;
	image->has_tls = true;
	image->tls = *segment;
	return 0;
}

/* What every type with a meaning to us must fulfil. */
static bool is_sane(const struct exec_file *file, const struct exec_segment *segment)
{
	if (segment->align && !is_power_of_two(segment->align))
		return false;
	return is_within(segment->file_offset, segment->file_size, file->size);
}

static int add_program_header(const struct exec_file *file, struct exec_image *image, uint32_t type,
			      struct exec_segment *segment)
{
	switch (type) {
	case SEGMENT_LOAD:
		if (segment->file_size > segment->memory_size)
			return -ENOEXEC;
		if (!segment->memory_size)
			return 0;
		if (!segment->file_size)
			segment->file_offset = 0;
		return is_sane(file, segment) ? add_segment(image, segment) : -ENOEXEC;
	case SEGMENT_INTERPRETER:
		return is_sane(file, segment) ? add_interpreter(image, segment) : -ENOEXEC;
	case SEGMENT_TLS:
		if (segment->file_size > segment->memory_size)
			return -ENOEXEC;
		return is_sane(file, segment) ? add_tls(image, segment) : -ENOEXEC;
	case SEGMENT_GNU_STACK:
		image->has_stack_flags = true;
		image->stack_flags = segment->flags;
		return 0;
	default:
		return 0;
	}
}

static int read_program_header(const struct exec_file *file, struct exec_image *image,
			       const struct program_headers *headers, uint32_t index)
{
	const struct layout *layout = headers->layout;
	uint8_t header[PROGRAM_HEADER_SIZE_MAX];
	struct exec_segment segment;

	if (read_file(file, headers->offset + (uint64_t)index * layout->phdr_size, header,
		      layout->phdr_size))
		return -EIO;
	segment = (struct exec_segment){
		.file_offset = get_field(header, layout->phdr_offset, layout->word),
		.file_size = get_field(header, layout->phdr_filesz, layout->word),
		.vaddr = get_field(header, layout->phdr_vaddr, layout->word),
		.memory_size = get_field(header, layout->phdr_memsz, layout->word),
		.align = get_field(header, layout->phdr_align, layout->word),
		.flags = (uint32_t)get_field(header, layout->phdr_flags, 4) &
			 (EXEC_READ | EXEC_WRITE | EXEC_EXECUTE),
	};
	return add_program_header(file, image, (uint32_t)get_field(header, 0, 4), &segment);
}

static bool entry_is_executable(const struct exec_image *image)
{
	for (unsigned int i = 0; i < image->segment_count; i++) {
		const struct exec_segment *segment = &image->segments[i];

		if (image->entry >= segment->vaddr &&
		    image->entry - segment->vaddr < segment->memory_size)
			return segment->flags & EXEC_EXECUTE;
	}
	return false;
}

/* The segment whose file bytes include [offset, offset + size), or NULL. */
static const struct exec_segment *segment_of_file(const struct exec_image *image, uint64_t offset,
						  uint64_t size)
{
	for (unsigned int i = 0; i < image->segment_count; i++) {
		const struct exec_segment *segment = &image->segments[i];

		if (offset >= segment->file_offset &&
		    is_within(offset - segment->file_offset, size, segment->file_size))
			return segment;
	}
	return NULL;
}

static bool tls_is_loaded(const struct exec_image *image)
{
	const struct exec_segment *segment;

	if (!image->has_tls || !image->tls.file_size)
		return true;
	segment = segment_of_file(image, image->tls.file_offset, image->tls.file_size);
	return segment &&
	       image->tls.vaddr - segment->vaddr == image->tls.file_offset - segment->file_offset;
}

static int check_image(struct exec_image *image, const struct program_headers *headers)
{
	const struct exec_segment *segment;

	if (!image->segment_count || !entry_is_executable(image) || !tls_is_loaded(image))
		return -ENOEXEC;
	if (image->high - image->low > image->target.high - image->target.low)
		return -ENOEXEC;
	image->phdr_count = headers->count;
	image->phdr_size = headers->layout->phdr_size;
	segment = segment_of_file(image, headers->offset,
				  (uint64_t)headers->count * headers->layout->phdr_size);
	if (segment)
		image->phdr_address = segment->vaddr + (headers->offset - segment->file_offset);
	return 0;
}

int exec_read(const struct exec_target *target, const struct exec_file *file,
	      struct exec_image *image)
{
	struct program_headers headers;
	int error;

	memset(image, 0, sizeof(*image));
	image->target = *target;
	error = check_target(&image->target);
	if (error)
		return error;
	image->align = image->target.page_size;
	error = read_header(file, image, &headers);
	if (error)
		return error;
	for (uint32_t i = 0; i < headers.count; i++) {
		error = read_program_header(file, image, &headers, i);
		if (error)
			return error;
	}
	return check_image(image, &headers);
}

int exec_read_interpreter(const struct exec_image *image, const struct exec_file *file, char *path,
			  size_t size)
{
	size_t length = (size_t)image->interpreter_size;

	if (!image->has_interpreter)
		return -ENOENT;
	if (length > size)
		return -E2BIG;
	if (read_file(file, image->interpreter_offset, path, length))
		return -EIO;
	for (size_t i = 0; i < length; i++)
		if (!path[i] != (i == length - 1))
			return -ENOEXEC;
	return 0;
}

struct placement {
	const struct exec_ops *ops;
	void *context;
	const struct exec_image *image;
	uint64_t bias;
};

static uint64_t mapping_start(const struct placement *placement, unsigned int index)
{
	return page_floor(placement->image, placement->image->segments[index].vaddr) +
	       placement->bias;
}

static uint64_t mapping_end(const struct placement *placement, unsigned int index)
{
	const struct exec_segment *segment = &placement->image->segments[index];

	return page_ceiling(placement->image, segment->vaddr + segment->memory_size) +
	       placement->bias;
}

static int clear_range(const struct placement *placement, uint64_t start, uint64_t end)
{
	if (!placement->ops->clear || start == end)
		return 0;
	return placement->ops->clear(placement->context, start, end - start);
}

static int fill_segment(const struct placement *placement, unsigned int index)
{
	const struct exec_segment *segment = &placement->image->segments[index];
	uint64_t start = segment->vaddr + placement->bias;
	int error = clear_range(placement, mapping_start(placement, index), start);

	if (!error && segment->file_size)
		error = placement->ops->copy(placement->context, start, segment->file_offset,
					     segment->file_size);
	if (!error)
		error = clear_range(placement, start + segment->file_size,
				    mapping_end(placement, index));
	return error;
}

static int protect_segment(const struct placement *placement, unsigned int index)
{
	uint64_t start = mapping_start(placement, index);

	if (!placement->ops->protect)
		return 0;
	return placement->ops->protect(placement->context, start,
				       mapping_end(placement, index) - start,
				       placement->image->segments[index].flags);
}

/* *mapped counts the ranges to undo after a failure. */
static int place_segments(const struct placement *placement, unsigned int *mapped)
{
	const struct exec_image *image = placement->image;
	int error;

	for (*mapped = 0; *mapped < image->segment_count;) {
		unsigned int index = *mapped;
		uint64_t start = mapping_start(placement, index);

		error = placement->ops->map(placement->context, start,
					    mapping_end(placement, index) - start,
					    image->segments[index].flags);
		if (error)
			return error;
		++*mapped;
		error = fill_segment(placement, index);
		if (error)
			return error;
	}
	for (unsigned int i = 0; i < image->segment_count; i++) {
		error = protect_segment(placement, i);
		if (error)
			return error;
	}
	return 0;
}

int exec_load(const struct exec_ops *ops, void *context, const struct exec_image *image,
	      uint64_t bias)
{
	const struct exec_target *target = &image->target;
	struct placement placement = {ops, context, image, bias};
	uint64_t low = image->low + bias;
	unsigned int mapped;
	int error;

	/* The bias may be "negative" (wrap): only where the image ends up counts. */
	if (bias & (image->align - 1) || (bias && !image->is_dynamic))
		return -EINVAL;
	if (low < target->low || !is_within(low, image->high - image->low, target->high))
		return -EINVAL;

	error = place_segments(&placement, &mapped);
	if (error && ops->undo)
		while (mapped--) {
			uint64_t start = mapping_start(&placement, mapped);

			ops->undo(context, start, mapping_end(&placement, mapped) - start);
		}
	return error;
}

/* --- Files in memory ---------------------------------------------------------------------------
 */

int exec_memory_read(void *context, uint64_t offset, void *buffer, size_t length)
{
	const struct exec_memory *file = context;

	if (offset > file->size || length > file->size - offset)
		return -EIO;
	memcpy(buffer, (const char *)file->bytes + offset, length);
	return 0;
}
