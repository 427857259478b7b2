/* Intrusive AVL trees: the node lies in the object, so inserting and removing never allocate and
 * never fail. Searches are inlined with their comparison; changing the tree is in avl.c.
 *
 * A tree may carry sums: what an object keeps about the whole subtree below its node (the longest
 * gap, say). update() computes them from the object and its children; the tree calls it wherever a
 * subtree changed, upwards as long as anything changes.
 *
 * Invariants: an object is in at most one tree by one node; its key does not pass its neighbours'
 * while it is in. Heights of siblings differ by at most 1, so n objects are at most 1.45 log2(n)
 * deep. No locks: one thread at a time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct avl_node {
	struct avl_node *child[2]; /* [0]: smaller keys, [1]: larger ones */
	struct avl_node *parent;
	int height; /* of the subtree: 1 without children */
};

/* All zero is an empty tree without sums. */
struct avl_tree {
	struct avl_node *root;
	/* Recompute the object's sums; true if they changed. NULL: there are none. */
	bool (*update)(struct avl_node *node);
	/* Called before a node is written to, for objects in protected memory. May be NULL.
	 * update() sees to its own writes. */
	void (*write)(struct avl_node *node);
};

/* The object that holds the node. */
#define avl_object(node, type, member) ((type *)((char *)(node)-offsetof(type, member)))

/* compare(key, node), below: negative, 0 or positive as key is below, at or above the node's. */

static inline __attribute__((always_inline)) struct avl_node *
avl_find(const struct avl_tree *tree, const void *key,
	 int (*compare)(const void *key, const struct avl_node *node))
{
	struct avl_node *node = tree->root;

	while (node) {
		int order = compare(key, node);

		if (!order)
			return node;
		node = node->child[order > 0];
	}
	return NULL;
}

/* The first node whose key is not below key. */
static inline __attribute__((always_inline)) struct avl_node *
avl_lower_bound(const struct avl_tree *tree, const void *key,
		int (*compare)(const void *key, const struct avl_node *node))
{
	struct avl_node *node = tree->root, *found = NULL;

	while (node) {
		bool above = compare(key, node) > 0;

		if (!above)
			found = node;
		node = node->child[above];
	}
	return found;
}

/* The first node whose key is above key. */
static inline __attribute__((always_inline)) struct avl_node *
avl_upper_bound(const struct avl_tree *tree, const void *key,
		int (*compare)(const void *key, const struct avl_node *node))
{
	struct avl_node *node = tree->root, *found = NULL;

	while (node) {
		bool passed = compare(key, node) >= 0;

		if (!passed)
			found = node;
		node = node->child[passed];
	}
	return found;
}

/* The last node whose key is not above key. */
static inline __attribute__((always_inline)) struct avl_node *
avl_floor(const struct avl_tree *tree, const void *key,
	  int (*compare)(const void *key, const struct avl_node *node))
{
	struct avl_node *node = tree->root, *found = NULL;

	while (node) {
		bool reached = compare(key, node) >= 0;

		if (reached)
			found = node;
		node = node->child[reached];
	}
	return found;
}

/* Hang node below parent (NULL: the tree is empty) on a side that is free. */
void avl_attach(struct avl_tree *tree, struct avl_node *parent, int side, struct avl_node *node);

/* The same, where the object of `changed`, an ancestor of that place (NULL: none), has changed too:
 * one walk sees to the sums of both. */
void avl_attach_below(struct avl_tree *tree, struct avl_node *parent, int side,
		      struct avl_node *node, const struct avl_node *changed);

/* Insert node, whose key is key. NULL; or the node that has this key already, and nothing is done.
 */
static inline __attribute__((always_inline)) struct avl_node *
avl_insert(struct avl_tree *tree, struct avl_node *node, const void *key,
	   int (*compare)(const void *key, const struct avl_node *node))
{
	struct avl_node *parent = NULL, *next = tree->root;
	int side = 0;

	while (next) {
		int order = compare(key, next);

		if (!order)
			return next;
		parent = next;
		side = order > 0;
		next = next->child[side];
	}
	avl_attach(tree, parent, side, node);
	return NULL;
}

void avl_remove(struct avl_tree *tree, struct avl_node *node);

/* The same, where the object of `changed`, the node that follows (NULL: none does), has changed
 * too. */
void avl_remove_before(struct avl_tree *tree, struct avl_node *node, struct avl_node *changed);

/* fresh takes old's place; the order must stay right. */
void avl_replace(struct avl_tree *tree, struct avl_node *old, struct avl_node *fresh);

/* What node's sums are computed from has changed. */
void avl_update(struct avl_tree *tree, struct avl_node *node);

/* In ascending order. NULL: there is none. */
struct avl_node *avl_first(const struct avl_tree *tree);
struct avl_node *avl_last(const struct avl_tree *tree);
struct avl_node *avl_next(const struct avl_node *node);
struct avl_node *avl_previous(const struct avl_node *node);

/* Children before their parent, the root last, for taking a whole tree apart: the next node is to
 * be found before this one goes; then the tree is made anew. NULL: that was all. */
struct avl_node *avl_first_leaf(const struct avl_tree *tree);
struct avl_node *avl_next_leaf(const struct avl_node *node);

/* Whether links, heights, balance and sums are right and ordered(a, b) holds for all neighbours.
 * For tests and debug builds: it takes time in proportion to the tree. Wrong sums are mended. */
bool avl_check(struct avl_tree *tree,
	       bool (*ordered)(const struct avl_node *a, const struct avl_node *b));
