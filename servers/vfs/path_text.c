/* Paths as text. While a link is read, what is left lies at the end of the buffer. */
#include "path_text.h"

#include <skerry/errno.h>
#include <string.h>

int path_text_begin(struct path_text *path, char *text, uint32_t bytes)
{
	*path = (struct path_text){.text = text};
	if (bytes == 0)
		return -ENOENT;
	if (bytes > PATH_BYTES_MAX)
		return -ENAMETOOLONG;
	if (text[bytes - 1] != '\0')
		return -EINVAL;
	path->bytes = (uint32_t)strlen(text);
	return path->bytes != 0 ? 0 : -ENOENT;
}

static void slashes_skip(struct path_text *path)
{
	while (path->at < path->bytes && path->text[path->at] == '/')
		path->at++;
}

bool path_text_absolute(struct path_text *path)
{
	const bool absolute = path->at < path->bytes && path->text[path->at] == '/';

	slashes_skip(path);
	return absolute;
}

int path_text_next(struct path_text *path, char name[NAME_BYTES_MAX + 1], bool *slash)
{
	uint32_t length = 0;

	slashes_skip(path);
	while (path->at + length < path->bytes && path->text[path->at + length] != '/')
		length++;
	if (length == 0)
		return -ENOENT;
	if (length > NAME_BYTES_MAX)
		return -ENAMETOOLONG;
	memcpy(name, path->text + path->at, length);
	name[length] = '\0';
	path->at += length;
	*slash = path->at < path->bytes;
	slashes_skip(path);
	return 0;
}

bool path_text_ends(const struct path_text *path)
{
	return path->at == path->bytes;
}

uint32_t path_text_room(struct path_text *path)
{
	const uint32_t left = path->bytes - path->at;

	memmove(path->text + PATH_BYTES_MAX - left, path->text + path->at, left);
	path->at = PATH_BYTES_MAX - left;
	path->bytes = PATH_BYTES_MAX;
	return path->at;
}

int path_text_insert(struct path_text *path, uint32_t bytes, bool slash)
{
	const uint32_t left = path->bytes - path->at;

	/* A slash between, and the NUL that a path has. */
	if (bytes + slash + left + 1 > PATH_BYTES_MAX)
		return -ENAMETOOLONG;
	if (slash)
		path->text[bytes++] = '/';
	memmove(path->text + bytes, path->text + path->at, left);
	path->at = 0;
	path->bytes = bytes + left;
	return path->bytes != 0 ? 0 : -ENOENT;
}
