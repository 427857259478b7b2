/* Operations on the frame allocator, played from a string of bytes against a table with one entry a
 * frame. The random test and the fuzzer share it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* NULL; or the first disagreement. *requests: how many were granted. Each operation is 6 bytes:
 * kind, use and level, count (16 bits), align or choice, limit or choice. */
const char *frames_play(const uint8_t *bytes, size_t size, unsigned int *granted);
