/* The order of the beginning. */
#pragma once

#include "entry.h"

/* Release the first service. */
void start_begin(void);

/* This one runs, or will not: the next one's turn, if it was this one's. */
void start_next(const struct entry *entry);
