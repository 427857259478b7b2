/* ChaCha20 against RFC 8439, and the generator made of it. */
#include "test.h"

#include "drivers/random/generator.h"

#include <string.h>

static const uint32_t key[8] = {0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c,
				0x13121110, 0x17161514, 0x1b1a1918, 0x1f1e1d1c};

TEST("the block of RFC 8439, 2.3.2")
{
	static const uint8_t wanted[64] = {
		0x10, 0xf1, 0xe7, 0xe4, 0xd1, 0x3b, 0x59, 0x15, 0x50, 0x0f, 0xdd, 0x1f, 0xa3,
		0x20, 0x71, 0xc4, 0xc7, 0xd1, 0xf4, 0xc7, 0x33, 0xc0, 0x68, 0x03, 0x04, 0x22,
		0xaa, 0x9a, 0xc3, 0xd4, 0x6c, 0x4e, 0xd2, 0x82, 0x64, 0x46, 0x07, 0x9f, 0xaa,
		0x09, 0x14, 0xc2, 0xd7, 0x05, 0xd9, 0x8b, 0x02, 0xa2, 0xb5, 0x12, 0x9c, 0xd1,
		0xde, 0x16, 0x4e, 0xb9, 0xcb, 0xd0, 0x83, 0xe8, 0xa2, 0x50, 0x3c, 0x4e};
	static const uint32_t nonce[3] = {0x09000000, 0x4a000000, 0};
	uint8_t block[64];

	chacha20_block(key, nonce, 1, block);
	CHECK(memcmp(block, wanted, sizeof(block)) == 0);
}

TEST("the first block of a key of zeroes (RFC 8439, A.1)")
{
	static const uint8_t wanted[16] = {0x76, 0xb8, 0xe0, 0xad, 0xa0, 0xf1, 0x3d, 0x90,
					   0x40, 0x5d, 0x6a, 0xe5, 0x53, 0x86, 0xbd, 0x28};
	static const uint32_t none[8], nonce[3];
	uint8_t block[64];

	chacha20_block(none, nonce, 0, block);
	CHECK(memcmp(block, wanted, sizeof(wanted)) == 0);
}

TEST("two reads differ, whatever their length")
{
	struct generator generator = {0};
	uint8_t one[200], two[200];

	generator_read(&generator, one, sizeof(one));
	generator_read(&generator, two, sizeof(two));
	CHECK(memcmp(one, two, sizeof(one)) != 0);
	CHECK(memcmp(one, one + 64, 64) != 0);
	generator_read(&generator, one, 1);
	generator_read(&generator, one, 0);
}

TEST("what is left in memory after a read does not give it again")
{
	struct generator generator = {0}, kept;
	uint8_t one[64], two[64];

	generator_mix(&generator, 1, true);
	generator_read(&generator, one, sizeof(one));
	kept = generator;
	generator_read(&kept, two, sizeof(two));
	CHECK(memcmp(one, two, sizeof(one)) != 0);
	CHECK(memmem(&generator, sizeof(generator), one, 8) == NULL);
}

TEST("samples reach the output when there are enough of them")
{
	struct generator one = {0}, two = {0};
	uint8_t from_one[32], from_two[32];

	for (unsigned int i = 0; i < GENERATOR_RESEED; i++) {
		generator_mix(&one, i, true);
		generator_mix(&two, i + (i == 7), true);
	}
	generator_read(&one, from_one, sizeof(from_one));
	generator_read(&two, from_two, sizeof(from_two));
	CHECK(memcmp(from_one, from_two, sizeof(from_one)) != 0);
	CHECK(!generator_ready(&one));
	for (unsigned int i = GENERATOR_RESEED; i < GENERATOR_READY; i++)
		generator_mix(&one, i, true);
	CHECK(generator_ready(&one));
}

TEST("added bytes change the output, and make nothing ready")
{
	struct generator one = {0}, two = {0};
	uint8_t from_one[32], from_two[32];

	generator_add(&one, "salt", 4);
	generator_read(&one, from_one, sizeof(from_one));
	generator_read(&two, from_two, sizeof(from_two));
	CHECK(memcmp(from_one, from_two, sizeof(from_one)) != 0);
	CHECK(!generator_ready(&one));
}

TEST("samples that do not count make nothing ready")
{
	struct generator generator = {0};

	for (unsigned int i = 0; i < 2 * GENERATOR_READY; i++)
		generator_mix(&generator, i, false);
	CHECK(!generator_ready(&generator));
}
