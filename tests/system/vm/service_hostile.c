/* Cases of requests that are wrong in one field, of a service for another space. */
#include "service_case.h"

#include "hostile.h"
#include <service.h>
#include <string.h>
#include <vm_call.h>

#define PAGES 4u
#define START 0x10000000
#define REQUESTS_MIN 200u

static bool hostile_run(space_t space)
{
	struct hostile hostile;
	struct vm_usage before, now;
	unsigned int count = 0;

	EXPECT_EQ(map_in(space, START, PAGES * PAGE, RW, VM_MAP_FIXED | VM_MAP_POPULATE), START);
	before = usage_get(space);
	for (; hostile_get(count, VM_RIGHTS_ALL, space, START, PAGES, &hostile); count++) {
		const int error = hostile_ask(&hostile);

		if (error != hostile.error)
			sys_print("# %s = %#llx: %d\n", hostile.field, hostile.value, error);
		EXPECT_EQ(error, hostile.error);
	}
	EXPECT(count >= REQUESTS_MIN);
	now = usage_get(space);
	EXPECT_EQ(memcmp(&now, &before, sizeof(now)), 0);
	return true;
}

bool service_hostile_others(void)
{
	const struct vm_space_create_req create = {.thread = EP_NONE};
	struct vm_space_reply made;
	struct vm_space_req end;
	bool right;

	EXPECT_EQ(vm_space_create(&create, &made), 0);
	right = hostile_run(made.space);
	end.space = made.space;
	EXPECT_EQ(vm_space_destroy(&end, NULL), 0);
	return right;
}
