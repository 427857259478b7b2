/* Input: operations of 6 bytes each (frames_play.h). The allocator must agree with the table. */
#include "fuzz.h"

#include "frames_play.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned int granted = 0;
	const char *wrong = frames_play(data, size, &granted);

	fuzz_require(!wrong, wrong);
	fuzz_accepted(granted > 0);
	return 0;
}
