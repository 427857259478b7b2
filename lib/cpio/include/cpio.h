/* Reader of cpio archives in the "new ASCII" format (newc, magic 070701) that lie in memory.
 * Nothing is copied: entries point into the archive, which must outlive them. An archive may be
 * hostile: no field is used before it is checked, and every scan ends.
 * Format: cpio(5) "New ASCII Format": 110 bytes of header in hexadecimal ASCII, name, data; name
 * and data are padded so that what follows starts at a multiple of 4 from the archive's start.
 * What follows the trailer entry is ignored (archives are padded to blocks).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define CPIO_TYPE_MASK 0170000u /* of cpio_entry.mode */
#define CPIO_TYPE_REGULAR 0100000u
#define CPIO_TYPE_DIRECTORY 0040000u

enum cpio_error {
	CPIO_FINE,
	CPIO_EMPTY,	       /* the range has no bytes at all */
	CPIO_HEADER_TRUNCATED, /* bytes are left, but fewer than a header has */
	CPIO_MAGIC_BAD,	       /* not 070701; 070707 (odc) and 070702 (crc) are refused too */
	CPIO_NUMBER_BAD,       /* a character of a number is no hexadecimal digit */
	CPIO_NAME_EMPTY,       /* a name of no characters */
	CPIO_NAME_TRUNCATED,   /* the name's size runs past the end */
	CPIO_NAME_NOT_ENDED,   /* the name's last byte is not NUL, or one before it is */
	CPIO_DATA_TRUNCATED,   /* the data, or its padding, runs past the end */
	CPIO_TRAILER_MISSING,  /* the range ends after an entry that is not the trailer */
};

struct cpio_archive {
	const unsigned char *bytes;
	size_t size;
	size_t offset;	       /* of the next entry */
	enum cpio_error error; /* why the last call returned -EINVAL */
};

struct cpio_entry {
	const char *name;   /* as stored, NUL-ended */
	size_t name_length; /* without NUL */
	const unsigned char *data;
	size_t size;
	uint32_t mode; /* type and permissions, as in struct stat */
	uint32_t user;
	uint32_t group;
	uint32_t time; /* of last change, seconds since 1970 */
	uint32_t links;
	uint32_t special_major; /* of a device */
	uint32_t special_minor;
};

void cpio_open(struct cpio_archive *archive, const void *bytes, size_t size);

/* The next entry in archive order: 0; -ENOENT at the trailer; -EINVAL when the archive is damaged
 * here, and again at every further call.
 */
int cpio_next(struct cpio_archive *archive, struct cpio_entry *entry);

/* The first regular file of that name, whatever cpio_next() did before: 0, -ENOENT, or -EINVAL
 * when damage comes before the name. A leading "./" or "/" counts on neither side. A hard link
 * without data of its own (newc stores the data with the last link) is not found.
 */
int cpio_find(struct cpio_archive *archive, const char *name, struct cpio_entry *entry);

/* One line for people. */
const char *cpio_error_text(enum cpio_error error);
