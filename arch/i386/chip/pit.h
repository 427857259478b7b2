/* The PC's 8254 interval timer: channel 2 as a clock, channel 0 as a one-shot timer on IRQ 0. */
#pragma once

#include <skerry/types.h>

#define PIT_HZ 1193182u
#define PIT_COUNT_MAX 0xffffu

/* A stopwatch: runs once from its start, for 54.9 ms at most. */
void pit_stopwatch_start(void);
uint32_t pit_stopwatch_ticks(void);
/* More than 54.9 ms have passed: the ticks are worth nothing. */
bool pit_stopwatch_over(void);

/* A clock: ticks since its start modulo 65536. Takes the stopwatch's channel. */
void pit_clock_start(void);
uint16_t pit_clock_ticks(void);

/* Interrupt once after `ticks`, at most PIT_COUNT_MAX; 0 stops it. */
void pit_timer_set(uint32_t ticks);
