/* What the fuzzers share. Each takes one input per call and aborts when a promise of the code's
 * header is broken; the sanitizers see to the rest. An input's layout is described in its fuzzer
 * and written by make-corpus. With FUZZ_MUST_ACCEPT set, an input the code refuses aborts too: so
 * the runner proves that the valid seeds reach the code behind the first checks.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void fuzz_require(bool condition, const char *text)
{
	if (condition)
		return;
	fprintf(stderr, "broken promise: %s\n", text);
	abort();
}

static inline void fuzz_accepted(bool accepted)
{
	static int must_accept = -1;

	if (must_accept < 0)
		must_accept = getenv("FUZZ_MUST_ACCEPT") != NULL;
	fuzz_require(accepted || !must_accept, "a valid seed is accepted");
}
