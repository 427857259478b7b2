/* Input: an archive. Every entry must lie inside it, and what is listed must be found. */
#include "fuzz.h"

#include <cpio.h>
#include <skerry/errno.h>

static void check_entry(const struct cpio_archive *archive, const struct cpio_entry *entry)
{
	const unsigned char *end = archive->bytes + archive->size;
	const unsigned char *name = (const unsigned char *)entry->name;

	fuzz_require(name >= archive->bytes && name < end, "the name is in the archive");
	fuzz_require(entry->name_length && strlen(entry->name) == entry->name_length,
		     "the name is one string");
	fuzz_require(entry->data >= archive->bytes && entry->size <= (size_t)(end - entry->data),
		     "the data is in the archive");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cpio_archive archive, search;
	struct cpio_entry entry, found;
	unsigned int entries = 0;
	int error;

	cpio_open(&archive, data, size);
	while (!(error = cpio_next(&archive, &entry))) {
		check_entry(&archive, &entry);
		fuzz_require(entries++ < size / 110, "no more entries than headers fit");
		if ((entry.mode & CPIO_TYPE_MASK) != CPIO_TYPE_REGULAR || entries > 16)
			continue;
		cpio_open(&search, data, size);
		error = cpio_find(&search, entry.name, &found);
		fuzz_require(!error || (entry.links > 1 && !entry.size),
			     "a listed regular file is found");
		if (!error)
			check_entry(&search, &found);
	}
	fuzz_require(error == -ENOENT ? !archive.error : error == -EINVAL && archive.error,
		     "damage has a reason");
	fuzz_accepted(error == -ENOENT && entries);
	return 0;
}
