/* Storms about calls: a mesh of clients and servers in several spaces and on all CPUs, where
 * servers call each other, and answer by the fast path or the slow one. Each pair of a client and a
 * server counts its calls: none is lost, doubled or torn.
 */
#include "storm_message.h"
#include "ticker.h"

#define WORKERS 4u
#define SERVERS 6u
#define CLIENTS (2 * WORKERS) /* workers, and programs in the servers' spaces */
#define CALLERS (CLIENTS + SERVERS)
#define HOPS_MAX 3u
#define ANSWER_KEY 0x5A5A1234u

struct server {
	unsigned int index;
	struct test_thread *thread;
	uint64_t random;
	uint32_t seen[CALLERS]; /* calls by each */
	uint32_t made[SERVERS]; /* calls to each */
};

struct client {
	unsigned int index; /* among the callers */
	unsigned int calls;
	endpoint_t name;
	uint64_t random;
	uint32_t made[SERVERS];
};

static struct server servers[SERVERS];
static struct client clients[CLIENTS];

/* --- Calling ------------------------------------------------------------------------------------
 */

/* word 0: caller, hops; word 1: number of the call. */
static void call(unsigned int caller, struct server *to, uint32_t number, unsigned int hops,
		 uint64_t *random)
{
	struct message sent = {};

	message_fill(&sent, TYPE(1), caller | hops << 8, number, random);
	*message() = sent;
	CHECK_EQUAL(ipc_call(to->thread->endpoint), 0);
	CHECK(message_intact(message()));
	CHECK_EQUAL(message()->source, to->thread->endpoint);
	CHECK_EQUAL(message()->type, 0);
	for (unsigned int i = 0; i < MESSAGE_WORDS - 1; i++)
		CHECK_EQUAL(message()->word[i], sent.word[i] ^ ANSWER_KEY);
}

static endpoint_t caller_name(unsigned int caller)
{
	return caller < CLIENTS ? clients[caller].name : servers[caller - CLIENTS].thread->endpoint;
}

/* --- Servers ------------------------------------------------------------------------------------
 */

/* Make the answer in the message page. */
static void serve(struct server *server, const struct message *request)
{
	const unsigned int caller = request->word[0] & 0xFF, hops = request->word[0] >> 8;
	struct message answer = *request;

	CHECK(message_intact(request));
	CHECK_EQUAL(request->type, TYPE(1));
	if (caller < CALLERS && hops <= HOPS_MAX) {
		CHECK_EQUAL(request->source, caller_name(caller));
		CHECK_EQUAL(request->word[1], server->seen[caller] + 1);
		server->seen[caller]++;
	}
	/* Only onwards: calls never close a cycle. */
	if (hops > 0 && server->index + 1 < SERVERS) {
		const unsigned int next = server->index + 1 +
					  storm_below(&server->random, SERVERS - server->index - 1);

		server->made[next]++;
		call(CLIENTS + server->index, &servers[next], server->made[next], hops - 1,
		     &server->random);
	}
	if (storm_below(&server->random, 16) == 0)
		yield();
	answer.type = 0;
	for (unsigned int i = 0; i < MESSAGE_WORDS - 1; i++)
		answer.word[i] ^= ANSWER_KEY;
	answer.word[MESSAGE_WORDS - 1] = message_sum(&answer);
	*message() = answer;
}

static int server_run(void *argument)
{
	struct server *server = argument;
	endpoint_t caller = EP_NONE;
	struct ipc_received received;
	struct message request;

	for (;;) {
		if (caller != EP_NONE && storm_below(&server->random, 4) == 0) {
			CHECK_EQUAL(ipc_send(caller, IPC_NONBLOCK), 0);
			CHECK_EQUAL(ipc_receive(EP_ANY, NULL, 0, &received), 0);
		} else {
			CHECK_EQUAL(ipc_reply_receive(caller, EP_ANY, &received), 0);
		}
		request = *message();
		caller = request.source;
		CHECK_EQUAL(ipc_status_trap(received.status), TRAP_IPC_CALL);
		if (request.type == TYPE(0))
			break;
		serve(server, &request);
	}
	return answer(caller, 0, 0);
}

static void servers_start(void)
{
	for (unsigned int i = 0; i < SERVERS; i++) {
		const struct thread_plan plan = {
			.space = i % 3 == 0 ? NULL : space_make(),
			.role = &role_service,
			.function = server_run,
			.argument = &servers[i],
			/* Some stay where they are, some come to their callers. */
			.affinity = i & 1 ? 1ull << i % cpu_count() : 0,
		};

		servers[i] = (struct server){.index = i, .random = storm_seed(100 + i)};
		servers[i].thread = thread_make(&plan);
	}
}

/* --- Clients ------------------------------------------------------------------------------------
 */

static void client_call(struct client *client)
{
	const unsigned int to = storm_below(&client->random, SERVERS);

	client->made[to]++;
	call(client->index, &servers[to], client->made[to],
	     storm_below(&client->random, HOPS_MAX + 1), &client->random);
}

static int program_run(void *argument)
{
	struct client *client = argument;

	client->name = thread_self();
	for (unsigned int i = 0; i < client->calls; i++) {
		client_call(client);
		if (storm_below(&client->random, 32) == 0)
			yield();
	}
	return 0;
}

static struct client *client_make(unsigned int index, unsigned int calls)
{
	clients[index] =
		(struct client){.index = index, .calls = calls, .random = storm_seed(200 + index)};
	return &clients[index];
}

/* A client, and the maker of another one in some server's space. */
static int call_on(void *argument)
{
	struct storm_worker *worker = argument;
	struct client *client = client_make(worker->index, 0);
	const struct thread_plan plan = {
		.space = servers[worker->index + 1].thread->space,
		.role = &role_program,
		.function = program_run,
		.argument = client_make(WORKERS + worker->index, worker->operations),
	};
	struct test_thread *program = thread_make(&plan);

	client->name = thread_self();
	while (worker->done < worker->operations) {
		const uint32_t dice = storm_below(&worker->random, 64);

		client_call(client);
		if (dice == 0)
			thread_place(EP_SELF, PRIORITY_TEST,
				     storm_below(&worker->random, cpu_count()));
		else if (dice == 1)
			sleep_for(MILLISECOND / 20);
		else if (dice < 4)
			yield();
		worker->done++;
	}
	CHECK_EQUAL(thread_join(program), 0);
	return 0;
}

static void mesh_of_calls(void)
{
	struct storm_worker workers[STORM_WORKERS];
	struct ticker ticker;

	servers_start();
	ticker_start(&ticker);
	storm_start(workers, WORKERS, call_on, NULL);
	storm_finish(workers, WORKERS);
	ticker_stop(&ticker);
	for (unsigned int i = 0; i < SERVERS; i++) {
		for (unsigned int c = 0; c < CALLERS; c++)
			CHECK_EQUAL(servers[i].seen[c], c < CLIENTS ? clients[c].made[i]
								    : servers[c - CLIENTS].made[i]);
	}
	for (unsigned int i = 0; i < SERVERS; i++)
		echo_stop(servers[i].thread);
}

static const struct test_case cases[] = {
	STORM("a mesh of calls loses, doubles and tears none", mesh_of_calls, 5000, 23000),
};

const struct test_suite suite_storm_ipc = SUITE("storm_ipc", cases);
