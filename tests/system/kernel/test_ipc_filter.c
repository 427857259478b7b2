/* Receive filters: source and type ranges, first match decides, what nothing matches stays queued.
 */
#include "helper.h"

#define ALLOW(source, low, high)                                                                   \
	{                                                                                          \
		source, low, high, IPC_FILTER_ALLOW                                                \
	}
#define DENY(source, low, high)                                                                    \
	{                                                                                          \
		source, low, high, IPC_FILTER_DENY                                                 \
	}

/* Senders of types TYPE(0) .. TYPE(count - 1), all queued at the caller. */
static void senders_start(struct job *jobs, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		jobs[i] = (struct job){.trap = TRAP_IPC_SEND, .a0 = thread_self()};
		jobs[i].message.type = TYPE(i);
		job_start_until(&jobs[i], RTS_SENDING);
	}
}

/* The type received through the filter, or the error. */
static long take(const struct ipc_filter *filter, endpoint_t source)
{
	struct ipc_received received;
	const int error = ipc_receive(source, filter, IPC_NONBLOCK, &received);

	return error != 0 ? error : (long)message()->type;
}

static void filter_by_type(void)
{
	const struct ipc_filter filter = {.count = 1, .element = {ALLOW(EP_ANY, TYPE(2), TYPE(3))}};
	struct job jobs[5];

	senders_start(jobs, 5);
	CHECK_EQUAL(take(&filter, EP_ANY), TYPE(2));
	CHECK_EQUAL(take(&filter, EP_ANY), TYPE(3));
	CHECK_EQUAL(take(&filter, EP_ANY), -ENOTREADY);
	CHECK_EQUAL(take(NULL, EP_ANY), TYPE(0));
	CHECK_EQUAL(take(NULL, EP_ANY), TYPE(1));
	CHECK_EQUAL(take(NULL, EP_ANY), TYPE(4));
}

static void filter_by_source(void)
{
	struct job jobs[3];
	struct ipc_filter filter = {.count = 1};

	senders_start(jobs, 3);
	filter.element[0] = (struct ipc_filter_element)ALLOW(jobs[1].thread->endpoint, 0, ~0u);
	CHECK_EQUAL(take(&filter, EP_ANY), TYPE(1));
	CHECK_EQUAL(take(&filter, EP_ANY), -ENOTREADY);
	CHECK_EQUAL(take(&filter, jobs[0].thread->endpoint), -ENOTREADY);
}

static void filter_first_match(void)
{
	struct ipc_filter filter = {
		.count = 3,
		.element = {DENY(EP_ANY, TYPE(0), TYPE(0)), ALLOW(EP_ANY, TYPE(0), TYPE(1)),
			    DENY(EP_ANY, 0, ~0u)},
	};
	struct job jobs[3];

	senders_start(jobs, 3);
	CHECK_EQUAL(take(&filter, EP_ANY), TYPE(1));
	CHECK_EQUAL(take(&filter, EP_ANY), -ENOTREADY);
	filter.element[0].action = IPC_FILTER_ALLOW;
	CHECK_EQUAL(take(&filter, EP_ANY), TYPE(0));
	CHECK_EQUAL(take(&filter, EP_ANY), -ENOTREADY);
}

static void filter_all_elements(void)
{
	struct ipc_filter filter = {.count = IPC_FILTER_ELEMENTS};
	struct job jobs[2];

	for (unsigned int i = 0; i < IPC_FILTER_ELEMENTS; i++)
		filter.element[i] = (struct ipc_filter_element)DENY(EP_ANY, TYPE(50), TYPE(60));
	filter.element[IPC_FILTER_ELEMENTS - 1] =
		(struct ipc_filter_element)ALLOW(EP_ANY, TYPE(1), TYPE(1));
	senders_start(jobs, 2);
	CHECK_EQUAL(take(&filter, EP_ANY), TYPE(1));
	filter.count--;
	CHECK_EQUAL(take(&filter, EP_ANY), -ENOTREADY);
}

static void filter_while_waiting(void)
{
	struct ipc_filter filter = {.count = 1, .element = {ALLOW(EP_ANY, TYPE(7), TYPE(7))}};
	struct job job = {.trap = TRAP_IPC_RECEIVE | IPC_FILTER, .a0 = EP_ANY, .filter = &filter};
	struct job other = {.trap = TRAP_IPC_SEND};

	job_start_until(&job, RTS_RECEIVE_FROM);
	message_set(TYPE(6), 0);
	CHECK_EQUAL(ipc_send(job.thread->endpoint, IPC_NONBLOCK), -ENOTREADY);
	other.a0 = job.thread->endpoint;
	other.message.type = TYPE(8);
	job_start_until(&other, RTS_SENDING);
	CHECK(!job.done);
	message_set(TYPE(7), 70);
	CHECK_EQUAL(ipc_send(job.thread->endpoint, IPC_NONBLOCK), 0);
	CHECK_EQUAL(job_finish(&job), 0);
	CHECK_EQUAL(job.answer.type, TYPE(7));
	CHECK_EQUAL(job.answer.quad[0], 70);
	CHECK_EQUAL(job_finish(&other), -EDEADSRCDST);
}

