/* The tree of a space's regions and its gaps.
 *
 * Invariants: regions are disjoint, not empty and inside [low, high); gap is exact for each; what
 * lies above the last region is in no gap.
 */
#include "region.h"
#include "slab.h"

#include <arch/layout.h>
#include <sys.h>

static struct region *region_of(const struct avl_node *node)
{
	return node ? avl_object(node, struct region, node) : NULL;
}

static int compare_start(const void *key, const struct avl_node *node)
{
	vaddr_t wanted = *(const vaddr_t *)key, start = region_of(node)->start;

	return (wanted > start) - (wanted < start);
}

static size_t longest_below(const struct avl_node *node)
{
	return node ? region_of(node)->longest_gap : 0;
}

static bool update_longest(struct avl_node *node)
{
	struct region *region = region_of(node);
	size_t left = longest_below(node->child[0]), right = longest_below(node->child[1]);
	size_t longest = left > right ? left : right;

	if (region->gap > longest)
		longest = region->gap;
	if (longest == region->longest_gap)
		return false;
	USE(region);
	region->longest_gap = longest;
	return true;
}

void regions_init(struct regions *regions, vaddr_t low, vaddr_t high)
{
	*regions = (struct regions){
		.tree = {.update = update_longest, .write = SLAB_NODE_WRITE},
		.low = low,
		.high = high,
	};
}

/* --- Looking -------------------------------------------------------------------------------------
 */

struct region *region_find(const struct regions *regions, vaddr_t address)
{
	struct region *region = region_of(avl_floor(&regions->tree, &address, compare_start));

	return region && address < region->end ? region : NULL;
}

/* Above the regions that end at or below the address, never above others. */
static int compare_end(const void *key, const struct avl_node *node)
{
	return *(const vaddr_t *)key >= region_of(node)->end;
}

struct region *region_from(const struct regions *regions, vaddr_t address)
{
	return region_of(avl_lower_bound(&regions->tree, &address, compare_end));
}

struct region *region_first(const struct regions *regions)
{
	return region_of(avl_first(&regions->tree));
}

struct region *region_next(const struct region *region)
{
	return region_of(avl_next(&region->node));
}

struct region *region_previous(const struct region *region)
{
	return region_of(avl_previous(&region->node));
}

struct region *region_first_leaf(const struct regions *regions)
{
	return region_of(avl_first_leaf(&regions->tree));
}

struct region *region_next_leaf(const struct region *region)
{
	return region_of(avl_next_leaf(&region->node));
}

/* Where the region, or the guard below what it may become, begins. */
static vaddr_t reach_of(const struct region *region)
{
	if (region->floor == region->start)
		return region->start;
	return region->floor > REGION_GUARD_BYTES ? region->floor - REGION_GUARD_BYTES : 0;
}

/* What is free between a region and the one before it (NULL: none). */
static size_t gap_between(const struct regions *regions, const struct region *previous,
			  const struct region *region)
{
	vaddr_t end = previous ? previous->end : regions->low, reach = reach_of(region);

	return reach > end ? reach - end : 0;
}

bool region_is_free(const struct regions *regions, vaddr_t start, size_t bytes)
{
	const struct region *next;

	if (start < regions->low || start > regions->high || bytes > regions->high - start)
		return false;
	next = region_from(regions, start);
	return !next || reach_of(next) >= start + bytes;
}

bool region_is_unused(const struct regions *regions, vaddr_t start, vaddr_t end)
{
	const struct region *next = region_from(regions, start);

	return !next || next->start >= end;
}

bool region_find_gap(const struct regions *regions, size_t bytes, vaddr_t *start)
{
	const struct avl_node *last = avl_last(&regions->tree), *node = regions->tree.root;
	vaddr_t end = last ? region_of(last)->end : regions->low;

	if (regions->high - end >= bytes) {
		*start = regions->high - bytes;
		return true;
	}
	if (longest_below(node) < bytes)
		return false;
	for (;;) {
		if (longest_below(node->child[1]) >= bytes)
			node = node->child[1];
		else if (region_of(node)->gap >= bytes)
			break;
		else
			node = node->child[0];
	}
	*start = reach_of(region_of(node)) - bytes;
	return true;
}

