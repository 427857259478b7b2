/* The memory of strings, copies and snapshots: pieces without gaps, so that what is free is one
 * piece. Whoever knows a piece is told when it moves: all behind one that goes move down.
 */
#pragma once

#include <skerry/types.h>

uint32_t data_free(void);

/* There is room. Answers the piece's offset. */
uint32_t data_append(const void *from, uint32_t bytes);

/* Pieces with a higher offset are `bytes` lower from now on. */
void data_remove(uint32_t offset, uint32_t bytes);

const void *data_at(uint32_t offset);
