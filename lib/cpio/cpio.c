/* The newc reader. One entry is checked as a whole, in file order, before any of it is shown;
 * offsets are compared by what is left of the range, so that no sum can wrap.
 */
#include <cpio.h>

#include <skerry/errno.h>
#include <stdbool.h>
#include <string.h>

#define MAGIC "070701"
#define MAGIC_SIZE 6
#define FIELD_SIZE 8
#define HEADER_SIZE (MAGIC_SIZE + FIELD_COUNT * FIELD_SIZE)
#define TRAILER "TRAILER!!!"

/* In the header's order. */
enum field {
	FIELD_INODE,
	FIELD_MODE,
	FIELD_USER,
	FIELD_GROUP,
	FIELD_LINKS,
	FIELD_TIME,
	FIELD_SIZE_OF_DATA,
	FIELD_DEVICE_MAJOR,
	FIELD_DEVICE_MINOR,
	FIELD_RDEVICE_MAJOR,
	FIELD_RDEVICE_MINOR,
	FIELD_SIZE_OF_NAME,
	FIELD_CHECK,
	FIELD_COUNT,
};

_Static_assert(HEADER_SIZE == 110, "newc header");

static bool parse_field(const unsigned char *digits, uint32_t *value)
{
	*value = 0;
	for (int i = 0; i < FIELD_SIZE; i++) {
		unsigned char digit = digits[i];

		if (digit >= '0' && digit <= '9')
			digit -= '0';
		else if (digit >= 'a' && digit <= 'f')
			digit -= 'a' - 10;
		else if (digit >= 'A' && digit <= 'F')
			digit -= 'A' - 10;
		else
			return false;
		*value = *value << 4 | digit;
	}
	return true;
}

static enum cpio_error parse_header(const unsigned char *header, size_t left,
				    uint32_t fields[FIELD_COUNT])
{
	if (left < HEADER_SIZE)
		return CPIO_HEADER_TRUNCATED;
	if (memcmp(header, MAGIC, MAGIC_SIZE))
		return CPIO_MAGIC_BAD;
	for (int i = 0; i < FIELD_COUNT; i++)
		if (!parse_field(header + MAGIC_SIZE + i * FIELD_SIZE, &fields[i]))
			return CPIO_NUMBER_BAD;
	return CPIO_FINE;
}

static enum cpio_error parse_name(const unsigned char *name, size_t left, uint32_t size,
				  struct cpio_entry *entry)
{
	if (size > left)
		return CPIO_NAME_TRUNCATED;
	if (size < 2)
		return CPIO_NAME_EMPTY;
	for (uint32_t i = 0; i < size; i++)
		if (!name[i] != (i == size - 1))
			return CPIO_NAME_NOT_ENDED;
	entry->name = (const char *)name;
	entry->name_length = size - 1;
	return CPIO_FINE;
}

/* Zero bytes from offset to the next multiple of 4. */
static size_t padding(size_t offset)
{
	return -offset % 4;
}

/* Data and the padding on both sides of it; *offset is behind the name. The trailer's data would
 * be ignored, so it needs no padding either.
 */
static enum cpio_error parse_data(const struct cpio_archive *archive, size_t *offset,
				  struct cpio_entry *entry, bool is_trailer)
{
	size_t left = archive->size - *offset;
	size_t before = padding(*offset);
	size_t after = padding(entry->size);

	if (is_trailer)
		return CPIO_FINE;
	if (before > left || entry->size > left - before || after > left - before - entry->size)
		return CPIO_DATA_TRUNCATED;
	entry->data = archive->bytes + *offset + before;
	*offset += before + entry->size + after;
	return CPIO_FINE;
}

/* Returns the error; *is_trailer and *offset (of the next entry) hold after CPIO_FINE. */
static enum cpio_error parse_entry(const struct cpio_archive *archive, struct cpio_entry *entry,
				   size_t *offset, bool *is_trailer)
{
	uint32_t fields[FIELD_COUNT];
	size_t left = archive->size - archive->offset;
	enum cpio_error error;

	if (!archive->size)
		return CPIO_EMPTY;
	if (!left)
		return CPIO_TRAILER_MISSING;
	error = parse_header(archive->bytes + archive->offset, left, fields);
	if (error)
		return error;
	*offset = archive->offset + HEADER_SIZE;
	error = parse_name(archive->bytes + *offset, left - HEADER_SIZE, fields[FIELD_SIZE_OF_NAME],
			   entry);
	if (error)
		return error;
	*offset += fields[FIELD_SIZE_OF_NAME];
	*is_trailer = !strcmp(entry->name, TRAILER);
	entry->size = fields[FIELD_SIZE_OF_DATA];
	entry->mode = fields[FIELD_MODE];
	entry->user = fields[FIELD_USER];
	entry->group = fields[FIELD_GROUP];
	entry->time = fields[FIELD_TIME];
	entry->links = fields[FIELD_LINKS];
	entry->special_major = fields[FIELD_RDEVICE_MAJOR];
	entry->special_minor = fields[FIELD_RDEVICE_MINOR];
	return parse_data(archive, offset, entry, *is_trailer);
}

void cpio_open(struct cpio_archive *archive, const void *bytes, size_t size)
{
	*archive = (struct cpio_archive){.bytes = bytes, .size = size};
}

int cpio_next(struct cpio_archive *archive, struct cpio_entry *entry)
{
	struct cpio_entry found;
	bool is_trailer;
	size_t offset;

	archive->error = parse_entry(archive, &found, &offset, &is_trailer);
	if (archive->error)
		return -EINVAL;
	if (is_trailer) /* the offset stays, so that further calls meet it again */
		return -ENOENT;
	archive->offset = offset;
	*entry = found;
	return 0;
}

static const char *skip_root(const char *name)
{
	if (name[0] == '.' && name[1] == '/')
		name++;
	while (*name == '/')
		name++;
	return name;
}

int cpio_find(struct cpio_archive *archive, const char *name, struct cpio_entry *entry)
{
	struct cpio_entry candidate;
	int error;

	name = skip_root(name);
	archive->offset = 0;
	while (!(error = cpio_next(archive, &candidate))) {
		if ((candidate.mode & CPIO_TYPE_MASK) != CPIO_TYPE_REGULAR)
			continue;
		if (candidate.links > 1 && !candidate.size)
			continue;
		if (!strcmp(skip_root(candidate.name), name)) {
			*entry = candidate;
			return 0;
		}
	}
	return error;
}

const char *cpio_error_text(enum cpio_error error)
{
	static const char *const texts[] = {
		[CPIO_FINE] = "no error",
		[CPIO_EMPTY] = "archive of no bytes",
		[CPIO_HEADER_TRUNCATED] = "header truncated",
		[CPIO_MAGIC_BAD] = "bad magic, not newc (070701)",
		[CPIO_NUMBER_BAD] = "number is not hexadecimal",
		[CPIO_NAME_EMPTY] = "empty name",
		[CPIO_NAME_TRUNCATED] = "name truncated",
		[CPIO_NAME_NOT_ENDED] = "name not ended by NUL",
		[CPIO_DATA_TRUNCATED] = "data truncated",
		[CPIO_TRAILER_MISSING] = "trailer missing",
	};

	return (unsigned int)error < sizeof(texts) / sizeof(*texts) ? texts[error]
								    : "unknown error";
}
