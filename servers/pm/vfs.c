/* Requests to VFS: a queue, and a window of those that are under way. A tag is the place in the
 * window and a count, so that an answer that comes twice is nobody's.
 */
#include "vfs.h"

#include "call.h"
#include <skerry/services.h>
#include <string.h>
#include <sys.h>
#include <sys_grant.h>
#include <sys_ipc.h>

#define POOL (2 * PROCESSES) /* a thread has two at most: its call, and an interrupt */
#define GRANTS 256u

static struct {
	struct vfs_request *request;
	u32 tag;
} window[PM_VFS_WINDOW];

static struct vfs_request pool[POOL];
static struct {
	struct vfs_request request;
	void (*done)(struct process *process);
} ends[PROCESSES];
static struct vfs_request *free_list, *queue;
static struct grant_entry table[GRANTS];
static struct grants grants;
static u32 last_tag;
static bool is_there;

void vfs_init(void)
{
	const int error = grants_init(&grants, table, GRANTS);

	if (error != 0)
		panic("no grants: %d", error);
	for (unsigned int i = 0; i < POOL; i++) {
		pool[i].next = free_list;
		free_list = &pool[i];
	}
}

bool vfs_is_there(void)
{
	return is_there;
}

/* --- Requests --------------------------------------------------------------------------------- */

struct vfs_request *vfs_request_new(endpoint_t process, endpoint_t thread)
{
	struct vfs_request *request = free_list;

	if (request == NULL)
		return NULL;
	free_list = request->next;
	*request = (struct vfs_request){.process = process, .thread = thread};
	return request;
}

void vfs_request_drop(struct vfs_request *request)
{
	request->next = free_list;
	free_list = request;
}

static void request_end(struct vfs_request *request)
{
	if (!request->keep)
		vfs_request_drop(request);
}

static bool may_go(const struct vfs_request *request)
{
	if (request->type == PM_VFS_INTERRUPT)
		return true;
	for (unsigned int i = 0; i < PM_VFS_WINDOW; i++) {
		if (window[i].request != NULL && window[i].request->type != PM_VFS_INTERRUPT &&
		    window[i].request->process == request->process)
			return false;
	}
	return true;
}

/* Into a place of the window: false, when the kernel's queue is full. */
static bool transmit(struct vfs_request *request, unsigned int place)
{
	struct message *message = &message_page()->message;
	const u32 tag = ++last_tag * PM_VFS_WINDOW + place;

	memcpy(request->payload, &tag, sizeof(tag));
	message->type = request->type;
	memcpy(message->payload, request->payload, sizeof(request->payload));
	if (ipc_send_async(VFS_ENDPOINT, 0) != 0)
		return false;
	window[place].request = request;
	window[place].tag = tag;
	return true;
}

/* With a full queue in the kernel there are requests under way, so an answer will come. */
static void queue_run(void)
{
	struct vfs_request **link = &queue;

	for (unsigned int place = 0; place < PM_VFS_WINDOW; place++) {
		if (window[place].request != NULL)
			continue;
		while (*link != NULL && !may_go(*link))
			link = &(*link)->next;
		if (*link == NULL || !transmit(*link, place))
			return;
		*link = (*link)->next;
	}
}

void vfs_send(struct vfs_request *request, u32 type, const void *payload, size_t bytes,
	      void (*done)(struct vfs_request *request, const struct pm_vfs_reply *reply))
{
	struct vfs_request **link = &queue;

	request->type = type;
	request->done = done;
	request->next = NULL;
	memset(request->payload, 0, sizeof(request->payload));
	memcpy(request->payload, payload, bytes);
	while (*link != NULL)
		link = &(*link)->next;
	*link = request;
	queue_run();
}

static void answered(const struct message *message)
{
	struct pm_vfs_reply reply;
	struct vfs_request *request;
	unsigned int place;

	memcpy(&reply, message->payload, sizeof(reply));
	place = reply.tag % PM_VFS_WINDOW;
	request = window[place].request;
	if (request == NULL || window[place].tag != reply.tag ||
	    message->type != PM_VFS_ANSWER(request->type))
		return;
	window[place].request = NULL;
	request->done(request, (const struct pm_vfs_reply *)message->payload);
	request_end(request);
	queue_run();
}

/* --- What PM has to say ----------------------------------------------------------------------- */

static void nothing_more(struct vfs_request *request, const struct pm_vfs_reply *reply)
{
	(void)request, (void)reply;
}

