/* Paths as text: components, slashes, links put in their place. */
#include "test.h"

#include "servers/vfs/path_text.h"
#include <skerry/errno.h>
#include <string.h>

static char text[PATH_BYTES_MAX];
static struct path_text path;

static int begin(const char *from)
{
	strcpy(text, from);
	return path_text_begin(&path, text, (uint32_t)strlen(from) + 1);
}

/* All components, each followed by '|', and by '/' where a slash came. */
static const char *components(void)
{
	static char found[PATH_BYTES_MAX * 2];
	char name[NAME_BYTES_MAX + 1];
	bool slash;

	found[0] = '\0';
	while (path_text_next(&path, name, &slash) == 0) {
		strcat(found, name);
		strcat(found, slash ? "/|" : "|");
	}
	return found;
}

static void link_put(const char *link, bool slash)
{
	const uint32_t room = path_text_room(&path);

	CHECK(strlen(link) <= room);
	memcpy(text, link, strlen(link));
	CHECK_EQ(path_text_insert(&path, (uint32_t)strlen(link), slash), 0);
}

TEST("a path is taken apart at its slashes")
{
	CHECK_EQ(begin("usr//lib/./x"), 0);
	CHECK(!path_text_absolute(&path));
	CHECK_TEXT(components(), "usr/|lib/|./|x|");
	CHECK(path_text_ends(&path));
}

TEST("slashes in front make a path absolute, and no component")
{
	CHECK_EQ(begin("///a"), 0);
	CHECK(path_text_absolute(&path));
	CHECK_TEXT(components(), "a|");
	CHECK_EQ(begin("/"), 0);
	CHECK(path_text_absolute(&path));
	CHECK_TEXT(components(), "");
}

TEST("slashes at the end belong to the last component")
{
	char name[NAME_BYTES_MAX + 1];
	bool slash;

	CHECK_EQ(begin("a//"), 0);
	CHECK_EQ(path_text_next(&path, name, &slash), 0);
	CHECK(slash);
	CHECK(path_text_ends(&path));
}

TEST("paths without an end, without text or too long are refused")
{
	CHECK_EQ(path_text_begin(&path, text, 0), -ENOENT);
	CHECK_EQ(begin(""), -ENOENT);
	memcpy(text, "abc", 3);
	CHECK_EQ(path_text_begin(&path, text, 3), -EINVAL);
	CHECK_EQ(path_text_begin(&path, text, PATH_BYTES_MAX + 1), -ENAMETOOLONG);
}

TEST("a component may have 255 characters and no more")
{
	char name[NAME_BYTES_MAX + 1];
	bool slash;

	memset(text, 'x', sizeof(text));
	text[255] = '\0';
	CHECK_EQ(path_text_begin(&path, text, 256), 0);
	CHECK_EQ(path_text_next(&path, name, &slash), 0);
	CHECK_EQ(strlen(name), 255);
	text[255] = 'x';
	text[256] = '\0';
	CHECK_EQ(path_text_begin(&path, text, 257), 0);
	CHECK_EQ(path_text_next(&path, name, &slash), -ENAMETOOLONG);
}

TEST("a link's text comes in front of what is left")
{
	char name[NAME_BYTES_MAX + 1];
	bool slash;

	CHECK_EQ(begin("link/b/c"), 0);
	CHECK_EQ(path_text_next(&path, name, &slash), 0);
	link_put("x/y", slash);
	CHECK_TEXT(components(), "x/|y/|b/|c|");
}

TEST("a link at the end leaves nothing but its text")
{
	char name[NAME_BYTES_MAX + 1];
	bool slash;

	CHECK_EQ(begin("a/link"), 0);
	CHECK_EQ(path_text_next(&path, name, &slash), 0);
	CHECK_EQ(path_text_next(&path, name, &slash), 0);
	link_put("/abs", slash);
	CHECK(path_text_absolute(&path));
	CHECK_TEXT(components(), "abs|");
}

TEST("a link and the rest must fit, with a slash and a NUL")
{
	char name[NAME_BYTES_MAX + 1];
	bool slash;
	uint32_t room;

	CHECK_EQ(begin("link/b"), 0);
	CHECK_EQ(path_text_next(&path, name, &slash), 0);
	room = path_text_room(&path);
	CHECK_EQ(room, PATH_BYTES_MAX - 1);
	memset(text, 'x', room);
	CHECK_EQ(path_text_insert(&path, room, slash), -ENAMETOOLONG);
	CHECK_EQ(begin("link/b"), 0);
	CHECK_EQ(path_text_next(&path, name, &slash), 0);
	(void)path_text_room(&path);
	memset(text, '/', PATH_BYTES_MAX - 3);
	CHECK_EQ(path_text_insert(&path, PATH_BYTES_MAX - 3, slash), 0);
	CHECK(path_text_absolute(&path));
	CHECK_TEXT(components(), "b|");
}
