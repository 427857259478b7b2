/* The frame allocator: exact cases by hand, random ones against a table. */
#include "frames_play.h"
#include "random.h"
#include "test.h"

#include "servers/vm/frames.h"
#include <skerry/errno.h>
#include <stdlib.h>

static struct frames frames;
static void *memory;

static void start(frame_t first, uint32_t count)
{
	free(memory);
	memory = malloc(frames_piece_bytes(count));
	frames_init(&frames, NULL, NULL);
	CHECK_EQ(frames_add(&frames, memory, first, count), 0);
}

static int64_t take(uint32_t count, uint32_t align, frame_t limit)
{
	struct frame_request request = {.count = count,
					.align = align,
					.limit = limit,
					.use = FRAME_ANONYMOUS,
					.level = FRAME_FOR_PAGER};
	frame_t first;
	int error = frames_allocate(&frames, &request, &first);

	return error ? error : (int64_t)first;
}

TEST("the highest frames go first, the lowest below a limit")
{
	start(100, 50);
	CHECK_EQ(take(1, 0, 0), 149);
	CHECK_EQ(take(4, 0, 0), 145);
	CHECK_EQ(take(4, 0, 120), 100);
	CHECK_EQ(take(1, 0, 105), 104);
	CHECK_EQ(take(1, 0, 105), -ENOMEM);
	CHECK_EQ(take(16, 16, 0), 128);
	CHECK_EQ(take(8, 8, 1000), 112);
	CHECK(!frames_check(&frames));
}

TEST("frame 0 and the last number are frames like any other")
{
	void *low;

	start(FRAME_NONE - 4, 4);
	low = malloc(frames_piece_bytes(2));
	CHECK_EQ(frames_add(&frames, low, 0, 2), 0);
	CHECK_EQ(take(1, 0, 1), 0);
	CHECK_EQ(frame_references(&frames, 0), 1);
	CHECK_EQ(take(4, 0, 0), FRAME_NONE - 4);
	CHECK_EQ(take(1, 0, 0), 1);
	frames_release(&frames, 0, 1);
	frames_release(&frames, FRAME_NONE - 4, 4);
	CHECK(!frames_check(&frames));
	free(low);
}

TEST("memory that makes no sense or is there already is refused")
{
	char other[4096];

	start(100, 50);
	CHECK_EQ(frames_add(&frames, other, 10, 0), -EINVAL);
	CHECK_EQ(frames_add(&frames, other, FRAME_NONE - 3, 4), -EINVAL);
	CHECK_EQ(frames_add(&frames, other, 149, 1), -EEXIST);
	CHECK_EQ(frames_add(&frames, other, 99, 2), -EEXIST);
	CHECK_EQ(frames_add(&frames, other, 90, 11), -EEXIST);
	CHECK_EQ(frames_add(&frames, other, 90, 10), 0);
	CHECK_EQ(frames_add(&frames, other, 95, 1), -EEXIST);
	CHECK(!frames_check(&frames));
}

TEST("any run that exists is found, whatever its size and place")
{
	start(0, 64);
	CHECK_EQ(take(64, 0, 0), 0);
	frames_release(&frames, 3, 11); /* no power of two, no alignment */
	CHECK_EQ(take(12, 0, 0), -ENOMEM);
	CHECK_EQ(take(11, 0, 0), 3);
	frames_release(&frames, 7, 9);
	CHECK_EQ(take(8, 8, 0), 8);
	CHECK_EQ(take(1, 0, 0), 7);
}

TEST("freed neighbours join: all memory comes back as one run")
{
	struct frames_statistics statistics;

	start(1000, 100);
	for (int i = 0; i < 100; i++)
		CHECK(take(1, 0, 0) >= 0);
	for (int i = 0; i < 100; i++)
		frames_release(&frames, 1000 + (frame_t)(i * 37 % 100), 1);
	frames_statistics(&frames, &statistics);
	CHECK_EQ(statistics.runs, 1);
	CHECK_EQ(statistics.longest_run, 100);
	CHECK_EQ(statistics.free_lowest, 0);
}

