/* Cases of what RS tells. */
#include "help.h"

#include <string.h>

bool case_lookup(void)
{
	const struct rs_name_req unknown = {.name = "no such"}, full = {.name = "0123456789abcdef"};
	struct rs_name_req request = {.name = HELLO};
	struct rs_lookup_reply reply;

	EXPECT_EQ(rs_lookup(&request, &reply), 0);
	EXPECT(strcmp(reply.row.name, HELLO) == 0);
	EXPECT_EQ(reply.row.endpoint, hello);
	EXPECT_EQ(reply.row.flags, RS_FLAG_RESTART);
	strcpy(request.name, SUITE);
	EXPECT_EQ(rs_lookup(&request, &reply), 0);
	EXPECT_EQ(reply.row.flags, RS_FLAG_CONTROL);
	strcpy(request.name, "vmsuite");
	EXPECT_EQ(rs_lookup(&request, &reply), 0);
	EXPECT_EQ(reply.row.endpoint, EP_NONE);
	EXPECT_EQ(rs_lookup(&unknown, &reply), -ESRCH);
	EXPECT_EQ(rs_lookup(&full, &reply), -ESRCH);
	return true;
}

bool case_status_table(void)
{
	static const char *const core[] = {"vm", "rs", "pm"};
	static const endpoint_t endpoints[] = {VM_ENDPOINT, RS_ENDPOINT, PM_ENDPOINT};
	struct rs_status rows[3];
	const struct rs_status_req request = {.address = (uintptr_t)rows, .count = 3};
	struct rs_status_reply reply;

	EXPECT_EQ(rs_status(&request, &reply), 0);
	EXPECT_EQ(reply.copied, 3);
	EXPECT(reply.count > 3);
	for (unsigned int i = 0; i < 3; i++) {
		EXPECT(strcmp(rows[i].row.name, core[i]) == 0);
		EXPECT_EQ(rows[i].row.endpoint, endpoints[i]);
		EXPECT_EQ(rows[i].row.flags, RS_FLAG_CORE);
		EXPECT_EQ(rows[i].state, RS_STATE_RUNNING);
		EXPECT_EQ(rows[i].restarts, 0);
	}
	EXPECT_EQ(status_of(SUITE).state, RS_STATE_RUNNING);
	EXPECT_EQ(status_of("vmsuite").state, RS_STATE_ABSENT);
	EXPECT_EQ(status_of("vmsuite").space, 0);
	return true;
}

bool case_status_ranges(void)
{
	static struct rs_status rows[64];
	struct rs_status_req request = {.address = (uintptr_t)rows, .count = 64};
	struct rs_status_reply all, reply;

	EXPECT_EQ(rs_status(&request, &all), 0);
	EXPECT_EQ(all.copied, all.count);
	request.first = all.count - 1;
	EXPECT_EQ(rs_status(&request, &reply), 0);
	EXPECT_EQ(reply.copied, 1);
	EXPECT(memcmp(&rows[0], &rows[all.count - 1], sizeof(rows[0])) == 0);
	request.first = all.count;
	EXPECT_EQ(rs_status(&request, &reply), 0);
	EXPECT_EQ(reply.copied, 0);
	request.first = 0xFFFFFFFF;
	EXPECT_EQ(rs_status(&request, &reply), 0);
	EXPECT_EQ(reply.copied, 0);
	request = (struct rs_status_req){.address = 0x10, .count = 1};
	EXPECT_EQ(rs_status(&request, &reply), -EFAULT);
	request.address = ~0ull - 16;
	EXPECT_EQ(rs_status(&request, &reply), -EFAULT);
	request.count = 0;
	EXPECT_EQ(rs_status(&request, &reply), 0);
	EXPECT_EQ(reply.count, all.count);
	return true;
}

bool case_ready_twice(void)
{
	const struct rs_ready_req well = {.result = 0}, ill = {.result = -EIO};

	EXPECT_EQ(rs_ready(&well, NULL), -EINVAL);
	EXPECT_EQ(rs_ready(&ill, NULL), -EINVAL);
	EXPECT_EQ(status_of(SUITE).state, RS_STATE_RUNNING);
	return true;
}
