/* Waits and requests. A thread waits for at most one page, so both tables have a place for each of
 * the kernel's thread slots: nothing is allocated, and what a killed thread left is found by the
 * next thread of its slot.
 *
 * Invariants: a request has a wait; its state says in which list it is. A closing file has no
 * region, and nobody waits for it once pager_work() has run.
 */
#include "pager.h"

#include "fault.h"
#include "memory.h"
#include "type.h"
#include <skerry/kernel_call.h>
#include <skerry/pager.h>
#include <string.h>
#include <sys.h>
#include <sys_call.h>
#include <sys_ipc.h>

#define SLOTS (1u << CONFIG_THREAD_SLOTS_LOG2)
#define ID_SHIFT 16
#define RETRY_TIME 10000000ull /* 10 ms: the queue is full of what others sent */

_Static_assert(SLOTS <= 1u << ID_SHIFT, "a request's number has room for its place");

struct waiting {
	struct page_wait wait;
	struct page_request *request; /* NULL: does not wait */
	struct waiting *next, *previous;
};

struct page_request {
	struct file *file; /* NULL: free */
	uint64_t offset;
	uint32_t id;
	bool sent;
	struct waiting *first;
	struct page_request *next; /* not sent yet: in the queue */
};

static struct waiting waits[SLOTS];
static struct page_request requests[SLOTS];
static unsigned int request_count;
static struct page_request *queue, **queue_end = &queue;
static struct file *closing; /* by next_closing */

/* --- Requests --------------------------------------------------------------------------------- */

static void enqueue(struct page_request *request)
{
	request->sent = false;
	request->next = NULL;
	*queue_end = request;
	queue_end = &request->next;
}

static void dequeue(struct page_request *request)
{
	struct page_request **link = &queue;

	while (*link != request)
		link = &(*link)->next;
	*link = request->next;
	if (*link == NULL)
		queue_end = link;
}

static struct page_request *request_find(const struct file *file, uint64_t offset)
{
	for (unsigned int i = 0; request_count > 0 && i < SLOTS; i++) {
		if (requests[i].file == file && requests[i].offset == offset)
			return &requests[i];
	}
	return NULL;
}

static struct page_request *request_make(struct file *file, uint64_t offset)
{
	unsigned int i = 0;

	while (requests[i].file != NULL)
		i++;
	assert(i < SLOTS);
	requests[i].file = file;
	requests[i].offset = offset;
	requests[i].id = ((requests[i].id >> ID_SHIFT) + 1) << ID_SHIFT | i;
	requests[i].first = NULL;
	request_count++;
	enqueue(&requests[i]);
	return &requests[i];
}

static void request_free(struct page_request *request)
{
	if (!request->sent)
		dequeue(request);
	request->file = NULL;
	request_count--;
}

/* --- Waits ------------------------------------------------------------------------------------ */

/* The file's page that the access is to; NULL: what is there is no file now. */
static struct file *file_at(const struct page_wait *wait, uint64_t *offset)
{
	struct vm_space *space = vm_space_find(wait->space);
	const vaddr_t address = (vaddr_t)wait->address & ~(vaddr_t)(ARCH_PAGE_SIZE - 1);
	const struct region *region =
		space != NULL ? region_find(&space->space.regions, address) : NULL;

	if (region == NULL || region->type != &type_file)
		return NULL;
	*offset = region->offset + (address - region->start);
	return region->object;
}

bool pager_wait(const struct page_wait *wait)
{
	struct waiting *waiting = &waits[endpoint_slot(wait->thread)];
	struct page_request *request;
	struct file *file;
	uint64_t offset;

	file = file_at(wait, &offset);
	if (file == NULL || file->pager_gone || file->pager == wait->thread ||
	    (file == wait->file && offset == wait->offset))
		return false;
	request = request_find(file, offset) ?: request_make(file, offset);
	waiting->wait = *wait;
	waiting->wait.file = file;
	waiting->wait.offset = offset;
	waiting->request = request;
	waiting->previous = NULL;
	waiting->next = request->first;
	if (request->first != NULL)
		request->first->previous = waiting;
	request->first = waiting;
	return true;
}

static void leave(struct waiting *waiting)
{
	struct page_request *request = waiting->request;

	if (waiting->next != NULL)
		waiting->next->previous = waiting->previous;
	if (waiting->previous != NULL)
		waiting->previous->next = waiting->next;
	else
		request->first = waiting->next;
	waiting->request = NULL;
	if (request->first == NULL)
		request_free(request);
}

void pager_drop(endpoint_t thread)
{
	struct waiting *waiting = &waits[endpoint_slot(thread)];

	if (waiting->request != NULL)
		leave(waiting);
}