TEST("what is kept is for the levels above only")
{
	struct frames_statistics statistics;
	frame_t frame;

	start(0, 10);
	frames_keep(&frames, FRAME_FOR_PROGRAM, 6);
	frames_keep(&frames, FRAME_FOR_SERVICE, 2);
	for (int i = 0; i < 4; i++)
		CHECK_EQ(frame_allocate(&frames, FRAME_ANONYMOUS, FRAME_FOR_PROGRAM, false, &frame),
			 0);
	CHECK_EQ(frame_allocate(&frames, FRAME_ANONYMOUS, FRAME_FOR_PROGRAM, false, &frame),
		 -ENOMEM);
	for (int i = 0; i < 4; i++)
		CHECK_EQ(frame_allocate(&frames, FRAME_ANONYMOUS, FRAME_FOR_SERVICE, false, &frame),
			 0);
	CHECK_EQ(frame_allocate(&frames, FRAME_ANONYMOUS, FRAME_FOR_SERVICE, false, &frame),
		 -ENOMEM);
	CHECK_EQ(frame_allocate(&frames, FRAME_TABLE, FRAME_FOR_PAGER, false, &frame), 0);
	CHECK_EQ(frame_allocate(&frames, FRAME_TABLE, FRAME_FOR_PAGER, false, &frame), 0);
	CHECK_EQ(frame_allocate(&frames, FRAME_TABLE, FRAME_FOR_PAGER, false, &frame), -ENOMEM);
	frames_statistics(&frames, &statistics);
	CHECK_EQ(statistics.refused_kept, 2);
	CHECK_EQ(statistics.use[FRAME_ANONYMOUS], 8);
	CHECK_EQ(statistics.use[FRAME_TABLE], 2);
}

TEST("a reference count holds more than 65535 and 255 users")
{
	int64_t frame;

	start(5, 5);
	frame = take(1, 0, 0);
	for (int i = 0; i < 70000; i++)
		frame_reference(&frames, (frame_t)frame);
	CHECK_EQ(frame_references(&frames, (frame_t)frame), 70001);
	for (int i = 0; i < 70000; i++)
		frames_release(&frames, (frame_t)frame, 1);
	CHECK_EQ(frame_references(&frames, (frame_t)frame), 1);
	frames_release(&frames, (frame_t)frame, 1);
	CHECK_EQ(frame_references(&frames, (frame_t)frame), 0);
	CHECK(!frames_check(&frames));
}

TEST("50,000 separate runs are at most 23 deep")
{
	start(0, 100000);
	CHECK_EQ(take(100000, 0, 0), 0);
	for (frame_t frame = 0; frame < 100000; frame += 2)
		frames_release(&frames, frame, 1);
	CHECK(!frames_check(&frames));
	CHECK_EQ(frames.statistics.runs, 50000);
	CHECK(frames.pieces->runs.root->height <= 23);
	CHECK_EQ(take(2, 0, 0), -ENOMEM);
	CHECK_EQ(take(1, 0, 0), 99998);
	CHECK_EQ(take(1, 0, 99999), 0);
}

TEST("the check finds damaged counts, lengths and uses")
{
	start(0, 32);
	CHECK_EQ(take(8, 8, 9), 0);
	CHECK(!frames_check(&frames));
	frame_find(&frames, 3)->references = 0;
	CHECK(frames_check(&frames));
	frame_find(&frames, 3)->references = 1;
	frame_find(&frames, 20)->references = 1;
	CHECK(frames_check(&frames));
	frame_find(&frames, 20)->references = 0;
	frame_find(&frames, 31)->run = 7;
	CHECK(frames_check(&frames));
	frame_find(&frames, 31)->run = 24;
	CHECK(!frames_check(&frames));
	frames.statistics.use[FRAME_CACHE]++;
	CHECK(frames_check(&frames));
}

TEST("random operations agree with a table")
{
	uint8_t bytes[6 * 100];

	for (uint64_t seed = 1; seed <= 1000; seed++) {
		uint64_t state = seed;
		unsigned int granted;

		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (uint8_t)random_next(&state);
		CHECK_TEXT(frames_play(bytes, sizeof(bytes), &granted) ?: "", "");
		CHECK(granted > 5);
	}
}
