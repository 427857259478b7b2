/* The table of calls: who is served, who waits, who is answered. */
#include "call.h"

#include "device.h"
#include "process.h"
#include <string.h>
#include <sys.h>
#include <sys_ipc.h>

#define EXTRA 64u /* requests of PM and VM, calls of threads that are gone */
#define CALLS ((1u << CONFIG_THREAD_SLOTS_LOG2) + EXTRA)

static struct call calls[CALLS];
static struct call *free_list;
static struct call *queued, **queued_end = &queued;
static struct wait_queue pollers;
static uint32_t changes;
static uint64_t soonest; /* no deadline is before it */
static unsigned int at_devices;

#define CALL(name, nr, request_type, reply_type, handler, right, what)                             \
	static struct answer run_##handler(struct call *call, void *to)                            \
	{                                                                                          \
		struct request_type request;                                                       \
		struct reply_type reply;                                                           \
		struct answer said;                                                                \
                                                                                                   \
		memcpy(&request, call->message.payload, sizeof(request));                          \
		memset(&reply, 0, sizeof(reply));                                                  \
		said = handler(call, &request, &reply);                                            \
		memcpy(to, &reply, sizeof(reply));                                                 \
		return said;                                                                       \
	}
#include <skerry/vfs.def>
#undef CALL

static struct answer (*const rows[])(struct call *call, void *reply) = {
#define CALL(name, nr, request, reply, handler, right, what) [nr] = run_##handler,
#include <skerry/vfs.def>
#undef CALL
};

/* --- Begin ------------------------------------------------------------------------------------ */

void calls_init(void)
{
	for (unsigned int i = 0; i < CALLS; i++) {
		calls[i].next = free_list;
		free_list = &calls[i];
	}
}

static void enqueue(struct call *call)
{
	call->phase = CALL_QUEUED;
	call->next = NULL;
	*queued_end = call;
	queued_end = &call->next;
}

struct call *call_make(endpoint_t caller, const struct message *message, uint32_t status,
		       void (*run)(struct call *call))
{
	struct call *call = free_list;

	if (call == NULL)
		return NULL;
	free_list = call->next;
	*call = (struct call){
		.caller = caller,
		.message = *message,
		.status = status,
		.run = run,
	};
	enqueue(call);
	return call;
}

static void call_free(struct call *call)
{
	if (call->process != NULL)
		process_call_ends(call->process);
	call->phase = CALL_FREE;
	call->next = free_list;
	free_list = call;
}

static void run_row(struct call *call)
{
	uint8_t reply[MESSAGE_PAYLOAD_SIZE] = {0};
	const struct answer said = rows[call->message.type & 0xFFFF](call, reply);

	if (said.later)
		return;
	if (!call->dropped && !call->unanswered)
		service_answer(call->caller, said.code, reply, sizeof(reply));
	call_free(call);
}

void call_accept(const struct message *message, const struct ipc_received *received)
{
	const uint32_t nr = message->type & 0xFFFF;
	const bool known = MESSAGE_PROTOCOL(message->type) == PROTOCOL_VFS &&
			   nr < sizeof(rows) / sizeof(rows[0]);
	const bool sent = ipc_status_trap(received->status) != TRAP_IPC_CALL;
	struct process *process = known ? process_of_caller(received->process) : NULL;
	struct call *call;

	call = process != NULL ? call_make(message->source, message, received->status, run_row)
			       : NULL;
	if (call == NULL) {
		const int error = !known ? -EBADCALL : process == NULL ? -ESRCH : -EAGAIN;

		if (!sent)
			service_answer(message->source, error, "", 0);
		return;
	}
	call->process = process;
	call->unanswered = sent;
	process_call_begins(process);
}

/* --- Run -------------------------------------------------------------------------------------- */

void call_run(struct call *call)
{
	void (*run)(struct call *) = call->run;

	if (call->dropped && call->process != NULL && call->tag == 0 && call->file == NULL) {
		call_free(call);
		return;
	}
	run(call);
	/* What VM and PM ask for never asks for an answer by itself. */
	if (call->phase == CALL_RUNNING && call->process == NULL)
		call_free(call);
}

/* What runs may queue what waited for it. */
void calls_serve(void)
{
	workers_run();
	while (queued != NULL && worker_idle() != NULL) {
		struct call *call = queued;

		queued = call->next;
		if (queued == NULL)
			queued_end = &queued;
		call->phase = CALL_RUNNING;
		worker_begin(worker_idle(), call);
		workers_run();
	}
}

