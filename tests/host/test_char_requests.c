/* What a character driver keeps: requests and watches. */
#include "test.h"

#include "lib/chardriver/requests.h"

#include <skerry/errno.h>
#include <string.h>

#define ASKER 7u

static struct char_requests all;

static struct char_request *add(u32 tag, u32 type, u32 device, u64 bytes, u32 flags)
{
	const struct char_request request = {
		.from = ASKER,
		.tag = tag,
		.type = type,
		.device = device,
		.bytes = bytes,
		.flags = flags,
	};

	return requests_add(&all, &request);
}

static void fresh(void)
{
	memset(&all, 0, sizeof(all));
}

TEST("a read ends with its first result; one that waits stays")
{
	struct char_request *read;

	fresh();
	read = add(1, CHR_READ, 5, 10, 0);
	CHECK(!request_step(read, char_later()) && !read->answered);
	CHECK(request_step(read, char_result(3)) && read->answered);
	CHECK_EQ(read->result, 3);
	read = add(2, CHR_READ, 5, 10, 0);
	CHECK(request_step(read, char_result(-EIO)));
	CHECK_EQ(read->result, -EIO);
}

TEST("a write goes on until all is taken")
{
	struct char_request *write;

	fresh();
	write = add(1, CHR_WRITE, 5, 10, 0);
	CHECK(request_step(write, char_result(4)) && !write->answered);
	CHECK_EQ(write->done, 4);
	CHECK(!request_step(write, char_later()));
	CHECK(request_step(write, char_result(6)) && write->answered);
	CHECK_EQ(write->result, 10);
}

TEST("a write that fails on the way says how far it came")
{
	struct char_request *write;

	fresh();
	write = add(1, CHR_WRITE, 5, 10, 0);
	CHECK(request_step(write, char_result(4)));
	CHECK(request_step(write, char_result(-EFAULT)));
	CHECK_EQ(write->result, 4);
	write = add(2, CHR_WRITE, 5, 10, 0);
	CHECK(request_step(write, char_result(-EFAULT)));
	CHECK_EQ(write->result, -EFAULT);
	write = add(3, CHR_WRITE, 5, 0, 0);
	CHECK(request_step(write, char_result(0)));
	CHECK_EQ(write->result, 0);
}

TEST("who must not wait gets EAGAIN, or the part that was taken")
{
	struct char_request *request;

	fresh();
	request = add(1, CHR_READ, 5, 10, CHR_NONBLOCK);
	CHECK(request_step(request, char_later()));
	CHECK_EQ(request->result, -EAGAIN);
	request = add(2, CHR_WRITE, 5, 10, CHR_NONBLOCK);
	CHECK(request_step(request, char_result(4)));
	CHECK(request_step(request, char_later()));
	CHECK_EQ(request->result, 4);
	/* The flags of an open are others. */
	request = add(3, CHR_OPEN, 5, 0, CHR_NONBLOCK);
	CHECK(!request_step(request, char_later()));
}

TEST("a cancel ends a request once, with what it has done")
{
	struct char_request *write;

	fresh();
	(void)add(1, CHR_READ, 5, 10, 0);
	write = add(2, CHR_WRITE, 5, 10, 0);
	CHECK(request_step(write, char_result(4)));
	CHECK(requests_cancel(&all, ASKER, 1) && requests_cancel(&all, ASKER, 2));
	CHECK(!requests_cancel(&all, ASKER, 1));
	CHECK(!requests_cancel(&all, ASKER, 3) && !requests_cancel(&all, ASKER + 1, 2));
	CHECK_EQ(all.request[0].result, -EINTR);
	CHECK_EQ(all.request[1].result, 4);
}

TEST("reads wait for older reads of the device, and for nothing else")
{
	fresh();
	(void)add(1, CHR_READ, 5, 10, 0);
	CHECK(requests_behind(&all, add(2, CHR_READ, 5, 10, 0)));
	CHECK(!requests_behind(&all, add(3, CHR_READ, 6, 10, 0)));
	CHECK(!requests_behind(&all, add(4, CHR_WRITE, 5, 10, 0)));
	CHECK(!requests_behind(&all, add(5, CHR_IOCTL, 5, 0, 0)));
	CHECK(!requests_behind(&all, add(6, CHR_IOCTL, 5, 0, 0)));
	request_answer(&all.request[0], 0);
	CHECK(!requests_behind(&all, &all.request[1]));
}

TEST("removing one keeps the order of the others")
{
	fresh();
	for (u32 tag = 1; tag <= 4; tag++)
		(void)add(tag, CHR_READ, 5, 10, 0);
	requests_remove(&all, &all.request[1]);
	CHECK_EQ(all.count, 3);
	CHECK(all.request[0].tag == 1 && all.request[1].tag == 3 && all.request[2].tag == 4);
	requests_remove(&all, &all.request[2]);
	CHECK_EQ(all.count, 2);
}

TEST("when there are many, further ones are refused, and in the end dropped")
{
	u32 refused = 0;

	fresh();
	for (u32 tag = 1; tag <= CHAR_REQUESTS_MAX; tag++) {
		const struct char_request *added = add(tag, CHR_READ, 5, 10, 0);

		CHECK(added != NULL);
		refused += added->answered && added->result == -EBUSY;
	}
	CHECK_EQ(refused, CHAR_REQUESTS_REFUSED);
	CHECK(add(CHAR_REQUESTS_MAX + 1, CHR_READ, 5, 10, 0) == NULL);
	fresh();
	CHECK(add(1, CHR_READ, 5, 10, 0) != NULL && add(1, CHR_READ, 5, 10, 0) == NULL);
}

TEST("watches of one device are one; there is an end to them")
{
	fresh();
	CHECK_EQ(watches_add(&all, ASKER, 1, 1), 0);
	CHECK_EQ(watches_add(&all, ASKER, 1, 4), 0);
	CHECK_EQ(all.watch_count, 1);
	CHECK_EQ(all.watch[0].events, 5);
	for (u32 device = 2; device <= CHAR_WATCHES_MAX; device++)
		CHECK_EQ(watches_add(&all, ASKER, device, 1), 0);
	CHECK_EQ(watches_add(&all, ASKER, CHAR_WATCHES_MAX + 1, 1), -EBUSY);
	CHECK_EQ(watches_add(&all, ASKER, 2, 2), 0);
	watches_remove(&all, &all.watch[0]);
	CHECK_EQ(watches_add(&all, ASKER, CHAR_WATCHES_MAX + 1, 1), 0);
}
