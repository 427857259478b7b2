/* The log's ring. */
#include "test.h"

#include "drivers/log/ring.h"

#include <string.h>

static struct ring ring;
static uint8_t text[RING_BYTES + 100];

static void add(const char *line)
{
	ring_add(&ring, (const uint8_t *)line, (uint32_t)strlen(line));
}

TEST("what was written is read, in parts")
{
	uint64_t position = 0;

	memset(&ring, 0, sizeof(ring));
	add("one\ntwo\n");
	CHECK_EQ(ring_begin(&ring), 0);
	CHECK_EQ(ring_read(&ring, &position, text, 3), 3);
	CHECK(memcmp(text, "one", 3) == 0);
	position += 3;
	CHECK_EQ(ring_read(&ring, &position, text, 100), 5);
	CHECK(memcmp(text, "\ntwo\n", 5) == 0);
	position += 5;
	CHECK_EQ(ring_read(&ring, &position, text, 100), 0);
}

TEST("when the ring is full the oldest lines go, whole")
{
	uint64_t position = 0;

	memset(&ring, 0, sizeof(ring));
	for (unsigned int i = 0; i < RING_BYTES / 10 + 5; i++)
		add("123456789\n");
	CHECK(ring_begin(&ring) % 10 == 0 && ring.end - ring_begin(&ring) <= RING_BYTES);
	CHECK_EQ(ring_read(&ring, &position, text, 10), 10);
	CHECK_EQ(position, ring_begin(&ring));
	CHECK(memcmp(text, "123456789\n", 10) == 0);
}

TEST("a line longer than the ring is cut")
{
	uint64_t position = 0;

	memset(&ring, 0, sizeof(ring));
	memset(text, 'x', sizeof(text));
	ring_add(&ring, text, sizeof(text));
	CHECK_EQ(ring_read(&ring, &position, text, sizeof(text)), RING_BYTES);
	CHECK_EQ(position, 100);
}

TEST("a reader that is not far behind loses nothing")
{
	uint64_t position;

	memset(&ring, 0, sizeof(ring));
	ring_add(&ring, text, RING_BYTES);
	position = 5;
	CHECK_EQ(ring_read(&ring, &position, text, 1), 1);
	CHECK_EQ(position, 5);
	add("abcde");
	CHECK_EQ(ring_read(&ring, &position, text, 1), 1);
	CHECK_EQ(position, 5);
}
