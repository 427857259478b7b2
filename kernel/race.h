/* DEBUG_RACE: provoke races by random preemption, CPU choice and delays at each step of the SMP
 * protocol. Without the option every hook is an empty inline and costs nothing.
 */
#pragma once

#include "kernel/compiler.h"

#ifdef CONFIG_DEBUG_RACE
void race_seed(uint64_t seed);
bool race_preempt(void);
bool race_choose_any_cpu(void);
bool race_settle(void); /* at once, though the lock may be free soon */
nanoseconds_t race_quantum(nanoseconds_t quantum);
void race_point(const char *where);
#else
static inline void race_seed(uint64_t seed)
{
	(void)seed;
}
static inline bool race_preempt(void)
{
	return false;
}
static inline bool race_choose_any_cpu(void)
{
	return false;
}
static inline bool race_settle(void)
{
	return false;
}
static inline nanoseconds_t race_quantum(nanoseconds_t quantum)
{
	return quantum;
}
static inline void race_point(const char *where)
{
	(void)where;
}
#endif
