#include "frames_play.h"

#include "servers/vm/frames.h"
#include <stdlib.h>
#include <string.h>
#include <sys.h>

#define FRAMES 256 /* numbers the table covers; pieces are some of them */
#define OPERATIONS_MAX 100
#define KEPT_PROGRAM 24
#define KEPT_SERVICE 8

static const struct {
	frame_t first;
	uint32_t count;
} pieces[] = {{0, 8}, {150, 100}, {20, 80}, {8, 10}, {101, 1}};

#define PIECES (sizeof(pieces) / sizeof(pieces[0]))

struct table {
	uint32_t references[FRAMES];
	uint32_t use[FRAMES];
	uint32_t held[FRAMES];
	uint8_t piece[FRAMES]; /* number + 1; 0: no memory */
	uint8_t dirty[FRAMES];
	uint32_t free;
};

static struct table table;
static struct frames frames;

static void zero(void *context, frame_t first, uint32_t count)
{
	struct table *zeroed = context;

	memset(&zeroed->dirty[first], 0, count);
}

static bool is_free(frame_t frame)
{
	return !table.references[frame] && !table.held[frame];
}

/* Whether [first, first + count) could be granted. */
static bool fits(frame_t first, const struct frame_request *request)
{
	uint64_t limit = request->limit && request->limit < FRAMES ? request->limit : FRAMES;

	if (request->align && first % request->align)
		return false;
	if (first + (uint64_t)request->count > limit)
		return false;
	for (uint32_t i = 0; i < request->count; i++)
		if (!table.piece[first + i] || table.piece[first + i] != table.piece[first] ||
		    !is_free(first + i))
			return false;
	return true;
}

/* The place without alignment is exact: highest, or lowest below a limit. */
static frame_t wanted_place(const struct frame_request *request)
{
	frame_t found = FRAME_NONE;

	for (frame_t first = 0; first < FRAMES; first++) {
		if (fits(first, request)) {
			found = first;
			if (request->limit)
				break;
		}
	}
	return found;
}

static const char *play_allocate(const uint8_t *op, unsigned int *granted)
{
	static const uint32_t kept[] = {KEPT_PROGRAM, KEPT_SERVICE, 0};
	struct frame_request request = {
		.count = 1 + (op[2] | op[3] << 8) % (op[0] & 8 ? 120 : 6),
		.align = op[4] % 3 ? 0 : 1u << op[4] / 3 % 8,
		.limit = op[5] % 3 ? 0 : 1 + op[5] / 3 * 3u,
		.use = 1 + op[1] % (FRAME_HELD - 1),
		.level = op[1] / 8 % FRAME_LEVELS,
		.zeroed = op[1] & 0x80,
	};
	frame_t wanted = wanted_place(&request), first = FRAME_NONE;
	bool allowed =
		table.free >= request.count && table.free - request.count >= kept[request.level];
	int error = frames_allocate(&frames, &request, &first);

	if (error)
		return wanted != FRAME_NONE && allowed ? "what exists is refused" : NULL;
	if (!allowed || wanted == FRAME_NONE)
		return "what is kept or taken is granted";
	if (!fits(first, &request))
		return "frames granted are not as requested";
	if (request.align <= 1 && first != wanted)
		return "the place is not the outermost one";
	for (uint32_t i = 0; i < request.count; i++) {
		table.references[first + i] = 1;
		table.use[first + i] = request.use;
		if (request.zeroed && table.dirty[first + i])
			return "a frame is not zeroed";
		table.dirty[first + i] = 1;
	}
	table.free -= request.count;
	++*granted;
	return NULL;
}

/* The next frame in use from a place on. */
static frame_t choose_used(const uint8_t *op)
{
	frame_t start = (op[2] | op[3] << 8) % FRAMES;

	for (uint32_t i = 0; i < FRAMES; i++)
		if (table.references[(start + i) % FRAMES])
			return (start + i) % FRAMES;
	return FRAME_NONE;
}

static void play_release(const uint8_t *op)
{
	frame_t first = choose_used(op);
	uint32_t count = 0, most = op[4] % 4 ? op[5] % 8 + 1u : op[5] + 1u;

	while (count < most && first + count < FRAMES && table.references[first + count] &&
	       table.piece[first + count] == table.piece[first]) {
		if (!--table.references[first + count]) {
			table.use[first + count] = FRAME_HELD;
			table.free += is_free(first + count);
		}
		count++;
	}
	if (count)
		frames_release(&frames, first, count);
}

/* Up to 32 frames at once, upwards, downwards or here and there, what is no memory among them: one
 * user more or less of each. */