/* --- Changing ------------------------------------------------------------------------------------
 */

/* The gap below a region (NULL: none) may have changed: true if it did, and sums are to follow. */
static bool set_gap(const struct regions *regions, const struct region *previous,
		    struct region *region)
{
	size_t gap = region ? gap_between(regions, previous, region) : 0;

	if (!region || gap == region->gap)
		return false;
	slab_write(region);
	region->gap = gap;
	return true;
}

void region_insert(struct regions *regions, struct region *region)
{
	struct avl_node *parent = NULL, *place = regions->tree.root;
	struct region *previous = NULL, *next = NULL;
	bool above = false;
	USE(region);

	while (place) {
		parent = place;
		above = region->start > region_of(place)->start;
		if (above)
			previous = region_of(place);
		else
			next = region_of(place);
		place = place->child[above];
	}
	region->gap = gap_between(regions, previous, region);
	region->longest_gap = 0;
	avl_attach_below(&regions->tree, parent, above, &region->node,
			 set_gap(regions, region, next) ? &next->node : NULL);
	regions->count++;
	regions->bytes += region->end - region->start;
}

void region_remove(struct regions *regions, struct region *region)
{
	struct region *next = region_next(region);
	USE(region);

	avl_remove_before(&regions->tree, &region->node,
			  set_gap(regions, region_previous(region), next) ? &next->node : NULL);
	regions->count--;
	regions->bytes -= region->end - region->start;
}

static void update_gap(struct regions *regions, struct region *region)
{
	if (region && set_gap(regions, region_previous(region), region))
		avl_update(&regions->tree, &region->node);
}

void region_set_bounds(struct regions *regions, struct region *region, vaddr_t start, vaddr_t end)
{
	bool moves = end != region->end;
	USE(region);

	regions->bytes += (end - start) - (region->end - region->start);
	if (region->type->has_offset)
		region->offset += (uint64_t)start - region->start;
	if (region->floor == region->start || region->floor > start)
		region->floor = start;
	region->start = start;
	region->end = end;
	update_gap(regions, region);
	if (moves)
		update_gap(regions, region_next(region));
}

void region_split(struct regions *regions, struct region *region, vaddr_t address,
		  struct region *right)
{
	*right = *region;
	region_set_bounds(regions, region, region->start, address);
	right->start = right->floor = address;
	if (right->type->has_offset)
		right->offset += address - region->start;
	region_insert(regions, right);
}

bool region_continues(const struct region *left, const struct region *right)
{
	return left->end == right->start && left->type == right->type &&
	       left->flags == right->flags && left->object == right->object &&
	       !left->type->stays_apart && right->floor == right->start &&
	       (!left->type->has_offset ||
		left->offset + (left->end - left->start) == right->offset);
}

/* --- Checking ------------------------------------------------------------------------------------
 */

static bool ordered(const struct avl_node *a, const struct avl_node *b)
{
	return region_of(a)->end <= region_of(b)->start;
}

static const char *check_region(const struct regions *regions, const struct region *region)
{
	if (region->start >= region->end || region->floor > region->start)
		return "a region's bounds are out of order";
	if ((region->start | region->end | region->floor) % ARCH_PAGE_SIZE)
		return "a region is not page aligned";
	if (region->start < regions->low || region->end > regions->high)
		return "a region lies outside the space";
	if (region->gap != gap_between(regions, region_previous(region), region))
		return "a region's gap is wrong";
	return region->type->check ? region->type->check(region) : NULL;
}

const char *regions_check(struct regions *regions)
{
	size_t count = 0, bytes = 0;

	if (!avl_check(&regions->tree, ordered))
		return "the tree of regions is damaged";
	for (const struct region *region = region_first(regions); region;
	     region = region_next(region)) {
		const char *wrong = check_region(regions, region);

		if (wrong)
			return wrong;
		count++;
		bytes += region->end - region->start;
	}
	if (count != regions->count || bytes != regions->bytes)
		return "regions are miscounted";
	return NULL;
}
