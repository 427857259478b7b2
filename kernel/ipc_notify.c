/* Notifications: one bit a sender in the receiver's privilege; the payload is made at delivery. The
 * kernel's own names have bits of their own.
 */
#include "kernel/ipc_internal.h"

static const struct {
	uint32_t bit;
	endpoint_t name;
} kernel_names[] = {
	{KERNEL_NOTIFY_HARDWARE, EP_HARDWARE},
	{KERNEL_NOTIFY_CLOCK, EP_CLOCK},
	{KERNEL_NOTIFY_SYSTEM, EP_SYSTEM},
	{KERNEL_NOTIFY_ASYNC, EP_ASYNC},
};

static void deliver(struct thread *to, endpoint_t source, endpoint_t process) REQUIRES(bkl)
{
	struct message *m = to->message;
	struct notify_message *n = (struct notify_message *)m->payload;
	uint32_t status = TRAP_IPC_NOTIFY;

	message_clear(m, source, MESSAGE_NOTIFY);
	if (source == EP_HARDWARE) {
		n->interrupts = to->priv->interrupts_pending;
		to->priv->interrupts_pending = 0;
	} else if (source == EP_ASYNC) {
		n->delivered = to->async_delivered;
		n->dropped = to->async_dropped;
		to->async_delivered = to->async_dropped = 0;
	}
	if (process == EP_NONE)
		status |= IPC_STATUS_KERNEL;
	ipc_received(to, status, process);
}

static void inbox_update(struct thread *to) REQUIRES(bkl)
{
	uint32_t any = to->priv->kernel_pending;
	unsigned int i;

	for (i = 0; i < PRIV_WORDS; i++)
		any |= to->priv->notify_pending[i];
	if (any)
		to->inbox |= INBOX_NOTIFY;
	else
		to->inbox &= ~INBOX_NOTIFY;
}

void ipc_notify_kernel(struct thread *to, uint32_t from)
{
	unsigned int i;

	if (to->rts & RTS_EXITED)
		return;
	for (i = 0; kernel_names[i].bit != from; i++)
		;
	if (ipc_accepts(to, kernel_names[i].name, MESSAGE_NOTIFY)) {
		deliver(to, kernel_names[i].name, EP_NONE);
		return;
	}
	to->priv->kernel_pending |= from;
	to->inbox |= INBOX_NOTIFY;
}

int ipc_notify(struct thread *caller, endpoint_t destination)
{
	struct thread *to;
	int code = ipc_target(caller, destination, &to);

	if (code)
		return code;
	if (!(caller->priv->flags & to->priv->flags & PRIV_SYSTEM))
		return -ENOTALLOWED;
	caller->ipc_count++;
	if (ipc_accepts(to, caller->endpoint, MESSAGE_NOTIFY)) {
		deliver(to, caller->endpoint, caller->process);
		return 0;
	}
	to->priv->notify_pending[caller->priv->id >> 5] |= 1u << (caller->priv->id & 31);
	to->inbox |= INBOX_NOTIFY;
	return 0;
}

bool ipc_notify_take(struct thread *to, endpoint_t from, const struct ipc_filter *filter)
{
	struct priv *priv = to->priv;
	unsigned int i, bit;

	for (i = 0; i < array_size(kernel_names); i++)
		if ((priv->kernel_pending & kernel_names[i].bit) &&
		    ipc_wants(from, filter, kernel_names[i].name, MESSAGE_NOTIFY)) {
			priv->kernel_pending &= ~kernel_names[i].bit;
			inbox_update(to);
			deliver(to, kernel_names[i].name, EP_NONE);
			return true;
		}
	for (i = 0; i < PRIV_WORDS; i++) {
		uint32_t word = priv->notify_pending[i];

		while (word) {
			struct thread *source;

			bit = (unsigned int)__builtin_ctz(word);
			word &= word - 1;
			source = priv_get(i * 32 + bit)->owner;
			if (!source || !ipc_wants(from, filter, source->endpoint, MESSAGE_NOTIFY))
				continue;
			priv->notify_pending[i] &= ~(1u << bit);
			inbox_update(to);
			deliver(to, source->endpoint, source->process);
			return true;
		}
	}
	return false;
}

void ipc_notify_forget(uint32_t privilege)
{
	unsigned int i;

	for (i = 0; i < PRIV_MAX; i++) {
		struct priv *priv = priv_get(i);

		priv->notify_pending[privilege >> 5] &= ~(1u << (privilege & 31));
		if (priv->owner)
			inbox_update(priv->owner);
	}
}
