/* The workers, their stacks, and who is next. */
#include "worker.h"

#include "call.h"
#include <sys.h>
#include <sys_thread.h>

#define STACK_BYTES 8192u
#define STACK_MARK 0x57ACC0DEu
#define TAG_SHIFT 8

static struct worker workers[WORKERS];
static uint8_t stacks[WORKERS][STACK_BYTES] __attribute__((aligned(16)));
static struct worker *idle, *running, *yielded;
static struct worker *ready, **ready_end = &ready;
static uintptr_t main_stack;
static uintptr_t main_stack_top;

static uint32_t *stack_end(const struct worker *worker)
{
	return (uint32_t *)stacks[worker - workers];
}

static void leave(void)
{
	struct worker *self = running;

	arch_stack_switch(&self->stack_pointer, main_stack);
}

static void worker_main(void)
{
	for (;;) {
		struct worker *self = running;

		call_run(self->call);
		self->call = NULL;
		self->next = idle;
		idle = self;
		leave();
	}
}

void workers_init(void)
{
	main_stack_top = sys_thread_self()->stack_top;
	for (unsigned int i = 0; i < WORKERS; i++) {
		struct worker *worker = &workers[i];

		worker->stack_top = (uintptr_t)stacks[i] + STACK_BYTES;
		worker->stack_pointer = arch_stack_prepare(worker->stack_top, worker_main);
		worker->asked = EP_NONE;
		worker->tag = i;
		*stack_end(worker) = STACK_MARK;
		worker->next = idle;
		idle = worker;
	}
}

struct worker *worker_self(void)
{
	assert(running != NULL);
	return running;
}

bool worker_runs(void)
{
	return running != NULL;
}

void worker_wait(void)
{
	leave();
}

void worker_wake(struct worker *worker)
{
	worker->next = NULL;
	*ready_end = worker;
	ready_end = &worker->next;
}

void worker_yield(void)
{
	struct worker *self = worker_self();

	self->next = yielded;
	yielded = self;
	leave();
}

void workers_again(void)
{
	while (yielded != NULL) {
		struct worker *worker = yielded;

		yielded = worker->next;
		worker_wake(worker);
	}
}

struct worker *worker_idle(void)
{
	return idle;
}

void worker_begin(struct worker *worker, struct call *call)
{
	assert(worker == idle);
	idle = worker->next;
	worker->call = call;
	worker_wake(worker);
}

void workers_run(void)
{
	while (ready != NULL) {
		struct worker *worker = ready;

		ready = worker->next;
		if (ready == NULL)
			ready_end = &ready;
		running = worker;
		sys_thread_self()->stack_top = worker->stack_top;
		arch_stack_switch(&main_stack, worker->stack_pointer);
		sys_thread_self()->stack_top = main_stack_top;
		running = NULL;
		assert(*stack_end(worker) == STACK_MARK);
	}
}

struct worker *worker_by_tag(uint32_t tag)
{
	struct worker *worker = &workers[tag % (1u << TAG_SHIFT) % WORKERS];

	return worker->asked != EP_NONE && worker->tag == tag ? worker : NULL;
}

void workers_lose(endpoint_t service, int error)
{
	for (unsigned int i = 0; i < WORKERS; i++) {
		if (workers[i].asked != service)
			continue;
		workers[i].asked = EP_NONE;
		workers[i].error = error;
		worker_wake(&workers[i]);
	}
}

bool worker_asks(unsigned int *at, endpoint_t *service)
{
	for (; *at < WORKERS; ++*at) {
		if (workers[*at].asked != EP_NONE) {
			*service = workers[(*at)++].asked;
			return true;
		}
	}
	return false;
}
