/* Storms about calls that end in other ways than by a prompt answer: clients are killed, stopped
 * and pulled back in the middle; servers keep callers and answer them late, in any order, and send
 * answers to callers that are gone or wait for somebody else; servers die. Each call ends once,
 * with its own answer or the error that fits. Dead clients are so many that their slots are used
 * again.
 */
#include "storm_message.h"
#include "ticker.h"

#define WORKERS 3u
#define SERVERS 2u
#define CLIENTS 3u /* of each worker */
#define HELD_MAX 4u
#define DEAD_MAX 512u
#define WRONG TYPE(99)
#define ANSWER_KEY 0x1234A5A5u

struct late_server {
	unsigned int index;
	struct test_thread *thread;
	uint64_t random;
	volatile bool stop;
	struct message held[HELD_MAX]; /* requests without an answer */
	volatile unsigned int count;
};

struct late_client {
	struct group *group;
	struct test_thread *thread;
	uint64_t random;
	volatile unsigned int count;
	volatile unsigned int cancels, cancelled; /* tries to pull it back: begun, over */
};

/* A worker's: clients, and a server that dies often. */
struct group {
	struct late_client client[CLIENTS];
	struct test_thread *mortal;
	volatile endpoint_t mortal_name;
	volatile unsigned int deaths; /* counted before it dies */
	uint64_t *random;
};

static struct late_server servers[SERVERS];
static struct group groups[WORKERS];
static volatile endpoint_t dead[DEAD_MAX];
static volatile unsigned int dead_count;

/* --- Servers that answer late -------------------------------------------------------------------
 */

/* The request's answer in the message page. */
static void answer_make(const struct message *request)
{
	struct message *m = message();

	*m = *request;
	m->type = 0;
	for (unsigned int i = 0; i < MESSAGE_WORDS - 1; i++)
		m->word[i] ^= ANSWER_KEY;
	m->word[MESSAGE_WORDS - 1] = message_sum(m);
}

static struct message held_take(struct late_server *server)
{
	const unsigned int which = storm_below(&server->random, server->count);
	const struct message request = server->held[which];

	server->count--;
	server->held[which] = server->held[server->count];
	return request;
}

static void held_answer(struct late_server *server)
{
	const struct message request = held_take(server);
	int error;

	answer_make(&request);
	error = ipc_send(request.source, IPC_NONBLOCK);
	CHECK(error == 0 || error == -EDEADSRCDST);
}

static endpoint_t dead_choose(struct late_server *server)
{
	const unsigned int count = dead_count < DEAD_MAX ? dead_count : DEAD_MAX;

	return count == 0 ? EP_NONE : dead[storm_below(&server->random, count)];
}

/* Somebody who waits for another server, or did a moment ago. */
static endpoint_t stranger_choose(const struct late_server *server)
{
	const struct late_server *other = &servers[(server->index + 1) % SERVERS];
	const endpoint_t name = other->held[0].source;

	for (unsigned int i = 0; i < server->count; i++) {
		if (server->held[i].source == name)
			return EP_NONE;
	}
	return name == 0 ? EP_NONE : name;
}

/* Whom no answer of ours may reach: neither by a send nor by a reply. */
static endpoint_t victim_choose(struct late_server *server)
{
	return storm_below(&server->random, 4) == 0 ? stranger_choose(server) : dead_choose(server);
}

static void wrong_send(struct late_server *server)
{
	const endpoint_t victim = victim_choose(server);
	int error;

	if (victim == EP_NONE)
		return;
	message_set(WRONG, 0);
	error = ipc_send(victim, IPC_NONBLOCK);
	CHECK(error == -EDEADSRCDST || error == -ENOTREADY);
}

