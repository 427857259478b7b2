/* Spaces on slabs that AddressSanitizer sees through, with every failure of memory. */
#include "random.h"
#include "region_play.h"
#include "test.h"

#include <stdio.h>

static void play_seed(uint64_t seed, bool every_failure, struct region_play *play)
{
	uint8_t bytes[200 * REGION_OPERATION_BYTES];
	uint64_t state = seed * 0x9E3779B97F4A7C15u + 1;
	const char *wrong;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)random_next(&state);
	play->every_failure = every_failure;
	wrong = region_play(bytes, sizeof(bytes), play);
	CHECK_TEXT(wrong ?: "", "");
	if (wrong)
		printf("# seed %llu, operation %u\n", (unsigned long long)seed, play->at);
}

TEST("random operations agree with the model")
{
	struct region_play play = {0};

	for (uint64_t seed = 1; seed <= 300; seed++)
		play_seed(seed, false, &play);
	CHECK(play.done > 300 * 60);
}

TEST("with each request for memory failing in turn, every operation leaves all as it was")
{
	struct region_play play = {0};

	for (uint64_t seed = 1000; seed < 1150; seed++)
		play_seed(seed, true, &play);
	CHECK(play.failed > 5000);
}
