#include "region_play.h"

#include "region_world.h"
#include <skerry/errno.h>
#include <string.h>

#define PAGE ARCH_PAGE_SIZE
#define OPERATIONS_MAX 200
#define NO_CELL (-1)

/* A page of the model. Where and how the code cut regions does not show in it. */
struct cell {
	const struct memory_type *type; /* NULL: nothing is mapped */
	uint32_t flags;
	int object;    /* its number */
	uint32_t page; /* in the object or device */
	bool own;      /* has a value of its own: private memory that was written */
	bool reaches;  /* its region may grow down, or could once */
	uint32_t value;
};

struct model {
	struct cell cell[WORLD_SPACES][WORLD_PAGES];
	uint32_t object[WORLD_OBJECTS][WORLD_OBJECT_PAGES];
	uint32_t device[WORLD_DEVICE_FRAMES];
	uint32_t values; /* given out */
};

static struct model model;

/* One operation, decoded. Ranges may be out of bounds. */
struct operation {
	int space;
	struct space *real;
	struct cell *cell; /* the space's */
	int page;
	uint32_t count;
	vaddr_t start;
	size_t bytes;
	const uint8_t *choice;
};

/* --- The model -----------------------------------------------------------------------------------
 */

static uint32_t *object_value(const struct cell *cell)
{
	return cell->type == &device ? &model.device[cell->page % WORLD_DEVICE_FRAMES]
				     : &model.object[cell->object][cell->page];
}

static uint32_t expected_value(const struct cell *cell)
{
	return cell->own || cell->type == &anonymous ? cell->value : *object_value(cell);
}

static bool in_space(int page, uint32_t count)
{
	return page >= 0 && count && page < WORLD_PAGES && count <= (uint32_t)(WORLD_PAGES - page);
}

static bool is_empty(const struct cell *cell, int page, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (cell[page + (int)i].type)
			return false;
	return true;
}

static bool has_pinned(const struct cell *cell, int page, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (cell[page + (int)i].type && cell[page + (int)i].flags & REGION_PINNED)
			return true;
	return false;
}

static bool has_stack(const struct cell *cell)
{
	for (int i = 0; i < WORLD_PAGES; i++)
		if (cell[i].type && cell[i].reaches)
			return true;
	return false;
}

/* The highest free place: exact where no stack keeps room. */
static int highest_gap(const struct cell *cell, uint32_t count)
{
	for (int page = WORLD_PAGES - (int)count; page >= 0; page--)
		if (is_empty(cell, page, count))
			return page;
	return NO_CELL;
}

/* Objects nobody maps lose their content. */
static void forget_objects(void)
{
	for (int object = 0; object < WORLD_OBJECTS; object++) {
		bool is_used = false;

		for (int i = 0; i < WORLD_SPACES * WORLD_PAGES; i++) {
			const struct cell *cell = &model.cell[0][0] + i;

			is_used |= (cell->type == &shared || cell->type == &private_view) &&
				   cell->object == object;
		}
		if (!is_used)
			memset(model.object[object], 0, sizeof(model.object[object]));
	}
}

static const char *compare_cell(int space, int page)
{
	const struct cell *cell = &model.cell[space][page];
	vaddr_t address = WORLD_LOW + (vaddr_t)page * PAGE;
	const struct region *region = region_find(&world.space[space].regions, address);
	struct page_reference reference;

	if (!region || !cell->type)
		return region || cell->type ? "what is mapped differs" : NULL;
	if (region->type != cell->type || region->flags != cell->flags)
		return "type or flags differ";
	if (cell->type != &anonymous &&
	    (region->offset + (address - region->start)) / PAGE != cell->page)
		return "offsets differ";
	if (cell->type != &anonymous && cell->type != &device &&
	    region->object != &world.object[cell->object])
		return "objects differ";
	if (pages_find(&world.space[space].pages, address / PAGE, &reference))
		return world.content[reference.frame] == expected_value(cell) ? NULL
									      : "contents differ";
	return cell->own && cell->value ? "a page is lost" : NULL;
}

