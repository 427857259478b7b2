/* Changes of AVL trees. Whatever changes below a node, rebalance() walks up from the lowest place
 * and stops where neither height nor sums change any more.
 */
#include "avl.h"

#define HEIGHT_MAX 92 /* of 2^64 nodes */

static int height(const struct avl_node *node)
{
	return node ? node->height : 0;
}

static void open_node(const struct avl_tree *tree, struct avl_node *node)
{
	if (tree->write)
		tree->write(node);
}

/* Height and sums from the children; true if anything changed. *tilt: how much higher the larger
 * keys' side is. */
static inline bool refresh(const struct avl_tree *tree, struct avl_node *node, int *tilt)
{
	const int left = height(node->child[0]), right = height(node->child[1]);
	const int new_height = 1 + (left > right ? left : right);
	bool changed = new_height != node->height;

	*tilt = right - left;
	if (changed) {
		open_node(tree, node);
		node->height = new_height;
	}
	if (tree->update && tree->update(node))
		changed = true;
	return changed;
}

/* Put fresh (NULL: nothing) where old hangs below parent. */
static void replace_child(struct avl_tree *tree, struct avl_node *parent,
			  const struct avl_node *old, struct avl_node *fresh)
{
	if (parent) {
		open_node(tree, parent);
		parent->child[parent->child[1] == old] = fresh;
	} else {
		tree->root = fresh;
	}
	if (fresh) {
		open_node(tree, fresh);
		fresh->parent = parent;
	}
}

static void adopt(const struct avl_tree *tree, struct avl_node *parent, int side,
		  struct avl_node *child)
{
	parent->child[side] = child;
	if (child) {
		open_node(tree, child);
		child->parent = parent;
	}
}

/* node sinks to the given side, its other child rises and is returned:
 *
 *       node             up
 *       /  \            /  \
 *      a    up   ->  node   c      (side 0)
 *          /  \      /  \
 *         b    c    a    b
 */
static struct avl_node *rotate(struct avl_tree *tree, struct avl_node *node, int side)
{
	struct avl_node *up = node->child[!side];
	int tilt;

	open_node(tree, node);
	open_node(tree, up);
	replace_child(tree, node->parent, node, up);
	adopt(tree, node, !side, up->child[side]);
	adopt(tree, up, side, node);
	refresh(tree, node, &tilt);
	refresh(tree, up, &tilt);
	return up;
}

/* From node upwards. `through` (NULL: none) has taken another node's place, or its own part of the
 * sums has changed: its former height and sums say nothing about what its ancestors know, so the
 * walk does not stop before it has passed.
 */
static void rebalance(struct avl_tree *tree, struct avl_node *node, const struct avl_node *through)
{
	while (node) {
		int tilt;
		bool go_on = refresh(tree, node, &tilt) || through;

		if (node == through)
			through = NULL;
		if (tilt > 1 || tilt < -1) {
			int heavy = tilt > 0;
			struct avl_node *child = node->child[heavy];

			if (height(child->child[!heavy]) > height(child->child[heavy]))
				rotate(tree, child, heavy);
			node = rotate(tree, node, !heavy);
			go_on = true;
		}
		if (!go_on)
			return;
		node = node->parent;
	}
}

void avl_attach_below(struct avl_tree *tree, struct avl_node *parent, int side,
		      struct avl_node *node, const struct avl_node *changed)
{
	open_node(tree, node);
	*node = (struct avl_node){.parent = parent};
	if (parent) {
		open_node(tree, parent);
		parent->child[side] = node;
	} else {
		tree->root = node;
	}
	rebalance(tree, node, changed);
}

void avl_attach(struct avl_tree *tree, struct avl_node *parent, int side, struct avl_node *node)
{
	avl_attach_below(tree, parent, side, node, NULL);
}

void avl_remove(struct avl_tree *tree, struct avl_node *node)
{
	avl_remove_before(tree, node, NULL);
}

