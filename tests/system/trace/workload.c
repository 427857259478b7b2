/* The workload's threads. Workers count rounds and end; servers wait for messages for ever. */
#include "workload.h"

#include "report.h"

#include "tests/system/kernel/granter.h"
#include "tests/system/kernel/helper.h"
#include <arch/layout.h>
#include <format.h>
#include <sys.h>

#define ROUNDS_LEAST 12u
#define ROUNDS_MOST 20000u
#define THREADS_MAX TEST_THREADS
#define FAULT_PAGES 8u
#define COPY_BYTES 65536u
#define CPUS_MOST 8u
#define PRIORITY_SERVER 5u
#define PRIORITY_WORKER 6u

enum place { PLACE_SERVERS, PLACE_WORKERS, PLACE_GRANTER, PLACE_COUNT };

/* A round is what a worker does over and over; `index` tells those of one kind apart. */
struct worker {
	struct test_thread *thread; /* for others: it may run before this is set */
	char name[16];
	void (*round)(const struct worker *self); /* NULL: a server */
	unsigned int index, rounds;
	unsigned int pause; /* microseconds between rounds */
};

static struct worker workers[THREADS_MAX];
static unsigned int worker_count;
static struct test_space *spaces[PLACE_COUNT];
static struct worker *store, *hearers[THREADS_MAX], *tellers[THREADS_MAX];
static unsigned int hearer_count;
static struct granter granter;
static grant_t grant;
static volatile bool over;

/* Stands for work in user mode; `amount` is a microsecond or a few. */
static void work(unsigned int amount)
{
	for (volatile unsigned int i = 0; i < amount * 200; i++)
		;
}

static void sleep_microseconds(unsigned int time)
{
	sleep_for(time * (MILLISECOND / 1000));
}

static void call(const struct worker *server)
{
	message()->type = TYPE(1);
	CHECK_EQUAL(ipc_call(server->thread->endpoint), 0);
}

/* --- Servers -----------------------------------------------------------------------------------
 */

static int serve(void *unused)
{
	struct ipc_received received;
	endpoint_t caller = EP_NONE;

	(void)unused;
	while (ipc_reply_receive(caller, EP_ANY, &received) == 0) {
		caller = message()->source;
		work(8);
	}
	return -1;
}

static int hear(void *unused)
{
	struct ipc_received received;

	(void)unused;
	while (ipc_receive(EP_ANY, NULL, 0, &received) == 0)
		work(10);
	return -1;
}

/* --- Rounds ------------------------------------------------------------------------------------
 */

static void client_round(const struct worker *self)
{
	for (unsigned int i = 0; i < 3; i++) {
		work(6 + self->index);
		call(store);
	}
}

static void ask_round(const struct worker *self)
{
	for (unsigned int i = 0; i < 4; i++) {
		call(tellers[self->index]);
		work(4);
	}
}

static void ring_round(const struct worker *self)
{
	const endpoint_t to = hearers[self->rounds % hearer_count]->thread->endpoint;

	CHECK_EQUAL(ipc_notify(to), 0);
	work(5);
}

static void alarm_round(const struct worker *self)
{
	(void)self;
	work(40);
}

static void nomad_round(const struct worker *self)
{
	work(15);
	thread_place(thread_self(), PRIORITY_WORKER, self->rounds % cpu_count());
	work(15);
}

static void copy_round(const struct worker *self)
{
	const struct sys_safecopy_req request = {
		.granter = granter.name,
		.grant = grant,
		.address = PRIVATE_BASE,
		.bytes = COPY_BYTES,
	};

	(void)self;
	CHECK_EQUAL(sys_safecopy_from(&request, NULL), 0);
	work(20);
}

/* --- Faults ------------------------------------------------------------------------------------
 */

#define FAULT_BASE (PRIVATE_BASE + 0x1000000)

static paddr_t fault_frame;

/* The pager's part; every page is the same frame. */
static enum fault_answer fault_satisfy(const struct fault_event *event)
{
	const vaddr_t page = event->fault.address & -ARCH_PAGE_SIZE;

	if (page - FAULT_BASE >= FAULT_PAGES * ARCH_PAGE_SIZE)
		return FAULT_FATAL;
	CHECK_EQUAL(page_table_map(&spaces[PLACE_WORKERS]->table, page, fault_frame, ARCH_PAGE_SIZE,
				   PAGE_USER | PAGE_WRITE),
		    0);
	return FAULT_CLEAR;
}

static void fault_round(const struct worker *self)
{
	volatile uint32_t *word = (volatile uint32_t *)FAULT_BASE;

	for (unsigned int i = 0; i < FAULT_PAGES; i++) {
		*word = self->rounds;
		word += ARCH_PAGE_SIZE / sizeof(*word);
		work(6);
	}
	space_unmap(spaces[PLACE_WORKERS], FAULT_BASE, FAULT_PAGES);
}

/* --- Start and end -----------------------------------------------------------------------------
 */

static int rounds_run(void *argument)
{
	struct worker *self = argument;

	while (self->rounds < ROUNDS_MOST && !(over && self->rounds >= ROUNDS_LEAST)) {
		self->round(self);
		self->rounds++;
		sleep_microseconds(self->pause + (self->rounds & 3) * 20);
	}
	return 0;
}

