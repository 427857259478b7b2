/* What counts and what fires: time_generic.c or time_a9.c, whichever the board's CPU has. The
 * counter itself is arch_cycles().
 */
#pragma once

#include <skerry/types.h>

/* Where user mode cannot read the counter, programs ask the kernel for the time. */
#ifdef CONFIG_ARM_GENERIC_TIMER
#define TIME_SOURCE_READABLE 1
#else
#define TIME_SOURCE_READABLE 0
#endif

extern const char time_source_name[];

/* Boot CPU: maps the registers there are. Before boot_map_build(). */
void time_source_map(void);

/* Boot CPU, with the interrupt controller known. Answers the counter's frequency in Hz; 0: nobody
 * says. */
uint32_t time_source_init(void);

/* This CPU's next interrupt: when the counter reaches `cycles`, or earlier; or none. */
void time_source_fire(cycles_t cycles);
void time_source_stop(void);
