/* The newc reader: good archives, then one broken field at a time. */
#include "test.h"

#include <cpio.h>
#include <skerry/errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER 110

struct builder {
	char bytes[4096];
	size_t size;
	size_t last; /* offset of the last entry */
};

static void pad(struct builder *builder)
{
	while (builder->size % 4)
		builder->bytes[builder->size++] = 0;
}

static void add(struct builder *builder, const char *name, unsigned int mode, unsigned int links,
		const char *data)
{
	size_t name_size = strlen(name) + 1, size = strlen(data);

	builder->last = builder->size;
	builder->size +=
		(size_t)sprintf(builder->bytes + builder->size,
				"070701%08X%08X%08X%08X%08X%08X%08zX%08X%08X%08X%08X%08zX"
				"%08X",
				1, mode, 10, 20, links, 30, size, 0, 0, 0, 0, name_size, 0);
	memcpy(builder->bytes + builder->size, name, name_size);
	builder->size += name_size;
	pad(builder);
	memcpy(builder->bytes + builder->size, data, size);
	builder->size += size;
	pad(builder);
}

static void add_file(struct builder *builder, const char *name, const char *data)
{
	add(builder, name, CPIO_TYPE_REGULAR | 0644, 1, data);
}

static void add_trailer(struct builder *builder)
{
	add(builder, "TRAILER!!!", 0, 1, "");
}

/* A directory, two files, the trailer. */
static struct builder sample(void)
{
	struct builder builder = {.size = 0};

	add(&builder, "sbin", CPIO_TYPE_DIRECTORY | 0755, 2, "");
	add_file(&builder, "sbin/vm", "virtual memory");
	add_file(&builder, "sbin/rs", "recovery");
	add_trailer(&builder);
	return builder;
}

/* Runs over a copy of exactly size bytes; returns the last status, the entries in *count. */
static int run_over(const struct builder *builder, size_t size, unsigned int *count,
		    enum cpio_error *error)
{
	char *bytes = malloc(size ? size : 1);
	struct cpio_archive archive;
	struct cpio_entry entry;
	int status;

	memcpy(bytes, builder->bytes, size);
	cpio_open(&archive, bytes, size);
	for (*count = 0; !(status = cpio_next(&archive, &entry)); ++*count)
		;
	*error = archive.error;
	free(bytes);
	return status;
}

static void check_error(const struct builder *builder, enum cpio_error wanted)
{
	enum cpio_error error;
	unsigned int count;

	CHECK_EQ(run_over(builder, builder->size, &count, &error), -EINVAL);
	CHECK_EQ(error, wanted);
}

TEST("entries come in order, with their fields, up to the trailer")
{
	struct builder builder = sample();
	struct cpio_archive archive;
	struct cpio_entry entry;

	cpio_open(&archive, builder.bytes, builder.size);
	CHECK_EQ(cpio_next(&archive, &entry), 0);
	CHECK_TEXT(entry.name, "sbin");
	CHECK_EQ(entry.mode, CPIO_TYPE_DIRECTORY | 0755);
	CHECK_EQ(cpio_next(&archive, &entry), 0);
	CHECK_TEXT(entry.name, "sbin/vm");
	CHECK_EQ(entry.name_length, 7);
	CHECK_EQ(entry.size, 14);
	CHECK(!memcmp(entry.data, "virtual memory", 14));
	CHECK_EQ(entry.user, 10);
	CHECK_EQ(entry.group, 20);
	CHECK_EQ(entry.time, 30);
	CHECK_EQ(entry.links, 1);
	CHECK_EQ(cpio_next(&archive, &entry), 0);
	CHECK_EQ(cpio_next(&archive, &entry), -ENOENT);
	CHECK_EQ(cpio_next(&archive, &entry), -ENOENT);
}

TEST("what follows the trailer is ignored")
{
	struct builder builder = sample();
	enum cpio_error error;
	unsigned int count;

	memcpy(builder.bytes + builder.size, "rubbish", 7);
	CHECK_EQ(run_over(&builder, builder.size + 7, &count, &error), -ENOENT);
	CHECK_EQ(count, 3);
}

TEST("a trailer without padding at the very end is fine")
{
	struct builder builder = sample();
	enum cpio_error error;
	unsigned int count;

	CHECK_EQ(run_over(&builder, builder.last + HEADER + 11, &count, &error), -ENOENT);
	CHECK_EQ(count, 3);
}

