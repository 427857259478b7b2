/* AVL trees against a table of what is in them; sums and write hook included. */
#include "random.h"
#include "test.h"

#include <avl.h>
#include <stdlib.h>
#include <string.h>

#define KEYS 512

struct item {
	int before; /* so that the node is not at offset 0 */
	int key;
	int weight, heaviest; /* the sum: the largest weight of the subtree */
	bool open;
	struct avl_node node;
};

static struct item items[KEYS];
static struct item *present[KEYS];
static struct avl_tree tree;

static struct item *item_of(const struct avl_node *node)
{
	return node ? avl_object(node, struct item, node) : NULL;
}

static int compare(const void *key, const struct avl_node *node)
{
	return *(const int *)key - item_of(node)->key;
}

static bool ordered(const struct avl_node *a, const struct avl_node *b)
{
	return item_of(a)->key < item_of(b)->key;
}

static bool update(struct avl_node *node)
{
	struct item *item = item_of(node);
	int heaviest = item->weight;

	for (int side = 0; side < 2; side++) {
		struct item *child = item_of(node->child[side]);

		if (child && child->heaviest > heaviest)
			heaviest = child->heaviest;
	}
	if (heaviest == item->heaviest)
		return false;
	item->heaviest = heaviest;
	return true;
}

static void start(bool sums)
{
	memset(items, 0, sizeof(items));
	memset(present, 0, sizeof(present));
	tree = (struct avl_tree){.update = sums ? update : NULL};
	for (int i = 0; i < KEYS; i++)
		items[i].key = i;
}

static struct item *insert(int key)
{
	return item_of(avl_insert(&tree, &items[key].node, &key, compare));
}

static bool searches_agree(int key)
{
	struct item *above = NULL, *at_or_above = NULL, *below = NULL;

	for (int i = KEYS - 1; i >= 0; i--) {
		if (i > key && present[i])
			above = present[i];
		if (i >= key && present[i])
			at_or_above = present[i];
		if (i <= key && present[i] && !below)
			below = present[i];
	}
	return item_of(avl_find(&tree, &key, compare)) == present[key] &&
	       item_of(avl_lower_bound(&tree, &key, compare)) == at_or_above &&
	       item_of(avl_upper_bound(&tree, &key, compare)) == above &&
	       item_of(avl_floor(&tree, &key, compare)) == below;
}

static bool walks_agree(void)
{
	struct avl_node *up = avl_first(&tree), *down = avl_last(&tree);
	int heaviest = 0;

	for (int i = 0; i < KEYS; i++) {
		if (!present[i])
			continue;
		if (item_of(up) != present[i])
			return false;
		heaviest = present[i]->weight > heaviest ? present[i]->weight : heaviest;
		up = avl_next(up);
	}
	for (int i = KEYS - 1; i >= 0; i--) {
		if (!present[i])
			continue;
		if (item_of(down) != present[i])
			return false;
		down = avl_previous(down);
	}
	return !up && !down &&
	       (!tree.update || !tree.root || item_of(tree.root)->heaviest == heaviest);
}

/* Every node once, after those below it. */
static bool leaves_agree(void)
{
	bool seen[KEYS] = {false};
	int count = 0;

	for (struct avl_node *node = avl_first_leaf(&tree); node; node = avl_next_leaf(node)) {
		for (int side = 0; side < 2; side++)
			if (node->child[side] && !seen[item_of(node->child[side])->key])
				return false;
		if (seen[item_of(node)->key] || !present[item_of(node)->key])
			return false;
		seen[item_of(node)->key] = true;
		count++;
	}
	for (int i = 0; i < KEYS; i++)
		count -= present[i] != NULL;
	return count == 0;
}

/* The item that follows changes with the one that comes or goes. */
static void insert_before_changed(int key, uint64_t *seed)
{
	struct avl_node *parent = NULL, *next = NULL;
	int side = 0;

	for (struct avl_node *place = tree.root; place; place = place->child[side]) {
		parent = place;
		side = key > item_of(place)->key;
		next = side ? next : place;
	}
	if (next)
		item_of(next)->weight = (int)random_below(seed, 1000);
	avl_attach_below(&tree, parent, side, &items[key].node, next);
}

static void remove_before_changed(int key, uint64_t *seed)
{
	struct avl_node *next = avl_next(&items[key].node);

	if (next)
		item_of(next)->weight = (int)random_below(seed, 1000);
	avl_remove_before(&tree, &items[key].node, next);
}

