/* Storms about messages that are no calls: sends, asynchronous ones and notifications, received
 * from anybody, from one source, and through filters. Each producer counts what it sends in each
 * way: its consumer gets every message once, in order. Notifications merge, but after the last one
 * somebody looks.
 */
#include "storm_message.h"
#include "ticker.h"

#define WORKERS 3u
#define PRODUCERS 3u /* of each worker */
#define CHANNEL_SEND 0u
#define CHANNEL_ASYNC 1u
#define CHANNELS 2u
#define LAST TYPE(50) /* a producer's last message, sent when all others are through */

struct producer {
	struct consumer *consumer;
	struct test_thread *thread;
	unsigned int index;
	unsigned int messages;
	uint64_t random;
	uint32_t sent[CHANNELS];
	uint32_t seen[CHANNELS];
	bool ended;
	volatile unsigned int posted, noticed; /* of notifications */
};

struct consumer {
	endpoint_t name;
	struct producer producer[PRODUCERS];
	unsigned int left; /* producers that have not ended */
	uint64_t *random;
	volatile bool stop;
};

static struct consumer consumers[WORKERS];

static struct producer *producer_by(struct consumer *consumer, endpoint_t name)
{
	for (unsigned int i = 0; i < PRODUCERS; i++) {
		if (consumer->producer[i].thread->endpoint == name)
			return &consumer->producer[i];
	}
	return NULL;
}

static void producers_start(struct consumer *consumer, int (*function)(void *), unsigned int share)
{
	consumer->left = PRODUCERS;
	for (unsigned int i = 0; i < PRODUCERS; i++) {
		struct producer *producer = &consumer->producer[i];
		const struct thread_plan plan = {
			.space = i == 0 ? NULL : space_make(),
			.role = &role_service,
			.function = function,
			.argument = producer,
			.affinity = i == 1 ? 1ull << storm_below(consumer->random, cpu_count()) : 0,
			.flags = THREAD_HELD,
		};

		*producer = (struct producer){
			.consumer = consumer,
			.index = i,
			.messages = share,
			.random = *consumer->random + i + 1,
		};
		producer->thread = thread_make(&plan);
	}
	for (unsigned int i = 0; i < PRODUCERS; i++) {
		const struct sys_priv_allow_req request = {
			.thread = consumer->producer[i].thread->endpoint,
			.operation = PRIV_ALLOW,
		};

		CHECK_EQUAL(sys_priv_allow(&request, NULL), 0);
	}
}

static void consumer_begin(struct consumer *consumer, uint64_t *random)
{
	memset(consumer, 0, sizeof(*consumer));
	consumer->name = thread_self();
	consumer->random = random;
}

static void producers_join(struct consumer *consumer)
{
	for (unsigned int i = 0; i < PRODUCERS; i++)
		CHECK_EQUAL(thread_join(consumer->producer[i].thread), 0);
}

/* --- Sends --------------------------------------------------------------------------------------
 */

static void produce_async(struct producer *producer, unsigned int *asked)
{
	const bool completion = storm_below(&producer->random, 2) == 0;
	int error;

	do {
		message_fill(message(), TYPE(CHANNEL_ASYNC), producer->sent[CHANNEL_ASYNC],
			     producer->index, &producer->random);
		error = ipc_send_async(producer->consumer->name,
				       completion ? IPC_ASYNC_COMPLETION : 0);
		if (error == -EAGAIN)
			yield();
	} while (error == -EAGAIN);
	CHECK_EQUAL(error, 0);
	producer->sent[CHANNEL_ASYNC]++;
	*asked += completion;
}

static void produce_send(struct producer *producer)
{
	const uint32_t flags = storm_below(&producer->random, 4) == 0 ? IPC_NONBLOCK : 0;
	int error;

	message_fill(message(), TYPE(CHANNEL_SEND), producer->sent[CHANNEL_SEND], producer->index,
		     &producer->random);
	error = ipc_send(producer->consumer->name, flags);
	if (flags != 0 && error == -ENOTREADY)
		return;
	CHECK_EQUAL(error, 0);
	producer->sent[CHANNEL_SEND]++;
}