static const char *compare(void)
{
	const char *wrong = world_check();

	for (int space = 0; space < WORLD_SPACES; space++)
		for (int page = 0; page < WORLD_PAGES && !wrong; page++)
			wrong = compare_cell(space, page);
	return wrong;
}

/* --- Operations: each returns the error found, or complains; the model follows a success ---------
 */

static void expect(int found, int wanted, const char *text)
{
	if (found == wanted || (found == -ENOMEM && world.failed))
		return;
	world_complain(text);
}

static int page_of(vaddr_t address)
{
	if (address % PAGE || address < WORLD_LOW || address >= WORLD_HIGH)
		world_complain("a place lies outside the space");
	return address < WORLD_HIGH ? (int)((address - WORLD_LOW) / PAGE) : 0;
}

static const struct memory_type *choose_type(uint8_t choice, struct space_request *request,
					     struct cell *cell)
{
	static const struct memory_type *const types[] = {&anonymous, &anonymous, &shared,
							  &private_view, &device};
	const struct memory_type *type = types[choice % 5];

	cell->object = choice / 5 % WORLD_OBJECTS;
	cell->page = choice / 16 * 8;
	if (type == &shared || type == &private_view)
		request->object = &world.object[cell->object];
	if (type != &anonymous)
		request->offset = (uint64_t)cell->page * PAGE;
	return type;
}

static int map_wanted(const struct operation *op, const struct space_request *request)
{
	uint32_t grow = (uint32_t)(request->growth / PAGE);
	int low = op->page - (int)grow;

	if (!op->count)
		return -EINVAL;
	if (request->placement == SPACE_ANYWHERE)
		return 0; /* looked at afterwards */
	if (!in_space(op->page, op->count) || low < 0)
		return -EINVAL;
	if (request->placement == SPACE_FIXED_IF_FREE && !is_empty(op->cell, low, grow + op->count))
		return -EEXIST;
	return has_pinned(op->cell, low, grow + op->count) ? -EPERM : 0;
}

/* What may be said about a free choice. */
static void check_choice(const struct operation *op, int error, int page)
{
	int highest = op->count <= WORLD_PAGES ? highest_gap(op->cell, op->count) : NO_CELL;
	bool hint_is_free =
		in_space(op->page, op->count) && is_empty(op->cell, op->page, op->count);

	if (!error && (!in_space(page, op->count) || !is_empty(op->cell, page, op->count)))
		world_complain("the place chosen is not free");
	else if (!has_stack(op->cell) && !world.failed &&
		 (error ? NO_CELL : page) != (hint_is_free ? op->page : highest))
		world_complain("the place chosen is neither the hint nor the highest");
}

static int play_map(const struct operation *op)
{
	struct cell fresh = {0};
	struct space_request request = {
		.address = op->start,
		.bytes = op->bytes,
		.placement = op->choice[0] % 4 % 3,
		.flags = op->choice[1] & REGION_ACCESS,
	};
	vaddr_t start = 0;
	int error, page;

	request.type = fresh.type = choose_type(op->choice[2], &request, &fresh);
	if (fresh.type == &shared)
		request.flags |= REGION_SHARED;
	if (op->choice[1] >= 0xf8)
		request.flags |= REGION_PINNED;
	if (fresh.type == &anonymous && op->choice[1] % 16 == 9)
		request.growth = op->choice[0] / 8 % 20 * PAGE;
	fresh.flags = request.flags;
	fresh.reaches = request.growth;
	error = space_map(op->real, &request, &start);
	if (request.placement == SPACE_ANYWHERE && op->count && !request.growth)
		check_choice(op, error, error ? 0 : page_of(start));
	else if (request.placement != SPACE_ANYWHERE || !op->count)
		expect(error, map_wanted(op, &request), "map answers something else");
	if (error)
		return error;
	page = page_of(start);
	if (request.placement != SPACE_ANYWHERE && page != op->page)
		world_complain("a fixed place is not kept");
	for (int below = page - (int)(request.growth / PAGE); below < page; below++)
		op->cell[below] = (struct cell){0};
	for (uint32_t i = 0; i < op->count && in_space(page, op->count); i++, fresh.page++)
		op->cell[page + (int)i] = fresh;
	return 0;
}

