/* DEBUG_RACE: a seeded generator decides where to preempt, which CPU to choose and how long to
 * wait. One stream for all CPUs, drawn without the lock: interleavings repeat only where the
 * emulator counts instructions for time.
 */
#include "kernel/race.h"

#include "kernel/arch.h"

static uint32_t state = 1;

void race_seed(uint64_t seed)
{
	state = (uint32_t)(seed ^ seed >> 32) | 1;
}

/* xorshift32 (Marsaglia, 2003). */
static uint32_t draw(void)
{
	uint32_t x = state;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	state = x;
	return x;
}

bool race_preempt(void)
{
	return draw() % 16 == 0;
}

bool race_choose_any_cpu(void)
{
	return draw() % 8 == 0;
}

bool race_settle(void)
{
	return draw() % 4;
}

nanoseconds_t race_quantum(nanoseconds_t quantum)
{
	return draw() % 4 ? quantum : 100000 + draw() % 1000000;
}

/* No arch_pause() here: a single-threaded emulator takes that for leave to run another CPU for a
 * whole time slice, and the delay would last minutes. */
void race_point(const char *where)
{
	unsigned int spins = draw() % 8 == 0 ? draw() % 20000 : 0;

	(void)where;
	while (spins--)
		__asm__ volatile("" ::: "memory");
}
