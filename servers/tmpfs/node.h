/* Files: their numbers, what they are, the entries of directories and the pages of data. Pure;
 * tested on the build machine.
 *
 * A node lives while it has a name or a reference of VFS. A directory's own "." and its parent's
 * names count as links, as everywhere.
 */
#pragma once

#include <avl.h>
#include <skerry/fs.h>

struct node {
	uint64_t inode; /* 0: free */
	uint32_t volume;
	uint32_t mode, user, group;
	uint32_t links;
	uint32_t references;
	uint32_t special_major, special_minor;
	uint64_t bytes;
	uint64_t accessed, modified, changed, born; /* nanoseconds since 1970 */
	uint64_t pages;				    /* of data */
	union {
		struct {			 /* a directory */
			struct avl_tree names;	 /* of entries, by hash and name */
			struct avl_tree cookies; /* the same, in the order they were made */
			struct node *parent;	 /* itself: a root */
			uint64_t next_cookie;
			uint32_t entries;
		};
		struct { /* a regular file: a tree of pages, `height` levels above the data */
			void *root;
			unsigned int height;
		};
		char *text;	   /* a symbolic link */
		struct node *next; /* free */
	};
};

struct entry {
	struct avl_node by_name, by_cookie;
	struct node *node;
	uint64_t cookie;
	uint32_t hash;
	uint8_t length;
	char name[];
};

/* Cookies of entries begin here: 0 and 1 are "." and "..". */
#define COOKIE_FIRST 2u

/* NULL: no such file there. */
struct node *node_find(uint32_t volume, uint64_t inode);

/* Without a name, and with one reference. NULL: no memory. */
struct node *node_make(uint32_t volume, uint32_t mode, uint64_t now);

void node_forget(struct node *node, uint32_t references);

/* All nodes of a volume go. */
void nodes_of_volume_free(uint32_t volume);
uint64_t nodes_used(void);

/* --- Directories ------------------------------------------------------------------------------ */

struct entry *entry_find(const struct node *directory, const char *name);

/* The name is not there. -ENOSPC. Counts a link. */
int entry_add(struct node *directory, const char *name, struct node *node);

/* The entry goes, and the link that it counted. */
void entry_remove(struct node *directory, struct entry *entry);

/* Another node under the same name. */
void entry_set(struct node *directory, struct entry *entry, struct node *node);

/* The first entry at or behind a cookie; NULL: that was all. */
struct entry *entry_from(const struct node *directory, uint64_t cookie);

/* Does `directory` lie in `other`, or is it the same? */
bool directory_lies_in(const struct node *directory, const struct node *other);

/* --- Data ------------------------------------------------------------------------------------- */

#define FILE_BYTES_MAX ((uint64_t)1 << 42)

/* The page with this number; NULL: a hole, or (make) no memory. */
void *file_page(struct node *node, uint64_t number, bool make);

/* The size: pages behind it go, the rest of the last one is cleared. */
void file_resize(struct node *node, uint64_t bytes);

/* The first page at or behind a number that is there (or not, if `hole`). */
uint64_t file_page_next(struct node *node, uint64_t number, bool hole);
