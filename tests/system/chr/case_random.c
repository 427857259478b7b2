/* The random driver, and the log. */
#include "asker.h"

#include <chardriver.h>
#include <string.h>

#define RANDOM CHR_DEVICE(1, 8)
#define URANDOM CHR_DEVICE(1, 9)
#define KLOG CHR_DEVICE(1, 11)

static uint8_t one[8192], two[8192];

static bool begin(const char *name)
{
	asked = driver_find(name);
	EXPECT(asked != EP_NONE);
	return true;
}

static unsigned int ones(const uint8_t *bytes, size_t size)
{
	unsigned int count = 0;

	for (size_t i = 0; i < size; i++)
		count += (unsigned int)__builtin_popcount(bytes[i]);
	return count;
}

bool case_urandom(void)
{
	EXPECT(begin("random"));
	memset(one, 0, sizeof(one));
	memset(two, 0, sizeof(two));
	EXPECT_EQ(do_open(URANDOM, 0), URANDOM);
	EXPECT_EQ(do_read(URANDOM, one, sizeof(one)), sizeof(one));
	EXPECT_EQ(do_read(URANDOM, two, sizeof(two)), sizeof(two));
	EXPECT(memcmp(one, two, sizeof(one)) != 0);
	/* 32768 expected; ten standard deviations are 1280. */
	EXPECT(ones(one, sizeof(one)) > 31488 && ones(one, sizeof(one)) < 34048);
	EXPECT_EQ(do_write(URANDOM, one, 5000), 5000);
	EXPECT_EQ(do_close(URANDOM), 0);
	return true;
}

bool case_random(void)
{
	EXPECT(begin("random"));
	EXPECT_EQ(do_open(RANDOM, 0), RANDOM);
	EXPECT_EQ(answer_of(ask_read(RANDOM, one, 16, 0)), 16);
	EXPECT_EQ(do_poll(RANDOM, CHAR_POLL_IN, 0), CHAR_POLL_IN);
	EXPECT_EQ(do_read(RANDOM, two, 16), 16);
	EXPECT(memcmp(one, two, 16) != 0);
	EXPECT_EQ(do_open(CHR_DEVICE(1, 10), 0), -ENXIO);
	return true;
}

bool case_log(void)
{
	char text[64] = "";
	int64_t reader, other;
	u32 tag;

	EXPECT(begin("log"));
	EXPECT_EQ(do_open(CHR_DEVICE(1, 12), 0), -ENXIO);
	EXPECT_EQ(do_read(KLOG, text, sizeof(text)), -ENXIO);
	reader = do_open(KLOG, 2);
	EXPECT(reader > 0 && reader != KLOG);
	tag = ask_read((u32)reader, text, sizeof(text), 0);
	EXPECT(!answer_is_there(tag));
	EXPECT_EQ(do_poll((u32)reader, CHAR_POLL_IN, CHR_POLL_WATCH), 0);
	EXPECT_EQ(do_write((u32)reader, "hello\nworld", 11), 11);
	EXPECT_EQ(answer_of(tag), 11 + 2 * 15);
	EXPECT(text[0] == '[' && memcmp(text + 15, "hello\n[", 7) == 0);
	other = do_open(KLOG, 2);
	EXPECT(other > 0 && other != reader);
	EXPECT_EQ(do_read((u32)reader, text, sizeof(text)), -EAGAIN);
	EXPECT_EQ(do_write((u32)other, "!\n", 2), 2);
	EXPECT_EQ(do_read((u32)reader, text, sizeof(text)), 2);
	EXPECT_EQ(do_read((u32)other, text, sizeof(text)), 11 + 2 * 15 + 2);
	EXPECT_EQ(do_close((u32)other), 0);
	EXPECT_EQ(do_close((u32)reader), 0);
	EXPECT_EQ(do_close((u32)reader), -ENXIO);
	return true;
}
