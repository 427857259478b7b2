/* Operations on three spaces, played from a string of bytes against a model with one cell a page:
 * what is mapped there, with which access, and what a program would read. The random tests and the
 * fuzzer share it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 8 bytes an operation: kind, space, page, count and four choices; the last says which request for
 * memory fails (0 to 127: none). */
#define REGION_OPERATION_BYTES 8

struct region_play {
	/* Try each operation with its first, second, ... request for memory failing, until it gets
	 * through: nothing may have changed each time. */
	bool every_failure;
	unsigned int done;   /* operations that had an effect */
	unsigned int failed; /* that ended with -ENOMEM because a request failed */
	unsigned int at;     /* where it stopped: number of the operation */
};

/* NULL; or the first disagreement. */
const char *region_play(const uint8_t *bytes, size_t size, struct region_play *play);