void avl_remove_before(struct avl_tree *tree, struct avl_node *node, struct avl_node *changed)
{
	struct avl_node *next, *lowest;

	if (!node->child[0] || !node->child[1]) {
		next = node->child[!node->child[0]];
		lowest = node->parent;
		replace_child(tree, lowest, node, next);
		rebalance(tree, next && next == changed ? next : lowest, changed);
		return;
	}
	/* The successor, which has no smaller child, takes the node's place. */
	next = node->child[1];
	while (next->child[0])
		next = next->child[0];
	lowest = next->parent == node ? next : next->parent;
	open_node(tree, next);
	if (lowest != next) {
		replace_child(tree, lowest, next, next->child[1]);
		adopt(tree, next, 1, node->child[1]);
	}
	adopt(tree, next, 0, node->child[0]);
	replace_child(tree, node->parent, node, next);
	rebalance(tree, lowest, next);
}

void avl_replace(struct avl_tree *tree, struct avl_node *old, struct avl_node *fresh)
{
	open_node(tree, fresh);
	fresh->height = old->height;
	adopt(tree, fresh, 0, old->child[0]);
	adopt(tree, fresh, 1, old->child[1]);
	replace_child(tree, old->parent, old, fresh);
	rebalance(tree, fresh, fresh);
}

void avl_update(struct avl_tree *tree, struct avl_node *node)
{
	rebalance(tree, node, NULL);
}

static struct avl_node *outermost(struct avl_node *node, int side)
{
	while (node && node->child[side])
		node = node->child[side];
	return node;
}

static struct avl_node *neighbour(const struct avl_node *node, int side)
{
	if (node->child[side])
		return outermost(node->child[side], !side);
	while (node->parent && node->parent->child[side] == node)
		node = node->parent;
	return node->parent;
}

struct avl_node *avl_first(const struct avl_tree *tree)
{
	return outermost(tree->root, 0);
}

struct avl_node *avl_last(const struct avl_tree *tree)
{
	return outermost(tree->root, 1);
}

struct avl_node *avl_next(const struct avl_node *node)
{
	return neighbour(node, 1);
}

struct avl_node *avl_previous(const struct avl_node *node)
{
	return neighbour(node, 0);
}

static struct avl_node *lowest(struct avl_node *node)
{
	while (node->child[0] || node->child[1])
		node = node->child[!node->child[0]];
	return node;
}

struct avl_node *avl_first_leaf(const struct avl_tree *tree)
{
	return tree->root ? lowest(tree->root) : NULL;
}

struct avl_node *avl_next_leaf(const struct avl_node *node)
{
	struct avl_node *parent = node->parent;

	/* What hangs on the other side of its parent is still there if it is the larger one. */
	if (parent && parent->child[0] == node && parent->child[1])
		return lowest(parent->child[1]);
	return parent;
}

/* Recursion ends even in a damaged tree: each level must be lower than the one above. */
static bool check_subtree(const struct avl_tree *tree, struct avl_node *node,
			  const struct avl_node *parent, int limit)
{
	int tilt;

	if (!node)
		return true;
	if (node->parent != parent || node->height > limit || node->height < 1)
		return false;
	if (!check_subtree(tree, node->child[0], node, node->height - 1) ||
	    !check_subtree(tree, node->child[1], node, node->height - 1))
		return false;
	return !refresh(tree, node, &tilt) && tilt >= -1 && tilt <= 1;
}

bool avl_check(struct avl_tree *tree,
	       bool (*ordered)(const struct avl_node *a, const struct avl_node *b))
{
	struct avl_node *node, *next;

	if (!check_subtree(tree, tree->root, NULL, HEIGHT_MAX))
		return false;
	for (node = avl_first(tree); node; node = next) {
		next = avl_next(node);
		if (next && !ordered(node, next))
			return false;
	}
	return true;
}
