#include "storm.h"

int32_t storm_work(uint32_t role, const uint32_t *argument)
{
	(void)role, (void)argument;
	return 0;
}
