/* An index of the boot archive: reading through its headers costs more than an exec. */
#include "archive.h"

#include <service.h>
#include <string.h>
#include <sys.h>

#define MEMBERS_MAX 256u

static struct cpio_entry members[MEMBERS_MAX];
static uint32_t hashes[MEMBERS_MAX];
static unsigned int member_count;

static uint32_t hash_of(const char *name)
{
	uint32_t hash = 5381;

	while (*name != '\0')
		hash = hash * 33 + (uint8_t)*name++;
	return hash;
}

void archive_init(void)
{
	const struct service_start *start = service_start();
	struct cpio_archive archive;
	struct cpio_entry entry;

	cpio_open(&archive, (const void *)(uintptr_t)start->archive, (size_t)start->archive_bytes);
	while (cpio_next(&archive, &entry) == 0) {
		if (member_count == MEMBERS_MAX)
			panic("the boot archive has more than %u members", MEMBERS_MAX);
		if ((entry.mode & CPIO_TYPE_MASK) != CPIO_TYPE_REGULAR)
			continue;
		hashes[member_count] = hash_of(entry.name);
		members[member_count++] = entry;
	}
}

const struct cpio_entry *archive_find(const char *name)
{
	const uint32_t hash = hash_of(name);

	for (unsigned int i = 0; i < member_count; i++) {
		if (hashes[i] == hash && strcmp(members[i].name, name) == 0)
			return &members[i];
	}
	return NULL;
}
