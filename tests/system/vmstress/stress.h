/* What the cases of this suite share: the seed, budgets, and how they fail. */
#pragma once

#include <skerry/types.h>
#include <stdbool.h>

/* Of the command line. */
extern uint64_t stress_seed;
extern unsigned int stress_operations; /* ops=; 0: each case's own */
extern unsigned int stress_scale;      /* stress=: multiplies budgets */

/* The running case's operations so far; failures name it. */
extern unsigned int stress_done;

unsigned int stress_budget(unsigned int usual);

/* Say what is wrong, where, and the command that repeats it. Answers false. */
bool stress_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Numbers of the seed and `stream` alone. */
uint64_t stress_random(unsigned int stream);
uint32_t stress_below(uint64_t *random, uint32_t limit);

/* Have VM go through all its memory; it panics if something is wrong. Nothing in release builds. */
void stress_check(void);

#define STRESS_CASE(function, behaviour) bool function(void);
#include "cases.def"
#undef STRESS_CASE