TEST("an archive of the trailer alone has no entries")
{
	struct builder builder = {.size = 0};
	enum cpio_error error;
	unsigned int count;

	add_trailer(&builder);
	CHECK_EQ(run_over(&builder, builder.size, &count, &error), -ENOENT);
	CHECK_EQ(count, 0);
}

TEST("find returns a regular file's data")
{
	struct builder builder = sample();
	struct cpio_archive archive;
	struct cpio_entry entry;

	cpio_open(&archive, builder.bytes, builder.size);
	CHECK_EQ(cpio_find(&archive, "sbin/rs", &entry), 0);
	CHECK_EQ(entry.size, 8);
	CHECK(!memcmp(entry.data, "recovery", 8));
	CHECK_EQ(cpio_find(&archive, "sbin/vm", &entry), 0);
}

TEST("find returns the first of two files of one name")
{
	struct builder builder = {.size = 0};
	struct cpio_archive archive;
	struct cpio_entry entry;

	add_file(&builder, "a", "first");
	add_file(&builder, "a", "second!");
	add_trailer(&builder);
	cpio_open(&archive, builder.bytes, builder.size);
	CHECK_EQ(cpio_find(&archive, "a", &entry), 0);
	CHECK_EQ(entry.size, 5);
}

TEST("find ignores ./ and / before names on both sides")
{
	struct builder builder = {.size = 0};
	struct cpio_archive archive;
	struct cpio_entry entry;

	add_file(&builder, "./a", "1");
	add_file(&builder, "/b", "2");
	add_trailer(&builder);
	cpio_open(&archive, builder.bytes, builder.size);
	CHECK_EQ(cpio_find(&archive, "a", &entry), 0);
	CHECK_EQ(cpio_find(&archive, "/a", &entry), 0);
	CHECK_EQ(cpio_find(&archive, "./b", &entry), 0);
	CHECK_EQ(cpio_find(&archive, ".b", &entry), -ENOENT);
}

TEST("find knows neither directories nor missing names nor prefixes")
{
	struct builder builder = sample();
	struct cpio_archive archive;
	struct cpio_entry entry;

	cpio_open(&archive, builder.bytes, builder.size);
	CHECK_EQ(cpio_find(&archive, "sbin", &entry), -ENOENT);
	CHECK_EQ(cpio_find(&archive, "sbin/v", &entry), -ENOENT);
	CHECK_EQ(cpio_find(&archive, "sbin/vmx", &entry), -ENOENT);
	CHECK_EQ(cpio_find(&archive, "TRAILER!!!", &entry), -ENOENT);
}

TEST("find skips a hard link whose data is elsewhere, not an empty file")
{
	struct builder builder = {.size = 0};
	struct cpio_archive archive;
	struct cpio_entry entry;

	add(&builder, "link", CPIO_TYPE_REGULAR | 0644, 2, "");
	add(&builder, "file", CPIO_TYPE_REGULAR | 0644, 2, "data");
	add(&builder, "empty", CPIO_TYPE_REGULAR | 0644, 1, "");
	add_trailer(&builder);
	cpio_open(&archive, builder.bytes, builder.size);
	CHECK_EQ(cpio_find(&archive, "link", &entry), -ENOENT);
	CHECK_EQ(cpio_find(&archive, "file", &entry), 0);
	CHECK_EQ(cpio_find(&archive, "empty", &entry), 0);
	CHECK_EQ(entry.size, 0);
}

TEST("find reports damage before the name and ignores damage behind it")
{
	struct builder builder = sample();
	struct cpio_archive archive;
	struct cpio_entry entry;

	builder.bytes[builder.last] = 'X';
	cpio_open(&archive, builder.bytes, builder.size);
	CHECK_EQ(cpio_find(&archive, "sbin/vm", &entry), 0);
	CHECK_EQ(cpio_find(&archive, "missing", &entry), -EINVAL);
	CHECK_EQ(archive.error, CPIO_MAGIC_BAD);
}

TEST("lower-case hexadecimal digits count")
{
	struct builder builder = sample();
	enum cpio_error error;
	unsigned int count;

	for (size_t i = 0; i < builder.size; i++)
		if (builder.bytes[i] == 'E' && builder.bytes[i - 1] == '0')
			builder.bytes[i] = 'e'; /* the size of "virtual memory" */
	CHECK_EQ(run_over(&builder, builder.size, &count, &error), -ENOENT);
	CHECK_EQ(count, 3);
}

