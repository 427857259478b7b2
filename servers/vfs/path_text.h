/* Paths as text, and nothing else: the components of what is left to walk, and links put in their
 * place. Pure; tested on the build machine.
 */
#pragma once

#include <skerry/file.h>

struct path_text {
	char *text;	/* PATH_BYTES_MAX of it */
	uint32_t at;	/* what is left begins here */
	uint32_t bytes; /* without NUL */
};

/* A path of that many bytes, NUL included: 0, -ENOENT (empty), -ENAMETOOLONG, -EINVAL (no NUL at
 * the end). A NUL before the end ends it. */
int path_text_begin(struct path_text *path, char *text, uint32_t bytes);

/* Does what is left begin with '/'? It is skipped. */
bool path_text_absolute(struct path_text *path);

/* The next component, as a string: 0, -ENAMETOOLONG, or -ENOENT: nothing is left. `slash`: it was
 * followed by one. */
int path_text_next(struct path_text *path, char name[NAME_BYTES_MAX + 1], bool *slash);

/* Is there no further component? */
bool path_text_ends(const struct path_text *path);

/* Make room for a link's text in front of what is left, up to `room` bytes at `text`; then say how
 * many there are. -ENAMETOOLONG: there is no room for that many. */
uint32_t path_text_room(struct path_text *path);
int path_text_insert(struct path_text *path, uint32_t bytes, bool slash);
