/* Spaces in the debug build, on slabs whose protection is real: a write outside of USE() faults. */
#include "random.h"
#include "region_play.h"
#include "test.h"

TEST("no operation writes to an object outside of a bracket")
{
	uint8_t bytes[200 * REGION_OPERATION_BYTES];
	struct region_play play = {0};

	for (uint64_t seed = 5000; seed < 5060; seed++) {
		uint64_t state = seed * 0x9E3779B97F4A7C15u + 1;

		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (uint8_t)random_next(&state);
		CHECK_TEXT(region_play(bytes, sizeof(bytes), &play) ?: "", "");
	}
	CHECK(play.done > 60 * 60);
}
