/* Physical memory: runs of free frames in trees by address, reference counts of the others.
 *
 * Invariants: a free frame belongs to exactly one run; runs of a piece do not touch; a run's first
 * frame holds the tree node, its first and last frame the length. statistics.use[] counts every
 * frame once.
 */
#include "frames.h"

#include <skerry/errno.h>
#include <sys.h>

static struct frame *frame_of(const struct avl_node *node)
{
	return avl_object(node, struct frame, node);
}

/* Records of a piece lie in order of address. */
static int compare_address(const void *key, const struct avl_node *node)
{
	const struct frame *wanted = key, *frame = frame_of(node);

	return (wanted > frame) - (wanted < frame);
}

static uint32_t longest_below(const struct avl_node *node)
{
	return node ? frame_of(node)->longest : 0;
}

static bool update_longest(struct avl_node *node)
{
	struct frame *frame = frame_of(node);
	uint32_t left = longest_below(node->child[0]), right = longest_below(node->child[1]);
	uint32_t longest = left > right ? left : right;

	if (frame->run > longest)
		longest = frame->run;
	if (longest == frame->longest)
		return false;
	frame->longest = longest;
	return true;
}

void frames_init(struct frames *frames, void (*zero)(void *context, frame_t first, uint32_t count),
		 void *context)
{
	*frames = (struct frames){.zero = zero, .context = context};
}

size_t frames_piece_bytes(uint32_t count)
{
	return sizeof(struct frame_piece) + count * sizeof(struct frame);
}

/* --- Runs ---------------------------------------------------------------------------------------
 */

static void set_length(struct frame *run, uint32_t length)
{
	run->run = length;
	run[length - 1].run = length;
}

static void insert_run(struct frames *frames, struct frame_piece *piece, struct frame *run,
		       uint32_t length)
{
	set_length(run, length);
	avl_insert(&piece->runs, &run->node, run, compare_address);
	frames->statistics.runs++;
}

static void remove_run(struct frames *frames, struct frame_piece *piece, struct frame *run)
{
	avl_remove(&piece->runs, &run->node);
	frames->statistics.runs--;
}

/* The run starts elsewhere, still between its neighbours. */
static void move_run(struct frame_piece *piece, struct frame *run, struct frame *start,
		     uint32_t length)
{
	set_length(start, length);
	avl_replace(&piece->runs, &run->node, &start->node);
}

static void resize_run(struct frame_piece *piece, struct frame *run, uint32_t length)
{
	set_length(run, length);
	avl_update(&piece->runs, &run->node);
}

/* Frames are free now: join them with what is free around them. */
static void put_frames(struct frames *frames, struct frame_piece *piece, struct frame *start,
		       uint32_t count)
{
	struct frame *before = start - 1, *after = start + count;
	bool joins_before = start > piece->frames && before->use == FRAME_FREE;
	bool joins_after = after < piece->frames + piece->count && after->use == FRAME_FREE;
	uint32_t length = count + (joins_after ? after->run : 0);

	frames->statistics.use[start->use] -= count;
	frames->statistics.use[FRAME_FREE] += count;
	frames->statistics.freed += count;
	for (uint32_t i = 0; i < count; i++)
		start[i].use = FRAME_FREE;
	if (joins_before) {
		uint32_t left = before->run;

		if (joins_after)
			remove_run(frames, piece, after);
		resize_run(piece, start - left, left + length);
	} else if (joins_after) {
		move_run(piece, after, start, length);
	} else {
		insert_run(frames, piece, start, length);
	}
}

/* Take frames out of the run that holds them. */
static void take_frames(struct frames *frames, struct frame_piece *piece, struct frame *run,
			struct frame *start, uint32_t count, uint32_t use)
{
	struct frame *end = run + run->run;
	uint32_t right = (uint32_t)(end - (start + count));

	if (start > run) {
		resize_run(piece, run, (uint32_t)(start - run));
		if (right)
			insert_run(frames, piece, end - right, right);
	} else if (right) {
		move_run(piece, run, end - right, right);
	} else {
		remove_run(frames, piece, run);
	}
	for (uint32_t i = 0; i < count; i++) {
		start[i].references = 1;
		start[i].use = use;
		start[i].held = 0;
	}
	frames->statistics.use[FRAME_FREE] -= count;
	frames->statistics.use[use] += count;
	frames->statistics.allocated += count;
	if (frames->statistics.use[FRAME_FREE] < frames->statistics.free_lowest)
		frames->statistics.free_lowest = frames->statistics.use[FRAME_FREE];
}