static struct worker *worker_add(const char *kind, unsigned int index)
{
	struct worker *worker = &workers[worker_count++];

	REQUIRE(worker_count <= THREADS_MAX);
	worker->index = index;
	format(worker->name, sizeof(worker->name), kind, index);
	return worker;
}

static struct worker *start(struct worker *worker, enum place place, u64 affinity,
			    int (*function)(void *))
{
	const struct thread_plan plan = {
		.space = spaces[place],
		.function = function,
		.argument = worker,
		.priority = place == PLACE_SERVERS ? PRIORITY_SERVER : PRIORITY_WORKER,
		.affinity = affinity,
	};

	worker->thread = thread_make(&plan);
	return worker;
}

static struct worker *server_start(const char *kind, unsigned int index, u64 affinity,
				   int (*function)(void *))
{
	return start(worker_add(kind, index), PLACE_SERVERS, affinity, function);
}

static void worker_start(const char *kind, unsigned int index, u64 affinity, unsigned int pause,
			 void (*round)(const struct worker *self))
{
	struct worker *worker = worker_add(kind, index);

	worker->round = round;
	worker->pause = pause;
	start(worker, PLACE_WORKERS, affinity, rounds_run);
}

static void memory_prepare(void)
{
	for (unsigned int i = 0; i < PLACE_COUNT; i++)
		spaces[i] = space_make();
	fault_frame = space_add(spaces[PLACE_WORKERS], PRIVATE_BASE, COPY_BYTES / ARCH_PAGE_SIZE,
				PAGE_WRITE);
	space_add(spaces[PLACE_GRANTER], PRIVATE_BASE, COPY_BYTES / ARCH_PAGE_SIZE, PAGE_WRITE);
	supervisor_hooks.fault = fault_satisfy;
}

static void servers_start(unsigned int cpus)
{
	store = server_start("store", 0, 0, serve);
	hearer_count = cpus;
	for (unsigned int i = 0; i < cpus; i++)
		hearers[i] = server_start("hear-%u", i, 1ull << i, hear);
	for (unsigned int i = 0; i < cpus; i += 2)
		tellers[i] = server_start("tell-%u", i, 1ull << (i + i / 2 % 2) % cpus, serve);
}

static void workers_start(unsigned int cpus)
{
	for (unsigned int i = 0; i < cpus; i++)
		worker_start("client-%u", i, 1ull << i, 150, client_round);
	for (unsigned int i = 0; i < cpus; i += 2)
		worker_start("ask-%u", i, 1ull << i, 250, ask_round);
	worker_start("fault", 0, 0, 400, fault_round);
	worker_start("ring", 0, 0, 120, ring_round);
	worker_start("alarm", 0, 0, 300, alarm_round);
	worker_start("nomad", 0, 0, 200, nomad_round);
	worker_start("copy", 0, 0, 600, copy_round);
}

static bool ended(void *argument)
{
	for (unsigned int i = 0; i < worker_count; i++) {
		if (workers[i].round != NULL && workers[i].thread->end == THREAD_RUNS)
			return false;
	}
	(void)argument;
	return true;
}

/* Runs in a thread of its own, as do all who use what the supervisor owns. */
static int conduct(void *argument)
{
	const nanoseconds_t *time = argument;
	const unsigned int cpus = cpu_count() < CPUS_MOST ? cpu_count() : CPUS_MOST;

	granter_start(&granter, spaces[PLACE_GRANTER], NULL);
	grant = granter_grant(&granter, 0,
			      (struct grant_entry){
				      .flags = GRANT_DIRECT | GRANT_READ,
				      .grantee = EP_ANY,
				      .address = PRIVATE_BASE,
				      .bytes = COPY_BYTES,
			      });
	servers_start(cpus);
	workers_start(cpus);
	report_forget();
	sleep_for(*time);
	over = true;
	return 0;
}

static bool has_ended(void *argument)
{
	return ((struct test_thread *)argument)->end != THREAD_RUNS;
}

static void end_check(const struct worker *worker, bool ends)
{
	const struct test_thread *thread = worker->thread;

	if (thread->end == (ends ? THREAD_EXITED : THREAD_RUNS))
		return;
	panic("%s after %u rounds: end %d, status %d, signals %#llx, fault at %#lx, address %#lx",
	      worker->name, worker->rounds, thread->end, thread->status, thread->signals,
	      (unsigned long)thread->fault_pc, (unsigned long)thread->fault_address);
}

void workload_run(nanoseconds_t time)
{
	struct worker *conductor = worker_add("conduct", 0);
	const struct thread_plan plan = {
		.function = conduct, .argument = &time, .priority = PRIORITY_SERVER};

	memory_prepare();
	conductor->thread = thread_make(&plan);
	supervisor_serve(has_ended, conductor->thread, "starting the workload");
	supervisor_serve(ended, NULL, "the workload");
	for (unsigned int i = 0; i < worker_count; i++)
		end_check(&workers[i], workers[i].round != NULL || &workers[i] == conductor);
}

endpoint_t workload_thread(unsigned int number, const char **name)
{
	if (number == worker_count) {
		*name = "grant";
		return granter.name;
	}
	if (number > worker_count)
		return EP_NONE;
	*name = workers[number].name;
	return workers[number].thread->endpoint;
}
