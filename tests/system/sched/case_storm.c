/* Random calls: on threads that compute, against what SCHED must say; and messages that mean
 * nothing. */
#include "tests/system/user/runner.h"
#include "worker.h"

#include <option.h>
#include <service.h>
#include <string.h>
#include <sys_ipc.h>

#define WORKERS 6u

/* xorshift64* */
static uint32_t random_below(uint64_t *state_, uint32_t limit)
{
	*state_ ^= *state_ >> 12;
	*state_ ^= *state_ << 25;
	*state_ ^= *state_ >> 27;
	return (uint32_t)((*state_ * 0x2545F4914F6CDD1Dull) >> 32) % limit;
}

static bool replay(const char *name, uint64_t operation)
{
	sys_print("# operation %llu; again: CMDLINE='root=vm sched=%s seed=%llu ops=%llu'\n",
		  (unsigned long long)operation, name, (unsigned long long)suite_number("seed", 1),
		  (unsigned long long)operation + 1);
	return false;
}

static struct model {
	bool there;
	int nice;
	uint64_t mask;
} model[WORKERS];

static bool play(uint64_t *random)
{
	const unsigned int i = random_below(random, WORKERS);
	struct model *at = &model[i];
	const int nice = SCHED_NICE_MIN + (int)random_below(random, 40);
	const uint64_t mask = 1 + random_below(random, (1u << cpus()) - 1);
	struct sched_get_reply reply;

	switch (random_below(random, 6)) {
	case 0:
		EXPECT_EQ(start(i, nice, mask), 0);
		*at = (struct model){true, nice, mask};
		return true;
	case 1:
		EXPECT_EQ(set_nice(i, nice), at->there ? 0 : -ESRCH);
		at->nice = nice;
		return true;
	case 2:
		EXPECT_EQ(set_mask(i, mask), at->there ? 0 : -ESRCH);
		at->mask = mask;
		return true;
	case 3:
		if (random_below(random, 4) == 0) {
			EXPECT_EQ(stop(i), at->there ? 0 : -ESRCH);
			at->there = false;
		}
		return true;
	case 4:
		runner_sleep(RUNNER_SLEEP_TIME / 20);
		return true;
	default:
		EXPECT_EQ(get(i, &reply), at->there ? 0 : -ESRCH);
		EXPECT(!at->there || (reply.nice == at->nice && reply.affinity == at->mask));
		EXPECT(!at->there || (at->mask >> reply.cpu & 1));
		EXPECT(!at->there ||
		       (reply.priority >= reply.priority_first && reply.priority <= PRIORITY_LAST));
		return true;
	}
}

bool case_random(void)
{
	const uint64_t operations = suite_number("ops", 3000);
	uint64_t random = (suite_number("seed", 1) + 1) * 0x9E3779B97F4A7C15ull;
	uint32_t counts[WORKERS];

	memset(model, 0, sizeof(model));
	EXPECT(workers_start(WORKERS));
	for (uint64_t i = 0; i < operations; i++) {
		if (!play(&random))
			return replay("random", i) && workers_stop();
	}
	/* None stands still. */
	for (unsigned int i = 0; i < WORKERS; i++)
		counts[i] = worker_count(i);
	for (unsigned int i = 0; i < WORKERS; i++)
		(void)stop(i);
	for (unsigned int i = 0; i < WORKERS; i++)
		UNTIL(worker_count(i) != counts[i]);
	return workers_stop();
}

bool case_fuzz(void)
{
	static const uint32_t values[] = {0, 1, 2, 20, 0xFFF, 0x1000, 0x80000000, 0xFFFFFFFF};
	const uint64_t messages = suite_number("ops", 3000);
	uint64_t random = (suite_number("seed", 1) + 1) * 0xD1342543DE82EF95ull;
	struct message *message = &message_page()->message;

	EXPECT(workers_start(2));
	EXPECT_EQ(start(0, 0, 1), 0);
	for (uint64_t i = 0; i < messages; i++) {
		const uint32_t nr = random_below(&random, 9);
		uint32_t payload[14];
		int code;

		for (unsigned int j = 0; j < 14; j++)
			payload[j] = random_below(&random, 3) ? values[random_below(&random, 8)]
							      : random_below(&random, 0xFFFFFFFF);
		if (random_below(&random, 3) == 0)
			payload[0] = worker(1);
		message->type = MESSAGE_TYPE(PROTOCOL_SCHED, nr);
		memcpy(message->payload, payload, sizeof(payload));
		code = ipc_call(SCHED_ENDPOINT);
		if (code != 0 || (int)message->type > 0 || state(0).owner == 0)
			return replay("fuzz", i) && workers_stop();
	}
	EXPECT(worker_rest(1)); /* it may have become the more urgent one */
	EXPECT(quanta_pass(1, 2));
	return workers_stop();
}