/* --- Searching. `side` is where to begin: 1 at the highest address, 0 at the lowest -------------
 */

static struct avl_node *outermost_fit(struct avl_node *node, uint32_t count, int side)
{
	if (longest_below(node) < count)
		return NULL;
	for (;;) {
		if (longest_below(node->child[side]) >= count)
			node = node->child[side];
		else if (frame_of(node)->run >= count)
			return node;
		else
			node = node->child[!side];
	}
}

static struct avl_node *next_fit(struct avl_node *node, uint32_t count, int side)
{
	struct avl_node *found = outermost_fit(node->child[!side], count, side);

	while (!found && node->parent) {
		struct avl_node *child = node;

		node = node->parent;
		if (node->child[side] != child)
			continue;
		if (frame_of(node)->run >= count)
			return node;
		found = outermost_fit(node->child[!side], count, side);
	}
	return found;
}

static frame_t number_of(const struct frame_piece *piece, const struct frame *frame)
{
	return piece->first + (frame_t)(frame - piece->frames);
}

/* The place for the request in a run; NULL: it does not fit. 64 bits: numbers end where 32 do. */
static struct frame *place_in_run(const struct frame_piece *piece, struct frame *run,
				  const struct frame_request *request, int side)
{
	uint64_t first = number_of(piece, run), end = first + run->run;
	uint64_t mask = request->align ? request->align - 1 : 0;
	uint64_t start;

	if (request->limit && end > request->limit)
		end = request->limit;
	if (end < first + request->count)
		return NULL;
	start = side ? (end - request->count) & ~mask : (first + mask) & ~mask;
	return start >= first && start + request->count <= end ? run + (start - first) : NULL;
}

static struct frame *search_piece(const struct frame_piece *piece,
				  const struct frame_request *request, struct frame **run)
{
	uint32_t count = request->count;
	uint32_t padding = request->align ? request->align - 1 : 0;
	int side = !request->limit;
	struct frame *start = NULL;
	struct avl_node *node;

	/* A run this long fits with any alignment. */
	if (padding && count + padding > count) {
		node = outermost_fit(piece->runs.root, count + padding, side);
		if (node && (start = place_in_run(piece, frame_of(node), request, side))) {
			*run = frame_of(node);
			return start;
		}
	}
	for (node = outermost_fit(piece->runs.root, count, side); node && !start;
	     node = next_fit(node, count, side)) {
		*run = frame_of(node);
		if (request->limit && number_of(piece, *run) >= request->limit)
			return NULL;
		start = place_in_run(piece, *run, request, side);
	}
	return start;
}

/* --- Requests ------------------------------------------------------------------------------------
 */

static bool reclaim(const struct frames *frames, uint32_t count)
{
	return frames->hooks && frames->hooks->reclaim(frames->hooks->context, count);
}

/* Are so many free, and not kept for others? */
static bool may_take(struct frames *frames, uint32_t count, uint32_t level)
{
	struct frames_statistics *statistics = &frames->statistics;
	uint32_t kept = statistics->kept[level];
	uint32_t available = statistics->use[FRAME_FREE];

	if (kept < statistics->total && count <= statistics->total - kept &&
	    available < count + kept && reclaim(frames, count + kept - available))
		available = statistics->use[FRAME_FREE];
	if (available < count)
		return false;
	if (available - count >= kept)
		return true;
	statistics->refused_kept++;
	return false;
}

bool frames_provide(struct frames *frames, enum frame_level level, uint64_t count)
{
	return count <= frames->statistics.total && may_take(frames, (uint32_t)count, level);
}

/* From the top the first that fits, with a limit the last. */
static struct frame *search(const struct frames *frames, const struct frame_request *request,
			    struct frame_piece **found, struct frame **run)
{
	struct frame *start = NULL;

