/* Times, mixed into what was mixed before. No secret from who watches PM's timing: the random
 * driver is for that.
 */
#include "random.h"

#include "timer.h"

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9ull;
	x = (x ^ x >> 27) * 0x94D049BB133111EBull;
	return x ^ x >> 31;
}

void random_fill(u64 random[2])
{
	static uint64_t state;

	state = mix(state + time_now() + 0x9E3779B97F4A7C15ull);
	random[0] = state;
	random[1] = mix(state ^ time_now());
}