static void filter_holds_notifications(void)
{
	struct ipc_filter filter = {
		.count = 2,
		.element = {DENY(EP_ANY, MESSAGE_NOTIFY, MESSAGE_NOTIFY), ALLOW(EP_ANY, 0, ~0u)},
	};

	CHECK_EQUAL(ipc_notify(thread_self()), 0);
	CHECK_EQUAL(take(&filter, EP_ANY), -ENOTREADY);
	filter.element[0].source = EP_CLOCK;
	CHECK_EQUAL(take(&filter, EP_ANY), MESSAGE_NOTIFY);
}

static int send_async_two(void *argument)
{
	for (unsigned int i = 0; i < 2; i++) {
		message_set(TYPE(i), 0);
		if (ipc_send_async(*(endpoint_t *)argument, 0) != 0)
			return -1;
	}
	return 0;
}

static void filter_holds_async(void)
{
	const struct ipc_filter filter = {.count = 1, .element = {ALLOW(EP_ANY, TYPE(1), TYPE(1))}};
	endpoint_t self = thread_self();

	CHECK_EQUAL(thread_join(thread_start(NULL, send_async_two, &self)), 0);
	CHECK_EQUAL(take(&filter, EP_ANY), TYPE(1));
	CHECK_EQUAL(take(&filter, EP_ANY), -ENOTREADY);
	CHECK_EQUAL(take(NULL, EP_ANY), TYPE(0));
}

static void filter_lasts_one_receive(void)
{
	const struct ipc_filter filter = {.count = 1, .element = {DENY(EP_ANY, 0, ~0u)}};
	struct job jobs[2];

	senders_start(jobs, 2);
	CHECK_EQUAL(take(&filter, EP_ANY), -ENOTREADY);
	CHECK_EQUAL(take(NULL, EP_ANY), TYPE(0));
	CHECK_EQUAL(take(NULL, EP_ANY), TYPE(1));
}

static void filter_malformed(void)
{
	struct ipc_filter filter = {.count = 0, .element = {ALLOW(EP_ANY, 0, ~0u)}};

	CHECK_EQUAL(take(&filter, EP_ANY), -EINVAL);
	filter.count = IPC_FILTER_ELEMENTS + 1;
	CHECK_EQUAL(take(&filter, EP_ANY), -EINVAL);
	filter.count = ~0u;
	CHECK_EQUAL(take(&filter, EP_ANY), -EINVAL);
	filter.count = 1;
	filter.element[0].action = 2;
	CHECK_EQUAL(take(&filter, EP_ANY), -EINVAL);
	filter.element[0].action = IPC_FILTER_ALLOW;
	CHECK_EQUAL(take(&filter, EP_ANY), -ENOTREADY);
}

/* The type that passed the filter is the type delivered, whatever the sender's page says meanwhile.
 */
struct liar {
	endpoint_t receiver;
	volatile bool stop;
	struct message *volatile page;
};

static int lie(void *argument)
{
	struct liar *liar = argument;

	while (!liar->stop) {
		for (unsigned int i = 0; i < 50 && liar->page != NULL; i++)
			*(volatile uint32_t *)&liar->page->type = TYPE(1 + i % 2);
		yield();
	}
	return 0;
}

static int send_many(void *argument)
{
	struct liar *liar = argument;
	int error = 0;

	liar->page = message();
	while (!liar->stop && error == 0)
		error = ipc_send(liar->receiver, 0);
	return 0;
}

static void filter_type_is_delivered(void)
{
	const struct ipc_filter filter = {.count = 1, .element = {ALLOW(EP_ANY, TYPE(1), TYPE(1))}};
	struct liar liar = {.receiver = thread_self()};
	struct test_thread *writer = thread_start(NULL, lie, &liar);
	struct test_thread *sender = thread_start(NULL, send_many, &liar);
	struct ipc_received received;
	const nanoseconds_t end = clock_now() + 300 * MILLISECOND;
	unsigned int taken = 0;

	while (taken < 300 && clock_now() < end) {
		if (ipc_receive(EP_ANY, &filter, IPC_NONBLOCK, &received) == 0) {
			CHECK_EQUAL(message()->type, TYPE(1));
			taken++;
		} else {
			(void)ipc_receive(EP_ANY, NULL, IPC_NONBLOCK, &received);
			yield();
		}
	}
	liar.stop = true;
	thread_free(sender);
	CHECK_EQUAL(thread_join(writer), 0);
}

static const struct test_case cases[] = {
	CASE("a filter picks by type range, both ends included", filter_by_type, CASE_SHORT),
	CASE("a filter picks by source", filter_by_source, 0),
	CASE("the first matching element decides", filter_first_match, 0),
	CASE("all eight elements count", filter_all_elements, 0),
	CASE("a waiting filter passes over what it refuses", filter_while_waiting, CASE_SHORT),
	CASE("notifications obey the filter and stay pending", filter_holds_notifications, 0),
	CASE("asynchronous messages obey the filter and stay queued", filter_holds_async, 0),
	CASE("a filter lasts for one receive", filter_lasts_one_receive, 0),
	CASE("malformed filters are refused", filter_malformed, 0),
	CASE("the type that passed is the type delivered", filter_type_is_delivered, 0),
};

const struct test_suite suite_ipc_filter = SUITE("ipc_filter", cases);