	for (struct frame_piece *piece = frames->pieces; piece; piece = piece->next) {
		struct frame *candidate_run = NULL;
		struct frame *candidate = search_piece(piece, request, &candidate_run);

		if (!candidate)
			continue;
		*found = piece;
		start = candidate;
		*run = candidate_run;
		if (!request->limit)
			break;
	}
	return start;
}

int frames_allocate(struct frames *frames, const struct frame_request *request, frame_t *first)
{
	struct frame_piece *found = NULL;
	struct frame *start, *run = NULL;

	assert(request->count && !(request->align & (request->align - 1)));
	assert(request->use != FRAME_FREE && request->use < FRAME_HELD);
	assert(request->level < FRAME_LEVELS);
	if (!may_take(frames, request->count, request->level))
		return -ENOMEM;
	do {
		start = search(frames, request, &found, &run);
	} while (!start && reclaim(frames, 1));
	if (!start) {
		frames->statistics.refused_fragments++;
		return -ENOMEM;
	}
	take_frames(frames, found, run, start, request->count, request->use);
	*first = number_of(found, start);
	if (request->zeroed)
		frames->zero(frames->context, *first, request->count);
	return 0;
}

int frame_allocate(struct frames *frames, enum frame_use use, enum frame_level level, bool zeroed,
		   frame_t *frame)
{
	struct frame_piece *piece = frames->pieces;
	struct frame *run;

	assert(use != FRAME_FREE && use < FRAME_HELD && level < FRAME_LEVELS);
	if (!may_take(frames, 1, level))
		return -ENOMEM;
	while (!piece->runs.root)
		piece = piece->next;
	run = frame_of(avl_last(&piece->runs));
	*frame = number_of(piece, run) + run->run - 1;
	take_frames(frames, piece, run, run + run->run - 1, 1, use);
	if (zeroed)
		frames->zero(frames->context, *frame, 1);
	return 0;
}

static struct frame_piece *find_piece(struct frames *frames, frame_t frame)
{
	struct frame_piece *piece = frames->last;

	if (piece && frame - piece->first < piece->count)
		return piece;
	for (piece = frames->pieces; piece; piece = piece->next) {
		if (frame - piece->first < piece->count) {
			frames->last = piece;
			return piece;
		}
	}
	return NULL;
}

struct frame *frame_find(struct frames *frames, frame_t frame)
{
	struct frame_piece *piece = find_piece(frames, frame);

	return piece ? &piece->frames[frame - piece->first] : NULL;
}

void frame_reference(struct frames *frames, frame_t frame)
{
	struct frame *record = frame_find(frames, frame);

	assert(record && record->references && record->references < UINT32_MAX);
	record->references++;
}

void frame_share(struct frames *frames, frame_t frame)
{
	if (frame_is_memory(frames, frame))
		frame_reference(frames, frame);
}

static void use_change(struct frames *frames, struct frame *frame, enum frame_use use)
{
	frames->statistics.use[frame->use]--;
	frames->statistics.use[use]++;
	frame->use = use;
}

/* A user less of a frame that is not free yet. */
static void stays(struct frames *frames, struct frame *frame)
{
	if (!frame->references)
		use_change(frames, frame, FRAME_HELD);
	else if (frame->references == 1 && frame->use == FRAME_CACHE && frames->hooks)
		frames->hooks->single(frames->hooks->context, frame->owner);
}

static bool piece_holds(const struct frame_piece *piece, frame_t frame)
{
	return frame - piece->first < piece->count;
}

/* The frame's record, most likely of the same piece as the one before; NULL: not ours. */
static struct frame *record_near(struct frames *frames, struct frame_piece **piece, frame_t frame)
{
	struct frame_piece *other;

	if (!piece_holds(*piece, frame)) {
		other = find_piece(frames, frame);
		if (!other)
			return NULL;
		*piece = other;
	}
	return &(*piece)->frames[frame - (*piece)->first];
}

void frames_share_each(struct frames *frames, const frame_t *list, uint32_t mask)
{
	struct frame_piece *piece = frames->pieces;

	for (; mask && piece; mask &= mask - 1) {
		frame_t frame = list[__builtin_ctz(mask)];
		struct frame *record;

		record = record_near(frames, &piece, frame);
		if (!record)
			continue;
		assert(record->references && record->references < UINT32_MAX);
		record->references++;
	}
}

