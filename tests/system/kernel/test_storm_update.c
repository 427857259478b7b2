/* Storms of updates: services' instances are swapped while clients call, notify and send to them.
 * A ledger counts every message: nothing is lost, nothing comes twice or out of order, and an
 * instance finds its registers and its private memory together wherever it is.
 */
#include "storm.h"

#include <arch/provoke.h>

#define HERE PRIVATE_BASE
#define SERVICES 2u
#define CLIENTS 4u
#define TYPE_CALL TYPE(1)
#define TYPE_ASYNC TYPE(2)
#define TYPE_END TYPE(3)

struct service {
	endpoint_t name;  /* clients use this one */
	endpoint_t other; /* at rest, until the next update */
};

static struct service services[SERVICES];

/* What clients did and services saw, by client and service. */
static struct entry {
	volatile u64 asyncs_sent, asyncs_seen;
	volatile u64 notices_begun, notices_seen; /* begun, when one was seen last */
	volatile u64 calls_seen;
} ledger[CLIENTS][SERVICES];

static volatile endpoint_t client_names[CLIENTS];
static volatile unsigned int clients_left;
static volatile unsigned int server_wrong;

/* quad: 0 number, 1 client, 2 service, 3 anything, 4 checksum */
static u64 checksum(const struct message *message)
{
	u64 sum = message->type;

	for (unsigned int i = 0; i < 4; i++)
		sum = (sum << 7 | sum >> 57) + message->quad[i];
	return sum;
}

static void fill(uint32_t type, u64 number, unsigned int client, unsigned int service, u64 anything)
{
	message_set(type, number);
	message()->quad[1] = client;
	message()->quad[2] = service;
	message()->quad[3] = anything;
	message()->quad[4] = checksum(message());
}

/* --- Instances ----------------------------------------------------------------------------------
 */

static void wrong_if(bool wrong)
{
	if (wrong)
		(void)__atomic_fetch_add(&server_wrong, 1, __ATOMIC_RELAXED);
}

/* A notification says no more than who sent it. */
static void notice_take(endpoint_t source, unsigned int service)
{
	for (unsigned int i = 0; i < CLIENTS; i++) {
		struct entry *entry = &ledger[i][service];

		if (client_names[i] == source)
			entry->notices_seen = entry->notices_begun;
	}
}

static void request_take(uint32_t status, unsigned int service)
{
	struct message *got = message();
	const bool call = got->type == TYPE_CALL;
	struct entry *entry = &ledger[got->quad[1] % CLIENTS][service];

	wrong_if(got->type != TYPE_CALL && got->type != TYPE_ASYNC);
	wrong_if(ipc_status_trap(status) != (call ? TRAP_IPC_CALL : TRAP_IPC_SEND_ASYNC));
	wrong_if(got->quad[4] != checksum(got) || got->quad[2] != service);
	wrong_if(got->quad[1] >= CLIENTS || client_names[got->quad[1] % CLIENTS] != got->source);
	if (call)
		wrong_if(got->quad[0] != ++entry->calls_seen);
	else
		wrong_if(got->quad[0] != ++entry->asyncs_seen);
}

/* The argument is the instance's number, which is in its private memory too. */
static int serve(void *argument)
{
	const uint32_t number = (uint32_t)(vaddr_t)argument, service = number / 2;
	const bool fpu = arch_fpu_present();
	struct ipc_received received;
	endpoint_t caller = EP_NONE;

	if (fpu)
		arch_fpu_fill(number);
	for (;;) {
		wrong_if(ipc_reply_receive(caller, EP_ANY, &received) != 0);
		wrong_if(*(volatile uint32_t *)HERE != number);
		wrong_if(fpu && arch_fpu_check(number) != 0);
		caller = EP_NONE;
		if (message()->type == TYPE_END)
			return 0;
		if (message()->type == MESSAGE_NOTIFY) {
			notice_take(message()->source, service);
			continue;
		}
		request_take(received.status, service);
		if (message()->type != TYPE_CALL)
			continue;
		caller = message()->source;
		message()->quad[3] += number;
		message()->quad[4] = checksum(message());
	}
}

static endpoint_t instance_start(uint32_t number)
{
	struct test_space *space = space_make();
	struct test_thread *thread;

	space_add(space, HERE, 1, PAGE_WRITE);
	*(uint32_t *)space_see(space, HERE) = number;
	thread = thread_start(space, serve, (void *)(vaddr_t)number);
	wait_rts(thread->endpoint, RTS_RECEIVE_ANY);
	return thread->endpoint;
}

/* --- Clients ------------------------------------------------------------------------------------
 */

static void client_call(struct storm_worker *worker, unsigned int client, unsigned int service,
			u64 number)
{
	const u64 anything = random_next(&worker->random);
	const struct message *got = message();

	fill(TYPE_CALL, number, client, service, anything);
	worker->wrong += ipc_call(services[service].name) != 0;
	worker->wrong += got->source != services[service].name;
	worker->wrong += got->quad[0] != number || got->quad[1] != client;
	worker->wrong += got->quad[4] != checksum(got);
	worker->wrong += (got->quad[3] - anything) / 2 != service;
}

/* Sent, or refused because too many wait: then it must not arrive. */
static void client_send(struct storm_worker *worker, unsigned int client, unsigned int service)
{
	struct entry *entry = &ledger[client][service];
	int error;

	fill(TYPE_ASYNC, entry->asyncs_sent + 1, client, service, random_next(&worker->random));
	error = ipc_send_async(services[service].name, 0);
	entry->asyncs_sent += error == 0;
	worker->wrong += error != 0 && error != -EAGAIN;
	if (error != 0)
		yield();
}