static void introduced(struct vfs_request *request, const struct pm_vfs_reply *reply)
{
	const struct thread *thread = thread_by_endpoint(request->thread);

	(void)reply;
	if (thread != NULL)
		privilege_allow(thread->endpoint);
}

void vfs_introduce(const struct process *process, bool begins)
{
	const struct pm_vfs_fork_req request = {
		.process = process->thread,
		.parent = EP_NONE,
		.pid = process->pid,
		.group = process->group,
		.session = process->session,
	};
	struct vfs_request *fork =
		is_there ? vfs_request_new(process->thread, process->thread) : NULL;

	if (fork != NULL)
		vfs_send(fork, PM_VFS_FORK, &request, sizeof(request),
			 begins ? introduced : nothing_more);
	else if (begins)
		privilege_allow(process->thread);
}

/* A VFS that was restarted knows of nothing. */
static void window_drop(void)
{
	for (unsigned int place = 0; place < PM_VFS_WINDOW; place++) {
		struct vfs_request *request = window[place].request;
		const struct pm_vfs_exec_open_reply reply = {.tag = window[place].tag,
							     .result = -EIO};

		if (request == NULL)
			continue;
		window[place].request = NULL;
		request->done(request, (const struct pm_vfs_reply *)&reply);
		request_end(request);
	}
}

static void ready(void)
{
	struct process *process = NULL;

	is_there = true;
	window_drop();
	while ((process = process_next(process)) != NULL) {
		if (process->thread != EP_NONE)
			vfs_introduce(process, false);
	}
}

void vfs_message(const struct message *message)
{
	if (message->source != VFS_ENDPOINT)
		return;
	if (message->type == PM_VFS_READY)
		ready();
	else
		answered(message);
}

bool vfs_interrupt(struct thread *thread, int error,
		   void (*done)(struct vfs_request *request, const struct pm_vfs_reply *reply))
{
	const struct pm_vfs_interrupt_req request = {.thread = thread->endpoint, .error = error};
	struct vfs_request *interrupt =
		is_there ? vfs_request_new(thread->process->thread, thread->endpoint) : NULL;

	if (interrupt == NULL)
		return false;
	vfs_send(interrupt, PM_VFS_INTERRUPT, &request, sizeof(request), done);
	return true;
}

static void exit_done(struct vfs_request *request, const struct pm_vfs_reply *reply)
{
	struct process *process = request->context;

	(void)reply;
	ends[process_index(process)].done(process);
}

void vfs_exit(struct process *process, endpoint_t name, void (*done)(struct process *process))
{
	const struct pm_vfs_process_req message = {.process = name};
	struct vfs_request *request = &ends[process_index(process)].request;

	*request = (struct vfs_request){.process = name, .context = process, .keep = true};
	ends[process_index(process)].done = done;
	vfs_send(request, PM_VFS_EXIT, &message, sizeof(message), exit_done);
}

static void told(struct vfs_request *request, const struct pm_vfs_reply *reply)
{
	struct thread *thread = thread_by_endpoint(request->thread);

	(void)reply;
	if (request->grant != GRANT_INVALID)
		vfs_grant_end(request->grant);
	if (thread != NULL)
		thread_answer(thread, 0, request->reply, sizeof(request->reply));
}

int vfs_tell_begin(const struct thread *thread, endpoint_t process, struct vfs_request **request)
{
	*request = is_there ? vfs_request_new(process, thread->endpoint) : NULL;
	return is_there && *request == NULL ? -EAGAIN : 0;
}

struct answer vfs_tell(struct vfs_request *request, u32 type, const void *payload, size_t bytes,
		       const void *reply, size_t reply_bytes)
{
	if (request == NULL)
		return answer(0);
	memcpy(request->reply, reply, reply_bytes);
	thread_by_endpoint(request->thread)->sleep = SLEEP_VFS;
	vfs_send(request, type, payload, bytes, told);
	return answer_later();
}

/* --- Grants ----------------------------------------------------------------------------------- */

grant_t vfs_grant(void *memory, size_t bytes)
{
	const struct grant_entry entry = {
		.flags = GRANT_DIRECT | GRANT_READ | GRANT_WRITE,
		.grantee = VFS_ENDPOINT,
		.address = (uintptr_t)memory,
		.bytes = bytes,
	};

	return grant_make(&grants, &entry);
}

void vfs_grant_end(grant_t grant)
{
	(void)grant_revoke(&grants, grant);
}

void vfs_grant_over(struct vfs_request *request, const struct pm_vfs_reply *reply)
{
	(void)reply;
	if (request->grant != GRANT_INVALID)
		vfs_grant_end(request->grant);
}
