/* Numbers that a program cannot know before it starts: for its stack guard. */
#pragma once

#include <skerry/types.h>

void random_fill(u64 random[2]);