/* Each asynchronous message that asked for it has been told as delivered. */
static void completions_check(unsigned int asked)
{
	const struct notify_message *notify = (const void *)message()->payload;
	struct ipc_received received;
	unsigned int told = 0;

	while (ipc_receive(EP_ASYNC, NULL, IPC_NONBLOCK, &received) == 0) {
		told += notify->delivered;
		CHECK_EQUAL(notify->dropped, 0);
	}
	CHECK_EQUAL(told, asked);
}

static int produce(void *argument)
{
	struct producer *producer = argument;
	unsigned int asked = 0;

	while (producer->sent[CHANNEL_SEND] + producer->sent[CHANNEL_ASYNC] < producer->messages) {
		if (storm_below(&producer->random, 2) == 0)
			produce_async(producer, &asked);
		else
			produce_send(producer);
		if (storm_below(&producer->random, 32) == 0)
			yield();
	}
	message_fill(message(), LAST, 0, producer->index, &producer->random);
	CHECK_EQUAL(ipc_send(producer->consumer->name, 0), 0);
	completions_check(asked);
	return 0;
}

static struct producer *unfinished_choose(struct consumer *consumer)
{
	struct producer *producer = &consumer->producer[storm_below(consumer->random, PRODUCERS)];

	while (producer->ended)
		producer = &consumer->producer[(producer->index + 1) % PRODUCERS];
	return producer;
}

/* A filter that lets one unfinished producer through, and perhaps others. */
static int receive_filtered(struct consumer *consumer, struct ipc_received *received)
{
	const struct producer *chosen = unfinished_choose(consumer);
	const struct producer *denied =
		&consumer->producer[storm_below(consumer->random, PRODUCERS)];
	const bool async_only = storm_below(consumer->random, 2) == 0;
	struct ipc_filter filter = {.count = 1};

	filter.element[0] =
		(struct ipc_filter_element){chosen->thread->endpoint, 0, ~0u, IPC_FILTER_ALLOW};
	filter.element[filter.count++] =
		(struct ipc_filter_element){denied->thread->endpoint, 0, ~0u, IPC_FILTER_DENY};
	if (async_only)
		filter.element[filter.count++] = (struct ipc_filter_element){
			EP_ANY, TYPE(CHANNEL_ASYNC), TYPE(CHANNEL_ASYNC), IPC_FILTER_ALLOW};
	const int error = ipc_receive(EP_ANY, &filter, 0, received);

	if (message()->source != chosen->thread->endpoint) {
		CHECK(message()->source != denied->thread->endpoint);
		CHECK(async_only && message()->type == TYPE(CHANNEL_ASYNC));
	}
	return error;
}

static int receive_somehow(struct consumer *consumer, struct ipc_received *received)
{
	const struct producer *chosen;
	int error;

	switch (storm_below(consumer->random, 4)) {
	case 0:
		return receive_filtered(consumer, received);
	case 1:
		chosen = unfinished_choose(consumer);
		error = ipc_receive(chosen->thread->endpoint, NULL, 0, received);
		CHECK_EQUAL(message()->source, chosen->thread->endpoint);
		return error;
	case 2:
		return ipc_receive(EP_ANY, NULL, IPC_NONBLOCK, received);
	default:
		return ipc_receive(EP_ANY, NULL, 0, received);
	}
}

static void consume(struct consumer *consumer, const struct message *m, uint32_t status)
{
	struct producer *producer = producer_by(consumer, m->source);
	const unsigned int channel = m->type - TYPE(0);

	CHECK(message_intact(m));
	REQUIRE(producer != NULL);
	CHECK_EQUAL(m->word[1], producer->index);
	if (m->type == LAST) {
		CHECK(!producer->ended);
		CHECK_EQUAL(producer->seen[CHANNEL_SEND], producer->sent[CHANNEL_SEND]);
		CHECK_EQUAL(producer->seen[CHANNEL_ASYNC], producer->sent[CHANNEL_ASYNC]);
		producer->ended = true;
		consumer->left--;
		return;
	}
	REQUIRE(channel < CHANNELS);
	CHECK_EQUAL(ipc_status_trap(status),
		    channel == CHANNEL_SEND ? TRAP_IPC_SEND : TRAP_IPC_SEND_ASYNC);
	CHECK_EQUAL(m->word[0], producer->seen[channel]);
	producer->seen[channel]++;
}

