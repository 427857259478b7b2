/* Cases of SCHED's end: RS makes another, and nobody stands still. What that one does not know,
 * nice values and masks, the owner says again.
 */
#include "worker.h"

#include <rs_call.h>
#include <service.h>
#include <skerry/sef.h>
#include <string.h>

#define WORKERS 4u

static bool status_get(struct rs_status *status)
{
	struct rs_status_req request = {.address = (uintptr_t)status, .count = 1};

	while (rs_status(&request, NULL) == 0) {
		if (status->row.endpoint == SCHED_ENDPOINT)
			return true;
		if (++request.first == 64)
			break;
	}
	return false;
}

static u32 restarts(void)
{
	struct rs_status status;

	return status_get(&status) && status.state == RS_STATE_RUNNING ? status.restarts : 0;
}

bool sched_refresh(void)
{
	const struct rs_name_req request = {.name = "sched"};

	EXPECT_EQ(rs_refresh(&request, NULL), 0);
	return true;
}

/* After an exit it hears of nobody. */
static bool all_started_again(void)
{
	struct sched_get_reply reply;

	for (unsigned int i = 0; i < WORKERS; i++) {
		EXPECT_EQ(get(i, &reply), -ESRCH);
		EXPECT_EQ(set_nice(i, 1), -ESRCH);
	}
	for (unsigned int i = 0; i < WORKERS; i++)
		EXPECT_EQ(start(i, 0, 1), 0);
	return quanta_pass(WORKERS, 2 * WORKERS);
}

static bool all_go_on(void)
{
	uint32_t counts[WORKERS];

	for (unsigned int i = 0; i < WORKERS; i++)
		counts[i] = worker_count(i);
	for (unsigned int i = 0; i < WORKERS; i++)
		UNTIL(worker_count(i) - counts[i] > 5000);
	return true;
}

/* After a crash it hears of all of them. */
static bool all_taken_over(void)
{
	struct sched_get_reply reply;

	for (unsigned int i = 0; i < WORKERS; i++) {
		UNTIL(get(i, &reply) == 0);
		EXPECT_EQ(reply.owner, EP_NONE);
		EXPECT_EQ(reply.nice, 0);
	}
	for (unsigned int i = 0; i < WORKERS; i++) {
		EXPECT_EQ(set_nice(i, 1), 0);
		EXPECT_EQ(state(i).owner, service_start()->endpoint);
	}
	return quanta_pass(WORKERS, 2 * WORKERS);
}

static bool workers_begin(void)
{
	EXPECT(workers_start(WORKERS));
	for (unsigned int i = 0; i < WORKERS; i++)
		EXPECT_EQ(start(i, 0, 1), 0);
	return quanta_pass(WORKERS, WORKERS);
}

bool case_replaced(void)
{
	EXPECT(workers_begin());
	EXPECT(sched_refresh());
	EXPECT(all_taken_over());
	EXPECT(all_go_on());
	return workers_stop();
}

bool case_replaced_often(void)
{
	static const u32 kinds[] = {FAIL_EXCEPTION, FAIL_EXIT, FAIL_PANIC};
	struct rs_inject_req request = {.name = "sched"};

	EXPECT(workers_begin());
	for (unsigned int i = 0; i < 9; i++) {
		const u32 before = restarts();

		request.kind = kinds[i % 3];
		EXPECT_EQ(rs_inject(&request, NULL), 0);
		UNTIL(restarts() > before);
		EXPECT(request.kind == FAIL_EXCEPTION ? all_taken_over() : all_started_again());
		EXPECT(all_go_on());
	}
	return workers_stop();
}