static int play_unmap(const struct operation *op)
{
	int error = space_unmap(op->real, op->start, op->bytes), wanted = 0;

	if (!in_space(op->page, op->count))
		wanted = -EINVAL;
	else if (has_pinned(op->cell, op->page, op->count))
		wanted = -EPERM;
	expect(error, wanted, "unmap answers something else");
	if (!error && !wanted)
		memset(&op->cell[op->page], 0, op->count * sizeof(struct cell));
	return error;
}

static int protect_wanted(const struct operation *op, uint32_t access)
{
	if (!in_space(op->page, op->count))
		return -EINVAL;
	for (uint32_t i = 0; i < op->count; i++) {
		const struct cell *cell = &op->cell[op->page + (int)i];

		if (!cell->type)
			return -ENOMEM;
		if (cell->flags & REGION_PINNED)
			return -EPERM;
		if (cell->type == &device && access & REGION_EXECUTE)
			return -EACCES;
	}
	return 0;
}

static int play_protect(const struct operation *op)
{
	uint32_t access = op->choice[0] & REGION_ACCESS;
	int wanted = protect_wanted(op, access);
	int error = space_protect(op->real, op->start, op->bytes, access);

	expect(error, wanted, "protect answers something else");
	for (uint32_t i = 0; i < op->count && !error && !wanted; i++) {
		struct cell *cell = &op->cell[op->page + (int)i];

		cell->flags = (cell->flags & ~REGION_ACCESS) | access;
	}
	return error;
}

/* Move the cells, then continue them; where is the first of `count` new ones. */
static void model_remap(const struct operation *op, int where, uint32_t count)
{
	uint32_t kept = count < op->count ? count : op->count;
	struct cell moved[WORLD_PAGES], next = op->cell[op->page + (int)kept - 1];

	memcpy(moved, &op->cell[op->page], kept * sizeof(struct cell));
	memset(&op->cell[op->page], 0, op->count * sizeof(struct cell));
	next.own = false;
	next.value = 0;
	for (uint32_t i = kept; i < count; i++) {
		next.page++;
		moved[i] = next;
	}
	for (uint32_t i = 0; i < count; i++) {
		if (where != op->page)
			moved[i].reaches = false;
		op->cell[where + (int)i] = moved[i];
	}
}

static int remap_wanted(const struct operation *op, uint32_t count, int to,
			enum space_placement placement, bool may_move)
{
	const struct region *region = region_find(&op->real->regions, op->start);

	if (!in_space(op->page, op->count) || !count || (placement != SPACE_ANYWHERE && !may_move))
		return -EINVAL;
	if (!region || region->end < op->start + op->bytes)
		return -EFAULT;
	if (region->flags & REGION_PINNED)
		return -EPERM;
	if (region->type == &device && count > op->count)
		return -ENOSPC;
	if (placement == SPACE_ANYWHERE)
		return 0;
	if (!in_space(to, count) || (to < op->page + (int)op->count && op->page < to + (int)count))
		return -EINVAL;
	if (placement == SPACE_FIXED_IF_FREE && !is_empty(op->cell, to, count))
		return -EEXIST;
	return has_pinned(op->cell, to, count) ? -EPERM : 0;
}