static void release_in_piece(struct frames *frames, struct frame_piece *piece, struct frame *frame,
			     uint32_t count)
{
	struct frame *end = frame + count, *start;

	while (frame < end) {
		assert(frame->references);
		if (--frame->references || frame->held) {
			stays(frames, frame);
			frame++;
			continue;
		}
		/* All that become free together and had the same use go back as one. */
		for (start = frame++; frame < end && frame->references == 1 && !frame->held &&
				      frame->use == start->use;
		     frame++)
			frame->references = 0;
		put_frames(frames, piece, start, (uint32_t)(frame - start));
	}
}

void frames_release(struct frames *frames, frame_t first, uint32_t count)
{
	while (count) {
		struct frame_piece *piece = find_piece(frames, first);
		uint32_t here = 1;

		if (piece) {
			here = piece->count - (first - piece->first);
			here = here < count ? here : count;
			release_in_piece(frames, piece, &piece->frames[first - piece->first], here);
		}
		first += here;
		count -= here;
	}
}

void frames_hold(struct frames *frames, frame_t first, uint32_t count)
{
	for (frame_t frame = first; frame - first < count; frame++) {
		struct frame *record = frame_find(frames, frame);

		assert(record && record->references && record->held < UINT32_MAX);
		record->held++;
	}
	frames->statistics.holds += count;
}

void frames_unhold(struct frames *frames, frame_t first, uint32_t count)
{
	for (frame_t frame = first; frame - first < count; frame++) {
		struct frame *record = frame_find(frames, frame);

		assert(record && record->use != FRAME_FREE && record->held);
		if (!--record->held && !record->references)
			put_frames(frames, find_piece(frames, frame), record, 1);
	}
	frames->statistics.holds -= count;
}

/* Frames of the list that become free and continue `*start`, upwards or downwards, go with it.
 * Returns those of the mask that are left. */
static uint32_t run_take(const struct frame_piece *piece, const frame_t *list, uint32_t mask,
			 struct frame **start, uint32_t *count)
{
	for (; mask; mask &= mask - 1) {
		frame_t frame = list[__builtin_ctz(mask)];
		struct frame *record = *start + *count;

		if (!piece_holds(piece, frame))
			break;
		if (&piece->frames[frame - piece->first] != record) {
			record = *start - 1;
			if (&piece->frames[frame - piece->first] != record)
				break;
		}
		if (record->references != 1 || record->held || record->use != (*start)->use)
			break;
		record->references = 0;
		*start = record < *start ? record : *start;
		++*count;
	}
	return mask;
}

void frames_release_each(struct frames *frames, const frame_t *list, uint32_t mask)
{
	struct frame_piece *piece = frames->pieces;

	while (mask && piece) {
		frame_t frame = list[__builtin_ctz(mask)];
		struct frame *record;
		uint32_t count = 1;

		mask &= mask - 1;
		record = record_near(frames, &piece, frame);
		if (!record)
			continue;
		assert(record->references);
		if (--record->references || record->held) {
			stays(frames, record);
			continue;
		}
		mask = run_take(piece, list, mask, &record, &count);
		put_frames(frames, piece, record, count);
	}
}

uint32_t frame_references(struct frames *frames, frame_t frame)
{
	struct frame *record = frame_find(frames, frame);

	return record ? record->references : 0;
}

bool frame_is_memory(struct frames *frames, frame_t frame)
{
	return frame_find(frames, frame) != NULL;
}

void frame_set_use(struct frames *frames, frame_t frame, enum frame_use use)
{
	struct frame *record = frame_find(frames, frame);

	assert(record && record->references && use != FRAME_FREE && use < FRAME_HELD);
	use_change(frames, record, use);
}

void frame_set_owner(struct frames *frames, frame_t frame, void *owner)
{
	frame_set_use(frames, frame, FRAME_CACHE);
	frame_find(frames, frame)->owner = owner;
}

void *frame_owner(struct frames *frames, frame_t frame)
{
	struct frame *record = frame_find(frames, frame);

	return record && record->use == FRAME_CACHE ? record->owner : NULL;
}

/* --- Memory --------------------------------------------------------------------------------------
 */

