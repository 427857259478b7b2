/* Some ports number open flags in their own way; VFS has the usual numbers. */
#include "file_flags.h"

#include <fcntl.h>
#include <skerry/file.h>

static const struct {
	long port;
	uint32_t vfs;
} pairs[] = {
	{O_CREAT, FILE_CREATE},
	{O_EXCL, FILE_EXCLUSIVE},
	{O_NOCTTY, FILE_NO_TERMINAL},
	{O_TRUNC, FILE_TRUNCATE},
	{O_APPEND, FILE_APPEND},
	{O_NONBLOCK, FILE_NONBLOCK},
	{O_DSYNC, FILE_DATA_SYNC},
	{O_DIRECT, FILE_DIRECT},
	{O_LARGEFILE, FILE_LARGE},
	{O_DIRECTORY, FILE_DIRECTORY},
	{O_NOFOLLOW, FILE_NO_FOLLOW},
	{O_NOATIME, FILE_NO_ACCESS_TIME},
	{O_CLOEXEC, FILE_CLOSE_ON_EXEC},
	{O_SYNC, FILE_SYNC},
	{O_PATH, FILE_PATH},
};

#define PAIRS (sizeof(pairs) / sizeof(pairs[0]))

uint32_t posix_flags_get(long flags)
{
	uint32_t result = (uint32_t)flags & FILE_ACCESS_MASK;

	for (unsigned int i = 0; i < PAIRS; i++) {
		if ((flags & pairs[i].port) == pairs[i].port)
			result |= pairs[i].vfs;
	}
	return result;
}

long posix_flags_put(uint32_t flags)
{
	long result = (long)(flags & FILE_ACCESS_MASK);

	for (unsigned int i = 0; i < PAIRS; i++) {
		if ((flags & pairs[i].vfs) == pairs[i].vfs)
			result |= pairs[i].port;
	}
	return result;
}