static int play_remap(const struct operation *op)
{
	enum space_placement placement = op->choice[0] % 4 % 3;
	bool may_move = op->choice[0] & 0x30;
	uint32_t count = op->choice[1] % 24;
	int to = op->choice[2] % (WORLD_PAGES + 2), where;
	vaddr_t address = WORLD_LOW + (vaddr_t)to * PAGE;
	int wanted = remap_wanted(op, count, to, placement, may_move);
	bool stack = has_stack(op->cell);
	int highest = highest_gap(op->cell, count);
	int error = space_remap(op->real, op->start, op->bytes, count * PAGE, placement, may_move,
				&address);

	if (wanted || placement != SPACE_ANYWHERE)
		expect(error, wanted, "remap answers something else");
	else if (error && (error != -ENOMEM || count <= op->count ||
			   (may_move && highest != NO_CELL && !stack)))
		expect(error, 0, "remap is refused");
	if (error || wanted)
		return error;
	where = page_of(address);
	if (placement != SPACE_ANYWHERE && where != to)
		world_complain("remap goes elsewhere");
	if (placement == SPACE_ANYWHERE && where != op->page && !is_empty(op->cell, where, count))
		world_complain("remap goes where something is");
	if (where == op->page && count > op->count &&
	    !is_empty(op->cell, where + (int)op->count, count - op->count))
		world_complain("remap grows over something");
	if (!world.wrong)
		model_remap(op, where, count);
	return 0;
}

/* Its page tables go with it. */
static void end_space(struct space *space)
{
	space_end(space);
	for (int i = 0; i < WORLD_PAGES; i++)
		world.table[space - world.space][i].frame = FRAME_NONE;
}

static int play_clear(const struct operation *op)
{
	bool keep = op->choice[0] & 1;

	if (op->choice[0] & 2 && !keep)
		end_space(op->real);
	else
		space_clear(op->real, keep);
	for (int i = 0; i < WORLD_PAGES; i++)
		if (!keep || !(op->cell[i].flags & REGION_PINNED))
			op->cell[i] = (struct cell){0};
	return 0;
}

static int play_fork(const struct operation *op)
{
	int to = (op->space + 1 + op->choice[0] % (WORLD_SPACES - 1)) % WORLD_SPACES;
	int error;

	space_clear(&world.space[to], false);
	memset(model.cell[to], 0, sizeof(model.cell[to]));
	forget_objects();
	world.brackets = 0;
	error = space_fork(op->real, &world.space[to]);
	expect(error, 0, "fork is refused");
	for (int i = 0; i < WORLD_PAGES && !error; i++)
		if (op->cell[i].type && op->cell[i].type->copy)
			model.cell[to][i] = op->cell[i];
	return error;
}

/* A fault below a stack: every page up to it is mapped now, and the guard is kept. */
static void model_growth(const struct operation *op)
{
	const struct region *region = region_find(&op->real->regions, op->start);
	int page = op->page, end = page;

	while (end < WORLD_PAGES && !op->cell[end].type)
		end++;
	if (!region || end == WORLD_PAGES || region->start != op->start || !op->cell[end].reaches ||
	    region->type != &anonymous) {
		world_complain("a fault is granted where nothing is");
		return;
	}
	for (int i = 1; i <= (int)(REGION_GUARD_BYTES / PAGE); i++)
		if (page - i >= 0 && op->cell[page - i].type)
			world_complain("a stack grows into its guard");
	for (int i = page; i < end; i++) {
		op->cell[i] = op->cell[end];
		op->cell[i].own = false;
		op->cell[i].value = 0;
	}
}

static void model_write(struct cell *cell, frame_t frame)
{
	uint32_t value = ++model.values;

	world.content[frame] = value;
	if (cell->type == &anonymous || cell->type == &private_view) {
		cell->own = true;
		cell->value = value;
	} else {
		*object_value(cell) = value;
	}
}