/* Each of those who wait goes on, some to wait again for what they need next. */
static void answer(struct page_request *request, int result)
{
	struct waiting *waiting = request->first, *next;

	request_free(request);
	for (; waiting != NULL; waiting = next) {
		const struct page_wait wait = waiting->wait;

		next = waiting->next;
		waiting->request = NULL;
		fault_resume(&wait, result);
	}
}

static void answer_file(const struct file *file, int result)
{
	for (unsigned int i = 0; request_count > 0 && i < SLOTS; i++) {
		if (requests[i].file == file)
			answer(&requests[i], result);
	}
}

int pager_ready(space_t pager_space, uint32_t id, int result)
{
	struct page_request *request = &requests[id & (SLOTS - 1)];

	if (request->id != id || request->file == NULL || !request->sent ||
	    request->file->pager_space != pager_space)
		return -ESRCH;
	answer(request, result);
	return 0;
}

/* --- Ends ------------------------------------------------------------------------------------- */

void pager_close(struct file *file)
{
	slab_write(file);
	if (file->closing)
		return;
	file->closing = true;
	file->next_closing = closing;
	closing = file;
}

static void pager_lose(void *context, struct file *file)
{
	const space_t space = *(const space_t *)context;

	if (file->pager_space != space || file->pager_gone)
		return;
	{
		USE(file);
		file->pager_gone = true;
	}
	answer_file(file, -EIO);
}

void pager_space_ends(space_t space)
{
	for (unsigned int i = 0; request_count > 0 && i < SLOTS; i++) {
		const struct page_wait wait = waits[i].wait;

		if (waits[i].request == NULL || wait.space != space)
			continue;
		leave(&waits[i]);
		fault_resume(&wait, -EFAULT);
	}
	file_visit(pager_lose, &space);
}

static void file_swap(void *context, struct file *file)
{
	const space_t *spaces = context;
	USE(file);

	if (file->pager_space != spaces[0] && file->pager_space != spaces[1])
		return;
	file->pager_space = file->pager_space == spaces[0] ? spaces[1] : spaces[0];
	file->pager_gone = false;
	for (unsigned int i = 0; request_count > 0 && i < SLOTS; i++) {
		if (requests[i].file == file && requests[i].sent)
			enqueue(&requests[i]);
	}
}

void pager_swap(space_t first, space_t second)
{
	space_t spaces[] = {first, second};

	file_visit(file_swap, spaces);
}

/* --- Messages --------------------------------------------------------------------------------- */

/* -EAGAIN: later. A pager that is no more loses all its files. */
static int send(struct file *file, uint32_t type, const void *payload, size_t bytes)
{
	struct message *message = &message_page()->message;
	int error;

	memset(message, 0, sizeof(*message));
	message->type = type;
	memcpy(message->payload, payload, bytes);
	error = ipc_send_async(file->pager, 0);
	if (error != 0 && error != -EAGAIN) {
		space_t space = file->pager_space;

		file_visit(pager_lose, &space);
	}
	return error;
}

static bool queue_send(void)
{
	while (queue != NULL) {
		struct page_request *request = queue;
		const struct pager_read_req read = {
			.request = request->id,
			.token = request->file->token,
			.offset = request->offset,
			.bytes = ARCH_PAGE_SIZE,
		};
		const int error = send(request->file, PAGER_READ, &read, sizeof(read));

		if (error == -EAGAIN)
			return false;
		if (error != 0)
			continue; /* the pager is gone, and the request with it */
		dequeue(request);
		request->sent = true;
	}
	return true;
}

static void closing_next(void)
{
	struct file *file = closing;
	USE(file);

	closing = file->next_closing;
	file->closing = false;
}

static bool closing_send(void)
{
	while (closing != NULL) {
		struct file *file = closing;
		const struct pager_closed_req closed = {.token = file->token, .maps = file->maps};

		/* It may have been mapped again meanwhile. */
		if (file->regions == NULL && !file->pager_gone &&
		    send(file, PAGER_CLOSED, &closed, sizeof(closed)) == -EAGAIN)
			return false;
		closing_next();
		file_put(file);
	}
	return true;
}

bool pager_has_work(void)
{
	return queue != NULL || closing != NULL;
}

void pager_work(void)
{
	const struct sys_alarm_req again = {.time = RETRY_TIME};

	for (struct file *file = closing; file != NULL; file = file->next_closing) {
		if (file->regions == NULL)
			answer_file(file, 0); /* what they wait for is no file any more */
	}
	if (queue_send() && closing_send())
		return;
	if (sys_alarm(&again, NULL) != 0)
		panic("no alarm");
}
