/* What the program cases share, besides tests/system/user/case.h. */
#pragma once

#include "memory.h"
#include "tests/system/user/case.h"

/* `pages` pages without memory between two of a protection that no case uses, so that nothing there
 * joins a neighbour. */
long arena_make(unsigned int pages);
void arena_free(long start, unsigned int pages);

/* What a child sees that touches the byte: 0, or the signal that ends it. */
int touch_read(long address);
int touch_write(long address);

/* Write to each page, or check, what `seed` says. */
void pages_fill(long start, unsigned int pages, unsigned int seed);
void pages_check(long start, unsigned int pages, unsigned int seed);

/* `vmcase @bomb NAME` */
int bomb_start(const struct program *program);

#define VM_CASE(function, behaviour) void case_##function(void);
#include "tests/system/vm/cases.def"
#undef VM_CASE