static int touch_page(const struct operation *op)
{
	static const uint32_t accesses[] = {REGION_READ, REGION_WRITE, REGION_WRITE,
					    REGION_EXECUTE};
	uint32_t access = accesses[op->choice[0] % 4];
	enum fault_result result;
	const struct world_entry *entry;

	if (!in_space(op->page, 1))
		return -EINVAL;
	result = space_fault(op->real, op->start + op->choice[1] * 16, access);
	if (!op->cell[op->page].type && result != FAULT_REFUSED) {
		model_growth(op);
	} else if (!op->cell[op->page].type && region_find(&op->real->regions, op->start)) {
		model_growth(op); /* it grew, and does not allow the access */
	}
	if (world.wrong)
		return 0;
	if (access & ~op->cell[op->page].flags) {
		if (result != FAULT_REFUSED)
			world_complain("a fault is granted that the region forbids");
		return -EFAULT;
	}
	if (result == FAULT_NO_MEMORY)
		return -ENOMEM;
	entry = &world.table[op->space][op->page];
	if (result != FAULT_DONE || entry->frame == FRAME_NONE || access & ~entry->access)
		world_complain("a fault is not satisfied");
	else if (access & REGION_WRITE)
		model_write(&op->cell[op->page], entry->frame);
	return 0;
}

static int play_touch(const struct operation *op)
{
	struct operation one = *op;
	int error = -EINVAL;

	for (uint32_t i = 0; i <= op->count % 8 && in_space(one.page, 1) && !world.wrong; i++) {
		int result = touch_page(&one);

		error = i && error ? error : result;
		one.page++;
		one.start += PAGE;
	}
	return error;
}

/* --- Playing -------------------------------------------------------------------------------------
 */

static int play_once(const uint8_t *bytes)
{
	static int (*const kinds[32])(const struct operation *op) = {
		[0 ... 5] = play_map,	  [6 ... 8] = play_unmap,   [9 ... 12] = play_protect,
		[13 ... 16] = play_remap, [17 ... 28] = play_touch, [29 ... 30] = play_fork,
		[31] = play_clear,
	};
	struct operation op = {
		.space = bytes[1] % WORLD_SPACES,
		.page = bytes[2] % (WORLD_PAGES + 4),
		.count = bytes[3] % (bytes[1] & 0x80 ? 64 : 12),
		.choice = &bytes[4],
	};

	op.real = &world.space[op.space];
	op.cell = model.cell[op.space];
	op.start = WORLD_LOW + (vaddr_t)op.page * PAGE;
	op.bytes = op.count * PAGE;
	world.failed = false;
	world.brackets = 0;
	return kinds[bytes[0] % 32](&op);
}

/* One an operation and space; touching is several operations. */
static int brackets_max(int kind, int error)
{
	if (kind >= 17 && kind <= 28)
		return 8;
	return kind >= 29 && error ? 2 : 1;
}

/* With the n-th request for memory failing; false when there was no n-th. */
static bool play_failing(const uint8_t *bytes, uint32_t n, struct region_play *play)
{
	int error;

	world.fail_in = n;
	error = play_once(bytes);
	world.fail_in = 0;
	forget_objects();
	play->done += !error;
	play->failed += world.failed && error;
	if (world.brackets > brackets_max(bytes[0] % 32, error))
		world_complain("an operation takes several brackets");
	return world.failed && error;
}

const char *region_play(const uint8_t *bytes, size_t size, struct region_play *play)
{
	const char *wrong = NULL;

	memset(&model, 0, sizeof(model));
	world_start();
	for (play->at = 0; play->at < OPERATIONS_MAX && !wrong; play->at++) {
		const uint8_t *next = bytes + play->at * REGION_OPERATION_BYTES;
		uint32_t n;

		if ((size_t)(play->at + 1) * REGION_OPERATION_BYTES > size)
			break;
		n = next[7] >= 128 ? next[7] - 127u : 0;
		for (uint32_t i = 1; play->every_failure && !wrong && play_failing(next, i, play);
		     i++)
			wrong = compare();
		if (!play->every_failure)
			play_failing(next, n, play);
		wrong = wrong ?: compare();
	}
	for (int i = 0; i < WORLD_SPACES && !wrong; i++)
		end_space(&world.space[i]);
	if (!wrong && (world.frames.statistics.use[FRAME_FREE] != WORLD_FRAMES ||
		       world.regions.object_count || world.chunks.object_count))
		wrong = "something is left in the end";
	world_end();
	return wrong;
}