static void play_list(const uint8_t *op, bool release)
{
	static const uint32_t steps[] = {1, FRAMES - 1, 7};
	frame_t list[32], frame = (op[2] | op[3] << 8) % FRAMES;
	uint32_t mask = 0;

	for (unsigned int i = 0; i < 32; i++, frame = (frame + steps[op[4] % 3]) % FRAMES) {
		list[i] = frame;
		if ((op[5] >> i % 8 & 1) || (table.piece[frame] && !table.references[frame]))
			continue;
		mask |= 1u << i;
		if (!table.piece[frame])
			continue;
		table.references[frame] += release ? -1u : 1u;
		if (!table.references[frame]) {
			table.use[frame] = FRAME_HELD;
			table.free += is_free(frame);
		}
	}
	if (release)
		frames_release_each(&frames, list, mask);
	else
		frames_share_each(&frames, list, mask);
}

static void play_share(const uint8_t *op)
{
	frame_t frame = choose_used(op);

	if (frame == FRAME_NONE)
		return;
	if (op[4] & 1) {
		table.use[frame] = 1 + op[5] % (FRAME_HELD - 1);
		frame_set_use(&frames, frame, table.use[frame]);
	} else {
		table.references[frame]++;
		frame_reference(&frames, frame);
	}
}

/* Hold a run of frames in use, or let go of a run of held ones. */
static void play_hold(const uint8_t *op)
{
	frame_t first = (op[2] | op[3] << 8) % FRAMES;
	bool lets_go = op[4] & 2;
	uint32_t *table_of = lets_go ? table.held : table.references, count = 0;

	while (first < FRAMES && !table_of[first])
		first++;
	for (; count < op[5] % 8 + 1u && first + count < FRAMES && table_of[first + count];
	     count++) {
		if (lets_go) {
			table.held[first + count]--;
			table.free += is_free(first + count);
		} else {
			table.held[first + count]++;
		}
	}
	if (count && lets_go)
		frames_unhold(&frames, first, count);
	else if (count)
		frames_hold(&frames, first, count);
}

static const char *compare(void)
{
	struct frames_statistics statistics;
	const char *wrong = frames_check(&frames);
	uint32_t sum = 0;

	if (wrong)
		return wrong;
	for (frame_t frame = 0; frame < FRAMES; frame++) {
		if (frame_references(&frames, frame) != table.references[frame])
			return "references differ";
		if (frame_is_memory(&frames, frame) != (table.piece[frame] != 0))
			return "memory differs";
		if ((table.references[frame] || table.held[frame]) &&
		    (frame_find(&frames, frame)->use != table.use[frame] ||
		     frame_find(&frames, frame)->held != table.held[frame]))
			return "uses differ";
	}
	frames_statistics(&frames, &statistics);
	for (int i = 0; i < FRAME_USES; i++)
		sum += statistics.use[i];
	if (sum != statistics.total || statistics.use[FRAME_FREE] != table.free ||
	    statistics.allocated - statistics.freed != sum - table.free ||
	    statistics.free_lowest > table.free || statistics.longest_run > table.free)
		return "statistics do not add up";
	return NULL;
}

static void start(void *memory[])
{
	memset(&table, 0, sizeof(table));
	memset(table.dirty, 1, sizeof(table.dirty));
	frames_init(&frames, zero, &table);
	for (size_t i = 0; i < PIECES; i++) {
		memory[i] = malloc(frames_piece_bytes(pieces[i].count));
		if (frames_add(&frames, memory[i], pieces[i].first, pieces[i].count))
			abort();
		memset(&table.piece[pieces[i].first], (int)i + 1, pieces[i].count);
		table.free += pieces[i].count;
	}
	frames_keep(&frames, FRAME_FOR_PROGRAM, KEPT_PROGRAM);
	frames_keep(&frames, FRAME_FOR_SERVICE, KEPT_SERVICE);
}

const char *frames_play(const uint8_t *bytes, size_t size, unsigned int *granted)
{
	void *memory[PIECES];
	const char *wrong;

	*granted = 0;
	if (size > OPERATIONS_MAX * 6)
		size = OPERATIONS_MAX * 6;
	start(memory);
	wrong = compare();
	for (size_t i = 0; i + 6 <= size && !wrong; i += 6) {
		switch (bytes[i] % 8) {
		case 0 ... 3:
			wrong = play_allocate(&bytes[i], granted);
			break;
		case 4 ... 5:
			play_release(&bytes[i]);
			break;
		case 6:
			play_list(&bytes[i], bytes[i] & 0x30);
			break;
		case 7:
			if (bytes[i + 4] & 4)
				play_hold(&bytes[i]);
			else
				play_share(&bytes[i]);
			break;
		}
		if (!wrong && (i / 6 % 16 == 15 || i + 12 > size))
			wrong = compare();
	}
	for (size_t i = 0; i < PIECES; i++)
		free(memory[i]);
	return wrong;
}