static bool overlaps(const struct frame_piece *piece, frame_t first, uint32_t count)
{
	return first - piece->first < piece->count || piece->first - first < count;
}

int frames_add(struct frames *frames, void *memory, frame_t first, uint32_t count)
{
	struct frame_piece *piece = memory, **link = &frames->pieces;

	if (!count || count > FRAME_NONE - first)
		return -EINVAL;
	for (struct frame_piece *other = frames->pieces; other; other = other->next)
		if (overlaps(other, first, count))
			return -EEXIST;
	while (*link && (*link)->first > first)
		link = &(*link)->next;
	*piece = (struct frame_piece){
		.next = *link, .first = first, .count = count, .runs.update = update_longest};
	for (uint32_t i = 0; i < count; i++)
		piece->frames[i] = (struct frame){.use = FRAME_FREE};
	*link = piece;
	insert_run(frames, piece, piece->frames, count);
	frames->statistics.total += count;
	frames->statistics.use[FRAME_FREE] += count;
	frames->statistics.free_lowest = frames->statistics.use[FRAME_FREE];
	return 0;
}

void frames_keep(struct frames *frames, enum frame_level level, uint32_t count)
{
	assert(level < FRAME_FOR_PAGER);
	frames->statistics.kept[level] = count;
}

void frames_statistics(const struct frames *frames, struct frames_statistics *statistics)
{
	*statistics = frames->statistics;
	for (const struct frame_piece *piece = frames->pieces; piece; piece = piece->next)
		if (longest_below(piece->runs.root) > statistics->longest_run)
			statistics->longest_run = longest_below(piece->runs.root);
}

/* --- Checking ------------------------------------------------------------------------------------
 */

static bool ordered(const struct avl_node *a, const struct avl_node *b)
{
	return frame_of(a) + frame_of(a)->run < frame_of(b); /* and do not touch */
}

static const char *check_used(const struct frame *frame)
{
	if (frame->use == FRAME_FREE)
		return "a free frame is in no run";
	if (frame->use >= FRAME_USES)
		return "a frame has no known use";
	if (!frame->references != (frame->use == FRAME_HELD) ||
	    (!frame->references && !frame->held))
		return "a frame in use is nobody's";
	return NULL;
}

static const char *check_piece(struct frame_piece *piece, uint32_t *use, uint32_t *runs,
			       uint32_t *holds)
{
	struct frame *frame = piece->frames, *end = frame + piece->count;
	struct avl_node *node;

	if (!avl_check(&piece->runs, ordered))
		return "the tree of free runs is damaged";
	node = avl_first(&piece->runs);
	while (frame < end) {
		uint32_t length = 1;

		if (node && frame == frame_of(node)) {
			length = frame->run;
			if (!length || length > (uint32_t)(end - frame))
				return "a free run leaves its piece";
			if (frame[length - 1].run != length)
				return "a free run's ends disagree";
			for (uint32_t i = 0; i < length; i++)
				if (frame[i].use != FRAME_FREE || frame[i].references)
					return "a frame in use is in a free run";
			node = avl_next(node);
			++*runs;
		} else {
			const char *wrong = check_used(frame);

			if (wrong)
				return wrong;
			*holds += frame->held;
		}
		use[frame->use] += length;
		frame += length;
	}
	return node ? "a free run lies outside its piece" : NULL;
}

const char *frames_check(struct frames *frames)
{
	uint32_t use[FRAME_USES] = {0}, runs = 0, holds = 0, total = 0;
	const char *wrong = NULL;

	for (struct frame_piece *piece = frames->pieces; piece && !wrong; piece = piece->next) {
		if (piece->next && piece->next->first >= piece->first)
			return "pieces are out of order";
		wrong = check_piece(piece, use, &runs, &holds);
		total += piece->count;
	}
	if (wrong)
		return wrong;
	if (runs != frames->statistics.runs || total != frames->statistics.total)
		return "runs or frames are miscounted";
	if (holds != frames->statistics.holds)
		return "holds are miscounted";
	for (unsigned int i = 0; i < FRAME_USES; i++)
		if (use[i] != frames->statistics.use[i])
			return "uses are miscounted";
	return NULL;
}