static int request_receive(struct late_server *server, struct ipc_received *received)
{
	const endpoint_t victim =
		storm_below(&server->random, 4) == 0 ? victim_choose(server) : EP_NONE;

	if (server->count == 0 || (server->count < HELD_MAX && victim != EP_NONE &&
				   storm_below(&server->random, 8) == 0)) {
		/* It may wait long: nobody else answers those held. */
		while (server->count > 0)
			held_answer(server);
		message_set(WRONG, 0);
		return ipc_reply_receive(victim, EP_ANY, received);
	}
	return ipc_receive(EP_ANY, NULL, IPC_NONBLOCK, received);
}

static int server_run(void *argument)
{
	struct late_server *server = argument;
	struct ipc_received received;

	for (;;) {
		const int error = request_receive(server, &received);

		if (error == 0) {
			const struct message request = *message();

			if (request.type == TYPE(0))
				return answer(request.source, 0, 0);
			CHECK(message_intact(&request));
			CHECK_EQUAL(request.type, TYPE(1));
			CHECK_EQUAL(request.word[0], request.source);
			server->held[server->count] = request;
			server->count++;
		} else {
			CHECK_EQUAL(error, -ENOTREADY);
			yield();
		}
		wrong_send(server);
		if (server->count == HELD_MAX ||
		    (server->count > 0 && storm_below(&server->random, 4) == 0))
			held_answer(server);
	}
}

/* --- Clients ------------------------------------------------------------------------------------
 */

static void call_late(struct late_client *client)
{
	const endpoint_t server = servers[storm_below(&client->random, SERVERS)].thread->endpoint;
	const unsigned int cancelled = client->cancelled;
	struct message sent = {};
	int error;

	message_fill(&sent, TYPE(1), thread_self(), client->count, &client->random);
	*message() = sent;
	error = ipc_call(server);
	if (error == -EINTR) {
		CHECK(client->cancels != cancelled);
		return;
	}
	CHECK_EQUAL(error, 0);
	CHECK_EQUAL(message()->source, server);
	CHECK_EQUAL(message()->type, 0);
	CHECK(message_intact(message()));
	for (unsigned int i = 0; i < MESSAGE_WORDS - 1; i++)
		CHECK_EQUAL(message()->word[i], sent.word[i] ^ ANSWER_KEY);
}

static void call_mortal(struct late_client *client)
{
	const struct group *group = client->group;
	const unsigned int deaths = group->deaths, cancelled = client->cancelled;
	const endpoint_t name = group->mortal_name;
	const uint32_t number = random_next(&client->random);
	int error;

	if (name == EP_NONE)
		return;
	message_set(TYPE(1), number);
	error = ipc_call(name);
	if (error == -EINTR)
		CHECK(client->cancels != cancelled);
	else if (error == -EDEADSRCDST)
		CHECK(group->deaths != deaths);
	else {
		CHECK_EQUAL(error, 0);
		CHECK_EQUAL(message()->quad[0], (u64)number + 1);
	}
}

static int client_run(void *argument)
{
	struct late_client *client = argument;

	while (client->group != NULL) { /* until it is killed */
		if (storm_below(&client->random, 4) == 0)
			call_mortal(client);
		else
			call_late(client);
		client->count++;
	}
	return 0;
}

static void client_start(struct late_client *client, uint64_t *random)
{
	const struct thread_plan plan = {
		.space = storm_below(random, 2) == 0 ? NULL : servers[1].thread->space,
		.role = storm_below(random, 2) == 0 ? &role_program : &role_service,
		.function = client_run,
		.argument = client,
		.quantum = MILLISECOND,
	};

	client->random = *random;
	client->thread = thread_make(&plan);
}

/* --- Those who disturb --------------------------------------------------------------------------
 */

static void client_replace(struct late_client *client, uint64_t *random)
{
	const endpoint_t name = client->thread->endpoint;

	thread_free(client->thread);
	dead[__atomic_fetch_add(&dead_count, 1, __ATOMIC_RELAXED) % DEAD_MAX] = name;
	client_start(client, random);
}