static bool random_run(uint64_t seed, int operations, int keys)
{
	start(seed % 2);
	for (int i = 0; i < operations; i++) {
		int key = (int)random_below(&seed, (uint32_t)keys);

		switch (random_below(&seed, 4)) {
		case 0:
			if (present[key])
				break;
			insert_before_changed(key, &seed);
			present[key] = &items[key];
			break;
		case 1:
			if (!present[key])
				items[key].weight = (int)random_below(&seed, 1000);
			if (insert(key) != present[key])
				return false;
			present[key] = &items[key];
			break;
		case 2:
			if (!present[key])
				break;
			if (i % 2)
				avl_remove(&tree, &items[key].node);
			else
				remove_before_changed(key, &seed);
			present[key] = NULL;
			break;
		case 3:
			if (!present[key])
				break;
			items[key].weight = (int)random_below(&seed, 1000);
			avl_update(&tree, &items[key].node);
			break;
		}
		if (!avl_check(&tree, ordered) || !searches_agree(key) || !walks_agree() ||
		    !leaves_agree())
			return false;
	}
	return true;
}

TEST("an empty tree has nothing")
{
	int key = 1;

	start(false);
	CHECK(!avl_first(&tree) && !avl_last(&tree) && !avl_find(&tree, &key, compare));
	CHECK(!avl_floor(&tree, &key, compare) && !avl_lower_bound(&tree, &key, compare));
	CHECK(avl_check(&tree, ordered));
}

TEST("a key that is there is not inserted twice")
{
	struct item twin = {.key = 7};

	start(false);
	CHECK(!insert(7));
	CHECK(item_of(avl_insert(&tree, &twin.node, &twin.key, compare)) == &items[7]);
	CHECK(avl_first(&tree) == avl_last(&tree));
}

TEST("random operations agree with a table, sums and order are right after each")
{
	for (uint64_t seed = 1; seed <= 60; seed++)
		CHECK(random_run(seed, 400, 8 << seed % 6));
}

TEST("keys in order, descending and ascending, stay balanced: 512 are at most 12 deep")
{
	for (int direction = 0; direction < 2; direction++) {
		start(true);
		for (int i = 0; i < KEYS; i++)
			CHECK(!insert(direction ? i : KEYS - 1 - i));
		CHECK(avl_check(&tree, ordered));
		CHECK(tree.root->height <= 12);
		for (int i = 0; i < KEYS; i++) {
			avl_remove(&tree, &items[direction ? i : (i * 7) % KEYS].node);
			CHECK(avl_check(&tree, ordered));
		}
		CHECK(!tree.root);
	}
}

TEST("replacing keeps the place and corrects the sums above")
{
	struct item fresh = {.weight = 5000};

	start(true);
	for (int i = 0; i < 100; i++) {
		items[i].weight = i;
		insert(i);
	}
	fresh.key = 42;
	avl_replace(&tree, &items[42].node, &fresh.node);
	CHECK(avl_check(&tree, ordered));
	CHECK_EQ(item_of(tree.root)->heaviest, 5000);
	CHECK(item_of(avl_find(&tree, &fresh.key, compare)) == &fresh);
	avl_replace(&tree, &fresh.node, &items[42].node);
	CHECK_EQ(item_of(tree.root)->heaviest, 99);
	CHECK(avl_check(&tree, ordered));
}

/* The nodes as they were, and which of them write() has announced. */
static struct avl_node before[KEYS];

static void note_write(struct avl_node *node)
{
	item_of(node)->open = true;
}

static bool writes_are_announced(void)
{
	bool right = true;

	for (int i = 0; i < KEYS; i++) {
		right &= items[i].open || !memcmp(&before[i], &items[i].node, sizeof(before[i]));
		before[i] = items[i].node;
		items[i].open = false;
	}
	return right;
}

TEST("every node is announced before it is written")
{
	uint64_t seed = 3;

	start(false);
	tree.write = note_write;
	memset(before, 0, sizeof(before));
	for (int i = 0; i < 3000; i++) {
		int key = (int)random_below(&seed, KEYS);

		if (present[key])
			avl_remove(&tree, &items[key].node);
		else
			insert(key);
		present[key] = present[key] ? NULL : &items[key];
		CHECK(writes_are_announced());
	}
}

TEST("the checker finds wrong links, heights, order and sums")
{
	struct avl_node *leaf, *saved;

	start(true);
	for (int i = 0; i < 20; i++) {
		items[i].weight = i;
		insert(i);
	}
	leaf = avl_first(&tree);
	saved = leaf->parent;
	leaf->parent = tree.root;
	CHECK(!avl_check(&tree, ordered));
	leaf->parent = saved;
	CHECK(avl_check(&tree, ordered));
	leaf->height = 2;
	CHECK(!avl_check(&tree, ordered));
	leaf->height = 1;
	CHECK(avl_check(&tree, ordered));
	CHECK(avl_check(&tree, ordered));
	item_of(leaf)->key = 500;
	CHECK(!avl_check(&tree, ordered));
	item_of(leaf)->key = 0;
	item_of(leaf)->heaviest = 77;
	CHECK(!avl_check(&tree, ordered));
	CHECK(avl_check(&tree, ordered));
}