static void client_notify(struct storm_worker *worker, unsigned int client, unsigned int service)
{
	ledger[client][service].notices_begun++;
	worker->wrong += ipc_notify(services[service].name) != 0;
}

static int use_services(struct storm_worker *worker, unsigned int client)
{
	u64 calls[SERVICES] = {};

	client_names[client] = thread_self();
	for (; worker->done < worker->operations; worker->done++) {
		const unsigned int service = storm_below(&worker->random, SERVICES);
		const uint32_t what = storm_below(&worker->random, 8);

		if (what < 5)
			client_call(worker, client, service, ++calls[service]);
		else if (what < 7)
			client_send(worker, client, service);
		else
			client_notify(worker, client, service);
	}
	(void)__atomic_fetch_sub(&clients_left, 1, __ATOMIC_SEQ_CST);
	return 0;
}

/* --- Updates ------------------------------------------------------------------------------------
 */

static struct spinner busy;
static endpoint_t busy_name;
static volatile unsigned int updates_done[SERVICES];

static int update(endpoint_t old_name, endpoint_t new_name)
{
	return sys_update(&(struct sys_update_req){old_name, new_name, 0}, NULL);
}

/* A stop goes with its instance, the one that is at rest: afterwards nobody answers until it is
 * resumed under the name it has then. */
static int update_stopped(struct storm_worker *worker, const struct service *service)
{
	int error;

	worker->wrong += runctl(service->other, RUNCTL_STOP) != 0;
	error = update(service->name, service->other);
	if (storm_below(&worker->random, 2) == 0)
		yield();
	worker->wrong += runctl(error == 0 ? service->name : service->other, RUNCTL_RESUME) != 0;
	return error;
}

/* Running or queued, in the middle of a call, or ended: never at rest. */
static void update_busy(struct storm_worker *worker, const struct service *service)
{
	const endpoint_t client = client_names[storm_below(&worker->random, CLIENTS)];

	worker->wrong += update(busy_name, service->other) != -EBUSY;
	worker->wrong += update(service->other, busy_name) != -EBUSY;
	if (client != EP_NONE)
		worker->wrong += update(service->other, client) != -EBUSY;
	worker->wrong += update(service->name, thread_self()) != -EINVAL;
}

static int update_services(struct storm_worker *worker, unsigned int which)
{
	const struct service *service = &services[which];

	for (; worker->done < worker->operations || clients_left != 0; worker->done++) {
		const uint32_t what = storm_below(&worker->random, 16);
		int error = -EBUSY;

		if (what == 0)
			update_busy(worker, service);
		else if (what == 1)
			error = update_stopped(worker, service);
		else
			error = update(service->name, service->other);
		worker->wrong += error != 0 && error != -EBUSY;
		updates_done[which] += error == 0;
		if (what % 4 == 2)
			sleep_for((20 + storm_below(&worker->random, 100)) * 1000ull);
		else
			yield();
	}
	return 0;
}

static int update_or_use(void *argument)
{
	struct storm_worker *worker = argument;

	return worker->index < SERVICES ? update_services(worker, worker->index)
					: use_services(worker, worker->index - SERVICES);
}

/* --- The case -----------------------------------------------------------------------------------
 */

static bool all_seen(void)
{
	bool all = true;

	for (unsigned int i = 0; i < CLIENTS * SERVICES; i++) {
		const struct entry *entry = &ledger[i / SERVICES][i % SERVICES];

		all &= entry->asyncs_sent == entry->asyncs_seen;
		all &= entry->notices_begun == entry->notices_seen;
	}
	return all;
}

static void instance_end(endpoint_t name)
{
	message_set(TYPE_END, 0);
	CHECK_EQUAL(ipc_send(name, 0), 0);
	wait_rts(name, RTS_EXITED);
}

static void instances_are_swapped(void)
{
	struct storm_worker workers[STORM_WORKERS];
	struct test_thread *spinner;
	nanoseconds_t limit = 0;

	memset(ledger, 0, sizeof(ledger));
	server_wrong = 0;
	clients_left = CLIENTS;
	busy = (struct spinner){};
	for (unsigned int i = 0; i < CLIENTS; i++)
		client_names[i] = EP_NONE;
	for (unsigned int i = 0; i < SERVICES; i++) {
		updates_done[i] = 0;
		services[i] = (struct service){
			.name = instance_start(2 * i),
			.other = instance_start(2 * i + 1),
		};
	}
	spinner = thread_make(
		&(struct thread_plan){.function = spin, .argument = &busy, .quantum = MILLISECOND});
	busy_name = spinner->endpoint;
	storm_start(workers, SERVICES + CLIENTS, update_or_use, NULL);
	storm_finish(workers, SERVICES + CLIENTS);
	while (!all_seen() && wait_a_moment(&limit))
		;
	CHECK(all_seen());
	CHECK_EQUAL(server_wrong, 0);
	busy.stop = true;
	CHECK_EQUAL(thread_join(spinner), 0);
	for (unsigned int i = 0; i < SERVICES; i++) {
		CHECK(updates_done[i] > workers[i].operations / 16);
		instance_end(services[i].name);
		instance_end(services[i].other);
	}
}

static const struct test_case cases[] = {
	STORM("clients lose nothing while instances are swapped", instances_are_swapped, 12000,
	      17000),
};

const struct test_suite suite_storm_update = SUITE("storm_update", cases);