/* --- Wait ------------------------------------------------------------------------------------- */

static void leave_queue(struct call *call)
{
	struct call **link;

	if (call->queue == NULL)
		return;
	for (link = &call->queue->first; *link != call; link = &(*link)->next)
		;
	*link = call->next;
	call->queue = NULL;
}

static struct answer wait_in(struct call *call, struct wait_queue *queue)
{
	struct call **link;

	if (call->interrupted != 0 && call->process != NULL)
		return answer(call->interrupted);
	call->phase = CALL_WAITING;
	call->queue = queue;
	call->next = NULL;
	for (link = &queue->first; *link != NULL; link = &(*link)->next)
		;
	*link = call;
	return answer_later();
}

struct answer call_wait(struct call *call, struct wait_queue *queue)
{
	call->watches = 0;
	call->deadline = 0;
	return wait_in(call, queue);
}

struct answer call_wait_until(struct call *call, uint64_t watches, uint64_t deadline)
{
	call->watches = watches;
	call->deadline = deadline == VFS_FOREVER ? 0 : deadline;
	if (call->deadline != 0 && (soonest == 0 || call->deadline < soonest))
		soonest = call->deadline;
	return wait_in(call, &pollers);
}

static uint64_t queue_bit(const struct wait_queue *queue)
{
	return 1ull << ((uint32_t)(uintptr_t)queue * 2654435761u >> 26);
}

void watch_queue(struct watch *watch, const struct wait_queue *queue)
{
	watch->bits |= queue_bit(queue);
	watch->changes += queue->changes;
}

uint32_t queue_changes(void)
{
	return changes;
}

void call_wake(struct call *call)
{
	if (call->phase != CALL_WAITING)
		return;
	at_devices -= call->queue == NULL;
	leave_queue(call);
	enqueue(call);
}

void queue_wake(struct wait_queue *queue)
{
	const uint64_t bit = queue_bit(queue);
	struct call *call, *next;

	queue->changes++;
	changes++;
	while (queue->first != NULL)
		call_wake(queue->first);
	for (call = pollers.first; call != NULL; call = next) {
		next = call->next;
		if (call->watches & bit)
			call_wake(call);
	}
}

void calls_time(uint64_t now)
{
	struct call *call = pollers.first, *next;

	soonest = 0;
	for (; call != NULL; call = next) {
		next = call->next;
		if (call->deadline != 0 && call->deadline <= now)
			call_wake(call);
		else if (call->deadline != 0 && (soonest == 0 || call->deadline < soonest))
			soonest = call->deadline;
	}
}

uint64_t calls_soonest(void)
{
	return soonest;
}

unsigned int calls_at_devices(void)
{
	return at_devices;
}

/* Also one that is interrupted: its driver answers. */
struct answer call_wait_device(struct call *call)
{
	call->phase = CALL_WAITING;
	call->queue = NULL;
	at_devices++;
	return answer_later();
}

/* --- Found by others -------------------------------------------------------------------------- */

struct call *call_of_thread(endpoint_t thread)
{
	for (unsigned int i = 0; i < CALLS; i++) {
		if (calls[i].phase != CALL_FREE && calls[i].process != NULL &&
		    calls[i].caller == thread)
			return &calls[i];
	}
	return NULL;
}

struct call *call_of_process(const struct process *process)
{
	for (unsigned int i = 0; i < CALLS; i++) {
		if (calls[i].phase != CALL_FREE && calls[i].process == process)
			return &calls[i];
	}
	return NULL;
}

struct call *call_by_tag(uint32_t tag)
{
	for (unsigned int i = 0; i < CALLS; i++) {
		if (calls[i].phase != CALL_FREE && calls[i].tag == tag)
			return &calls[i];
	}
	return NULL;
}

struct call *call_next(unsigned int *at)
{
	while (*at < CALLS) {
		struct call *call = &calls[(*at)++];

		if (call->phase != CALL_FREE)
			return call;
	}
	return NULL;
}

struct call *call_next_waiting(unsigned int *at)
{
	struct call *call;

	while ((call = call_next(at)) != NULL && call->tag == 0)
		;
	return call;
}

void call_interrupt(struct call *call, int error)
{
	call->interrupted = error;
	if (call->tag != 0)
		device_cancel(call);
	else
		call_wake(call);
}

void call_drop(struct call *call)
{
	call->dropped = true;
	call_interrupt(call, -EINTR);
}
