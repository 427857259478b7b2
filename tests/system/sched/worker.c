/* The suite's threads. */
#include "worker.h"

#include <arch/layout.h>
#include <service.h>
#include <skerry/kernel_page.h>
#include <string.h>
#include <sys_call.h>
#include <sys_ipc.h>

enum mode { COMPUTE, REST, CALL_SCHED };

static struct stage {
	struct {
		volatile uint32_t mode;
		volatile uint32_t count;
		volatile uint32_t type;
		volatile int result;
		uint8_t payload[MESSAGE_PAYLOAD_SIZE];
	} of[CREW_MAX] __attribute__((aligned(128)));
} * stage;

static struct crew crew;
static endpoint_t suite;

static void call(unsigned int number)
{
	struct message *message = &message_page()->message;
	int code;

	message->type = stage->of[number].type;
	memcpy(message->payload, stage->of[number].payload, sizeof(message->payload));
	code = ipc_call(SCHED_ENDPOINT);
	stage->of[number].result = code != 0 ? code : (int)message->type;
	stage->of[number].mode = COMPUTE;
}

static void work(unsigned int number)
{
	for (;;) {
		switch (stage->of[number].mode) {
		case COMPUTE:
			for (unsigned int i = 0; i < 1000; i++)
				stage->of[number].count++;
			break;
		case REST:
			(void)ipc_call(suite);
			break;
		default:
			call(number);
		}
	}
}

bool workers_start(unsigned int count)
{
	suite = service_start()->endpoint;
	stage = (struct stage *)map(PAGE, RW, VM_MAP_SHARED | VM_MAP_POPULATE);
	EXPECT((long)stage > 0);
	crew_may_send(SCHED_ENDPOINT);
	crew_may_send(suite);
	return crew_start(&crew, count, work);
}

bool workers_stop(void)
{
	for (unsigned int i = 0; i < crew.count; i++)
		(void)stop(i);
	EXPECT(crew_stop(&crew));
	EXPECT_EQ(unmap((uintptr_t)stage, PAGE), 0);
	stage = NULL;
	return true;
}

bool workers_left(void)
{
	return stage != NULL;
}

endpoint_t worker(unsigned int number)
{
	return crew.thread[number];
}

bool worker_end(unsigned int number)
{
	EXPECT_EQ(number + 1, crew.count);
	crew.count--;
	return crew_clear(crew.thread[number]);
}

uint32_t worker_count(unsigned int number)
{
	return stage->of[number].count;
}

bool worker_rest(unsigned int number)
{
	struct ipc_received received;

	stage->of[number].mode = REST;
	EXPECT_EQ(ipc_receive(worker(number), NULL, 0, &received), 0);
	return true;
}

bool worker_go_on(unsigned int number)
{
	stage->of[number].mode = COMPUTE;
	EXPECT_EQ(ipc_send(worker(number), IPC_NONBLOCK), 0);
	return true;
}

int worker_call(unsigned int number, uint32_t type, const void *request, size_t bytes)
{
	stage->of[number].type = type;
	memcpy(stage->of[number].payload, request, bytes);
	stage->of[number].mode = CALL_SCHED;
	for (unsigned int i = 0; stage->of[number].mode == CALL_SCHED && i < LOOKS_MAX; i++)
		runner_sleep(RUNNER_SLEEP_TIME);
	return stage->of[number].mode == COMPUTE ? stage->of[number].result : -ETIMEDOUT;
}

/* --- SCHED's calls ---------------------------------------------------------------------------- */

int start(unsigned int number, int nice, uint64_t mask)
{
	const struct sched_start_req request = {worker(number), nice, mask};

	return sched_start(&request, NULL);
}

int stop(unsigned int number)
{
	const struct sched_thread_req request = {worker(number)};

	return sched_stop(&request, NULL);
}

int set_nice(unsigned int number, int nice)
{
	const struct sched_nice_req request = {worker(number), nice};

	return sched_setnice(&request, NULL);
}

int set_mask(unsigned int number, uint64_t mask)
{
	const struct sched_affinity_req request = {worker(number), 0, mask};

	return sched_setaffinity(&request, NULL);
}

int get(unsigned int number, struct sched_get_reply *reply)
{
	const struct sched_thread_req request = {worker(number)};

	return sched_get(&request, reply);
}

struct sched_get_reply state(unsigned int number)
{
	struct sched_get_reply reply;

	if (get(number, &reply) != 0)
		memset(&reply, 0, sizeof(reply));
	return reply;
}

struct sched_load_reply cpu_load(uint32_t cpu)
{
	const struct sched_cpu_req request = {cpu};
	struct sched_load_reply reply = {0};

	(void)sched_cpu(&request, &reply);
	return reply;
}

struct info_thread worker_info(unsigned int number)
{
	struct info_thread info = {.thread = EP_NONE};
	const struct sys_info_req request = {
		.what = INFO_THREAD,
		.index = endpoint_slot(worker(number)),
		.address = (uintptr_t)&info,
		.size = sizeof(info),
	};

	(void)sys_info(&request, NULL);
	return info;
}

uint32_t cpus(void)
{
	return ((const struct kernel_page *)ARCH_KERNEL_PAGE)->cpu_count;
}

/* --- Measuring -------------------------------------------------------------------------------- */

uint64_t quanta(unsigned int count)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < count; i++)
		sum += state(i).quanta;
	return sum;
}

bool quanta_pass(unsigned int count, uint64_t more)
{
	const uint64_t from = quanta(count);

	UNTIL(quanta(count) >= from + more);
	return true;
}

static bool all_sunk(unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		if (state(i).priority != PRIORITY_LAST)
			return false;
	}
	return true;
}

bool measure(unsigned int count, uint64_t more, uint32_t *rounds)
{
	UNTIL(all_sunk(count));
	for (unsigned int i = 0; i < count; i++)
		rounds[i] = worker_count(i);
	if (!quanta_pass(count, more))
		return false;
	for (unsigned int i = 0; i < count; i++)
		rounds[i] = worker_count(i) - rounds[i];
	return true;
}
