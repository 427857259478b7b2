/* Rings of VM's own objects: an object has a link for each ring it may be in. The head is not in a
 * slab, or its owner has said USE(): only neighbours are made writable here.
 */
#pragma once

#include "slab.h"

struct link {
	struct link *next, *previous;
};

#define link_object(link, type, member) ((type *)((char *)(link)-offsetof(type, member)))

#define LINK_HEAD(head)                                                                            \
	{                                                                                          \
		&(head), &(head)                                                                   \
	}

static inline void link_init(struct link *head)
{
	head->next = head->previous = head;
}

static inline bool link_is_empty(const struct link *head)
{
	return head->next == head;
}

static inline void link_write(const struct link *head, struct link *link)
{
	if (link != head)
		slab_write(link);
}

/* As the last one. */
static inline void link_append(struct link *head, struct link *link)
{
	link_write(head, head->previous);
	slab_write(link);
	*link = (struct link){.next = head, .previous = head->previous};
	link->previous->next = link;
	head->previous = link;
}

static inline void link_remove(const struct link *head, struct link *link)
{
	link_write(head, link->previous);
	link_write(head, link->next);
	link->previous->next = link->next;
	link->next->previous = link->previous;
}

/* All of `from` becomes the end of `to`. */
static inline void link_move(struct link *from, struct link *to)
{
	while (!link_is_empty(from)) {
		struct link *link = from->next;

		link_remove(from, link);
		link_append(to, link);
	}
}

/* Everything of one ring is in the other, and the reverse. */
static inline void link_swap(struct link *a, struct link *b)
{
	struct link middle;

	link_init(&middle);
	link_move(a, &middle);
	link_move(b, a);
	link_move(&middle, b);
}
