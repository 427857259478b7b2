/* Input: operations of 8 bytes each (region_play.h), after one byte that chooses how memory fails.
 * Spaces, page tables, references and contents must agree with the model.
 */
#include "fuzz.h"

#include "region_play.h"

#define BYTES_MAX (40 * REGION_OPERATION_BYTES)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct region_play play = {.every_failure = size && data[0] % 4 == 3};
	const char *wrong;

	if (!size)
		return 0;
	wrong = region_play(data + 1, size > BYTES_MAX ? BYTES_MAX : size - 1, &play);

	fuzz_require(!wrong, wrong);
	fuzz_accepted(play.done > 0);
	return 0;
}
