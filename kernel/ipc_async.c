/* Asynchronous sends: a pool of messages in the kernel, a queue at each receiver, a bound for each
 * sender. A sender that asks for it (IPC_ASYNC_COMPLETION) hears by a notification from EP_ASYNC
 * that messages were delivered or dropped; what is dropped is counted in any case.
 */
#include "kernel/ipc_internal.h"

#include "kernel/panic.h"

struct async_message {
	struct message message;
	struct async_message *next;
	endpoint_t sender;
	endpoint_t process;
	bool completion;
};

static struct async_message pool[CONFIG_ASYNC_SLOTS];
static struct async_message *free_list;
static unsigned int pool_fresh; /* slots never used yet */
static unsigned int used_count;
uint64_t ipc_async_dropped;

unsigned int ipc_async_used(void)
{
	return used_count;
}

static struct async_message *allocate(void) REQUIRES(bkl)
{
	struct async_message *a = free_list;

	if (a)
		free_list = a->next;
	else if (pool_fresh < CONFIG_ASYNC_SLOTS)
		a = &pool[pool_fresh++];
	if (a)
		used_count++;
	return a;
}

/* The message left the pool; its sender may send another, and hears of it if it asked. */
static void release(struct async_message *a, bool delivered) REQUIRES(bkl)
{
	struct thread *sender = thread_find(a->sender);

	if (sender) {
		sender->async_sent--;
		if (a->completion) {
			if (delivered)
				sender->async_delivered++;
			else
				sender->async_dropped++;
			ipc_notify_kernel(sender, KERNEL_NOTIFY_ASYNC);
		}
	}
	if (!delivered)
		ipc_async_dropped++;
	a->next = free_list;
	free_list = a;
	used_count--;
}

int ipc_async_send(struct thread *caller, endpoint_t destination, uint32_t flags)
{
	uint32_t type = *(const volatile uint32_t *)&caller->message->type;
	struct async_message *a;
	struct thread *to;
	int code = ipc_target(caller, destination, &to);

	if (code)
		return code;
	if (!(caller->priv->flags & PRIV_SYSTEM))
		return -ENOTALLOWED;
	if (to == caller)
		return -EINVAL;
	if (ipc_accepts(to, caller->endpoint, type)) {
		message_copy(to->message, caller->message, caller->endpoint);
		to->message->type = type;
		caller->ipc_count++;
		ipc_received(to, TRAP_IPC_SEND_ASYNC, caller->process);
		if (flags & IPC_ASYNC_COMPLETION) {
			caller->async_delivered++;
			ipc_notify_kernel(caller, KERNEL_NOTIFY_ASYNC);
		}
		return 0;
	}
	if (caller->async_sent >= CONFIG_ASYNC_PER_SENDER || !(a = allocate()))
		return -EAGAIN;
	message_copy(&a->message, caller->message, caller->endpoint);
	a->next = NULL;
	a->sender = caller->endpoint;
	a->process = caller->process;
	a->completion = (flags & IPC_ASYNC_COMPLETION) != 0;
	if (to->async_tail)
		to->async_tail->next = a;
	else
		to->async_head = a;
	to->async_tail = a;
	to->inbox |= INBOX_ASYNC;
	caller->async_sent++;
	caller->ipc_count++;
	return 0;
}

static void unlink_after(struct thread *to, struct async_message *previous, struct async_message *a)
	REQUIRES(bkl)
{
	if (previous)
		previous->next = a->next;
	else
		to->async_head = a->next;
	if (to->async_tail == a)
		to->async_tail = previous;
	if (!to->async_head)
		to->inbox &= ~INBOX_ASYNC;
}

bool ipc_async_take(struct thread *to, endpoint_t from, const struct ipc_filter *filter)
{
	struct async_message *a, *previous = NULL;

	for (a = to->async_head; a; previous = a, a = a->next) {
		endpoint_t process = a->process;

		if (!ipc_wants(from, filter, a->message.source, a->message.type))
			continue;
		unlink_after(to, previous, a);
		message_copy(to->message, &a->message, a->message.source);
		release(a, true);
		ipc_received(to, TRAP_IPC_SEND_ASYNC, process);
		return true;
	}
	return false;
}

void ipc_async_forget(struct thread *t)
{
	struct async_message *a;

	while ((a = t->async_head)) {
		unlink_after(t, NULL, a);
		release(a, false);
	}
}