static int consume_on(void *argument)
{
	struct storm_worker *worker = argument;
	struct consumer *consumer = &consumers[worker->index];

	consumer_begin(consumer, &worker->random);
	producers_start(consumer, produce, worker->operations / PRODUCERS + 1);
	while (consumer->left > 0) {
		struct ipc_received received;
		const int error = receive_somehow(consumer, &received);
		const struct message got = *message();

		if (error == -ENOTREADY) {
			yield();
			continue;
		}
		CHECK_EQUAL(error, 0);
		consume(consumer, &got, received.status);
		if (storm_below(consumer->random, 64) == 0)
			thread_place(EP_SELF, PRIORITY_TEST,
				     storm_below(consumer->random, cpu_count()));
		worker->done++;
	}
	producers_join(consumer);
	return 0;
}

static void sends_arrive_once(void)
{
	struct storm_worker workers[STORM_WORKERS];
	struct ticker ticker;

	ticker_start(&ticker);
	storm_start(workers, WORKERS, consume_on, NULL);
	storm_finish(workers, WORKERS);
	ticker_stop(&ticker);
}

/* --- Notifications ------------------------------------------------------------------------------
 */

/* Until the consumer has looked after the last notification. */
static void notice_wait(const struct producer *producer)
{
	nanoseconds_t limit = 0;

	for (unsigned int i = 0; producer->noticed != producer->posted; i++) {
		if (i < 100)
			yield();
		else if (!wait_a_moment(&limit))
			break;
	}
	CHECK_EQUAL(producer->noticed, producer->posted);
}

static int post(void *argument)
{
	struct producer *producer = argument;

	while (!producer->consumer->stop) {
		producer->posted++;
		CHECK_EQUAL(ipc_notify(producer->consumer->name), 0);
		if (storm_below(&producer->random, 2) == 0)
			notice_wait(producer);
		else if (storm_below(&producer->random, 8) == 0)
			yield();
	}
	notice_wait(producer);
	message_fill(message(), LAST, 0, producer->index, &producer->random);
	CHECK_EQUAL(ipc_send(producer->consumer->name, 0), 0);
	return 0;
}

static int receive_notice(struct consumer *consumer, struct ipc_received *received)
{
	const struct producer *chosen =
		&consumer->producer[storm_below(consumer->random, PRODUCERS)];
	const uint32_t way = storm_below(consumer->random, 4);

	if (way == 0)
		return ipc_receive(chosen->thread->endpoint, NULL, IPC_NONBLOCK, received);
	if (way == 1)
		return ipc_receive(EP_ANY, NULL, IPC_NONBLOCK, received);
	return ipc_receive(EP_ANY, NULL, 0, received);
}

static int notice_on(void *argument)
{
	struct storm_worker *worker = argument;
	struct consumer *consumer = &consumers[worker->index];

	consumer_begin(consumer, &worker->random);
	producers_start(consumer, post, 0);
	while (consumer->left > 0) {
		struct ipc_received received;
		struct producer *producer;
		const int error = receive_notice(consumer, &received);

		/* One who has ended may be asked for, too. */
		if (error == -ENOTREADY || error == -EDEADSRCDST) {
			yield();
			continue;
		}
		CHECK_EQUAL(error, 0);
		producer = producer_by(consumer, message()->source);
		REQUIRE(producer != NULL);
		if (message()->type == LAST) {
			consumer->left--;
			continue;
		}
		CHECK_EQUAL(message()->type, MESSAGE_NOTIFY);
		CHECK_EQUAL(ipc_status_trap(received.status), TRAP_IPC_NOTIFY);
		producer->noticed = producer->posted;
		worker->done++;
		consumer->stop = worker->done >= worker->operations;
	}
	producers_join(consumer);
	return 0;
}

static void notifications_are_noticed(void)
{
	struct storm_worker workers[STORM_WORKERS];
	struct ticker ticker;

	ticker_start(&ticker);
	storm_start(workers, WORKERS, notice_on, NULL);
	storm_finish(workers, WORKERS);
	ticker_stop(&ticker);
}

static const struct test_case cases[] = {
	STORM("sends arrive once and in order", sends_arrive_once, 20000, 23000),
	STORM("after the last notification somebody looks", notifications_are_noticed, 15000,
	      32000),
};

const struct test_suite suite_storm_send = SUITE("storm_send", cases);