TEST("all hexadecimal digits of both cases have their values")
{
	static const char digits[] = "89abcdefABCDEF01";
	struct builder builder = sample();
	struct cpio_archive archive;
	struct cpio_entry entry;

	memcpy(builder.bytes + 6 + 2 * 8, digits, 16); /* user and group */
	cpio_open(&archive, builder.bytes, builder.size);
	CHECK_EQ(cpio_next(&archive, &entry), 0);
	CHECK_EQ(entry.user, 0x89abcdef);
	CHECK_EQ(entry.group, 0xabcdef01);
}

TEST("an empty range is CPIO_EMPTY")
{
	check_error(&(struct builder){.size = 0}, CPIO_EMPTY);
}

TEST("a short header is CPIO_HEADER_TRUNCATED")
{
	struct builder builder = sample();

	builder.size = HEADER - 1;
	check_error(&builder, CPIO_HEADER_TRUNCATED);
	builder.size = 1;
	check_error(&builder, CPIO_HEADER_TRUNCATED);
	builder.size = HEADER;
	check_error(&builder, CPIO_NAME_TRUNCATED);
}

TEST("odc, crc and foreign magics are CPIO_MAGIC_BAD")
{
	const char *magics[] = {"070707", "070702", "\177ELF..", "0x0701"};

	for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++) {
		struct builder builder = sample();

		memcpy(builder.bytes, magics[i], 6);
		check_error(&builder, CPIO_MAGIC_BAD);
	}
}

TEST("a bad digit in any field is CPIO_NUMBER_BAD")
{
	for (size_t at = 6; at < HEADER; at++) {
		struct builder builder = sample();

		builder.bytes[at] = "g -x\0"[at % 5];
		check_error(&builder, CPIO_NUMBER_BAD);
	}
}

TEST("a name of size 0 or of NUL alone is CPIO_NAME_EMPTY")
{
	struct builder builder = sample();

	memcpy(builder.bytes + 6 + 11 * 8, "00000000", 8);
	check_error(&builder, CPIO_NAME_EMPTY);
	memcpy(builder.bytes + 6 + 11 * 8, "00000001", 8);
	check_error(&builder, CPIO_NAME_EMPTY);
}

TEST("a name past the end is CPIO_NAME_TRUNCATED, also when sums would wrap")
{
	const char *sizes[] = {"00000FFF", "7FFFFFFF", "FFFFFFFF", "FFFFFF90"};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct builder builder = sample();

		memcpy(builder.bytes + 6 + 11 * 8, sizes[i], 8);
		check_error(&builder, CPIO_NAME_TRUNCATED);
	}
}

TEST("a name without NUL, or with two, is CPIO_NAME_NOT_ENDED")
{
	struct builder builder = sample();

	builder.bytes[HEADER + 4] = 'x';
	check_error(&builder, CPIO_NAME_NOT_ENDED);
	builder = sample();
	builder.bytes[HEADER + 1] = 0;
	check_error(&builder, CPIO_NAME_NOT_ENDED);
	builder = sample();
	builder.bytes[HEADER] = 0;
	check_error(&builder, CPIO_NAME_NOT_ENDED);
}

TEST("data past the end is CPIO_DATA_TRUNCATED, also when sums would wrap")
{
	const char *sizes[] = {"00000FFF", "7FFFFFFF", "FFFFFFFF", "FFFFFFFD"};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct builder builder = sample();

		memcpy(builder.bytes + 6 + 6 * 8, sizes[i], 8);
		check_error(&builder, CPIO_DATA_TRUNCATED);
	}
}

TEST("an archive that ends after an entry is CPIO_TRAILER_MISSING")
{
	struct builder builder = sample();

	builder.size = builder.last;
	check_error(&builder, CPIO_TRAILER_MISSING);
	builder.size = HEADER + 6; /* the directory, with its padding */
	check_error(&builder, CPIO_TRAILER_MISSING);
}

TEST("no truncation of an archive is taken for a whole one")
{
	struct builder builder = sample();
	enum cpio_error error;
	unsigned int count;

	for (size_t size = 0; size < builder.last + HEADER + 11; size++) {
		CHECK_EQ(run_over(&builder, size, &count, &error), -EINVAL);
		CHECK(error != CPIO_FINE && count <= 3);
	}
}

TEST("every error has its own text")
{
	for (int i = CPIO_FINE; i <= CPIO_TRAILER_MISSING; i++)
		for (int j = 0; j < i; j++)
			CHECK(strcmp(cpio_error_text(i), cpio_error_text(j)));
	CHECK_TEXT(cpio_error_text(CPIO_TRAILER_MISSING + 1), "unknown error");
}