static void client_stop(const struct late_client *client)
{
	struct sys_runctl_req request = {client->thread->endpoint, RUNCTL_STOP};
	unsigned int count;

	CHECK_EQUAL(sys_runctl(&request, NULL), 0);
	count = client->count;
	yield();
	CHECK_EQUAL(client->count, count);
	request.operation = RUNCTL_RESUME;
	CHECK_EQUAL(sys_runctl(&request, NULL), 0);
}

static void client_cancel(struct late_client *client)
{
	int error;

	client->cancels++;
	error = sys_ipc_cancel(&(struct sys_ipc_cancel_req){client->thread->endpoint}, NULL);
	CHECK(error == 0 || error == -EBUSY || error == -EINVAL);
	client->cancelled = client->cancels;
}

static void mortal_start(struct group *group)
{
	group->mortal = thread_start(servers[1].thread->space, echo_server, NULL);
	group->mortal_name = group->mortal->endpoint;
}

static void mortal_replace(struct group *group)
{
	/* A client reads them the other way round. */
	group->mortal_name = EP_NONE;
	group->deaths++;
	thread_free(group->mortal);
	mortal_start(group);
}

/* Each client gets on with its calls. */
static void clients_wait(const struct group *group)
{
	for (unsigned int i = 0; i < CLIENTS; i++) {
		const unsigned int count = group->client[i].count;
		nanoseconds_t limit = 0;

		while (group->client[i].count == count && wait_a_moment(&limit))
			;
		CHECK(group->client[i].count != count);
	}
}

static void disturb_once(struct group *group)
{
	struct late_client *client = &group->client[storm_below(group->random, CLIENTS)];

	switch (storm_below(group->random, 16)) {
	case 0:
	case 1:
	case 2:
		client_replace(client, group->random);
		break;
	case 3:
		mortal_replace(group);
		break;
	case 4:
	case 5:
	case 6:
		client_stop(client);
		break;
	case 7:
		thread_place(client->thread->endpoint, PRIORITY_TEST,
			     storm_below(group->random, cpu_count()));
		break;
	case 8:
	case 9:
		client_cancel(client);
		break;
	default:
		yield();
	}
}

static int disturb_on(void *argument)
{
	struct storm_worker *worker = argument;
	struct group *group = &groups[worker->index];

	memset(group, 0, sizeof(*group));
	group->random = &worker->random;
	mortal_start(group);
	for (unsigned int i = 0; i < CLIENTS; i++) {
		group->client[i].group = group;
		client_start(&group->client[i], group->random);
	}
	while (worker->done < worker->operations) {
		disturb_once(group);
		if (storm_below(&worker->random, 128) == 0)
			clients_wait(group);
		worker->done++;
	}
	for (unsigned int i = 0; i < CLIENTS; i++)
		thread_free(group->client[i].thread);
	thread_free(group->mortal);
	return 0;
}

static void calls_end_once(void)
{
	struct storm_worker workers[STORM_WORKERS];
	struct ticker ticker;

	dead_count = 0;
	memset(servers, 0, sizeof(servers));
	for (unsigned int i = 0; i < SERVERS; i++) {
		servers[i].index = i;
		servers[i].random = storm_seed(100 + i);
		servers[i].thread = thread_make(&(struct thread_plan){
			.space = i & 1 ? space_make() : NULL,
			.role = &role_service,
			.function = server_run,
			.argument = &servers[i],
		});
	}
	ticker_start(&ticker);
	storm_start(workers, WORKERS, disturb_on, NULL);
	storm_finish(workers, WORKERS);
	ticker_stop(&ticker);
	for (unsigned int i = 0; i < SERVERS; i++)
		echo_stop(servers[i].thread);
}

static const struct test_case cases[] = {
	STORM("calls end once, by their own answer or an error", calls_end_once, 12000, 38000),
};

const struct test_suite suite_storm_late = SUITE("storm_late", cases);
