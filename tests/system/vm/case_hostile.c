/* Cases of requests that are wrong in one field, of a program for its own space. */
#include "vm_case.h"

#include "hostile.h"

#define PAGES 4u
#define REQUESTS_MIN 100u

/* Everything VM says of the space: nothing of it may change. */
static struct vm_usage usage_now(void)
{
	struct vm_usage usage = usage_get(0);

	usage.faults = usage.faults_copied = 0;
	return usage;
}

void case_hostile(void)
{
	const long start = arena_make(PAGES);
	struct hostile hostile;
	struct vm_usage before, now;
	unsigned int count = 0;

	CHECK_EQ(map_at(start, PAGES * PAGE, RW, VM_MAP_FIXED), start);
	pages_fill(start, PAGES, 1);
	(void)usage_now(); /* pages in what it needs */
	before = usage_now();
	for (; hostile_get(count, VM_RIGHT_MEMORY, 0, start, PAGES, &hostile); count++) {
		const int error = hostile_ask(&hostile);

		if (error != hostile.error)
			sys_print("# %s = %#llx: %d\n", hostile.field, hostile.value, error);
		CHECK_EQ(error, hostile.error);
	}
	CHECK(count >= REQUESTS_MIN);
	now = usage_now();
	CHECK_EQ(memcmp(&now, &before, sizeof(now)), 0);
	pages_check(start, PAGES, 1);
	arena_free(start, PAGES);
}

/* Without the right it is that, however wrong the rest. */
void case_hostile_rights(void)
{
	const uint32_t rights[] = {VM_RIGHT_PHYSICAL, VM_RIGHT_OTHERS};
	struct hostile hostile;
	unsigned int count = 0;

	for (unsigned int i = 0; i < 2; i++) {
		for (unsigned int number = 0;
		     hostile_get(number, rights[i], 0, 0x20000000, PAGES, &hostile); number++) {
			/* Of a space that is none it is ESRCH, and a heap is everybody's. */
			if (hostile.type == VM_BRK)
				continue;
			CHECK_EQ(hostile_ask(&hostile), -ENOTALLOWED);
			count++;
		}
	}
	CHECK(count >= 30);
}
