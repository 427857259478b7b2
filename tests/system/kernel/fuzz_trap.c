/* The fuzzer's IPC: messages among workers, victims and partners, and trap words that are none.
 * Workers wait only where somebody answers, or rarely: then the conductor pulls them back.
 */
#include "fuzz.h"

/* A partner answers the call of this type and waits for its caller alone. */
#define TYPE_WAIT_FOR_ME TYPE(9)

static bool waits(struct choice *c)
{
	return one_in(c, 64);
}

static endpoint_t target(struct choice *c)
{
	switch (below(c, 16)) {
	case 0:
		return c->worker->endpoint;
	case 1:
		return world.worker[below(c, WORKERS)].endpoint;
	case 2: /* only who is not allowed to */
		if (!(c->worker->role.flags & PRIV_ALL_MEMORY))
			return supervisor_endpoint();
		return victim(c);
	case 3:
		return EP_ANY;
	default:
		return partner_or_victim(c);
	}
}

static void message_fill(struct choice *c)
{
	message()->type = TYPE(below(c, 8));
	message()->word[below(c, MESSAGE_PAYLOAD_SIZE / 4)] = any32(c);
}

/* --- Answers -----------------------------------------------------------------------------------
 */

static void caller_answer(struct choice *c)
{
	const endpoint_t caller = c->worker->caller;
	struct ipc_received received;

	c->worker->caller = EP_NONE;
	message_fill(c);
	(void)trap_make(c, TRAP_IPC_SEND | IPC_NONBLOCK, caller, 0, &received);
}

/* Other workers cannot be taken away, so they are answered at once. */
static void received_take(struct choice *c, int code, const struct ipc_received *received)
{
	if (code != 0 || ipc_status_trap(received->status) != TRAP_IPC_CALL)
		return;
	if (c->worker->caller != EP_NONE)
		caller_answer(c);
	c->worker->caller = message()->source;
	if (is_protected(c->worker->caller) || one_in(c, 2))
		caller_answer(c);
}

/* --- Primitives --------------------------------------------------------------------------------
 */

static void call(struct choice *c)
{
	const bool partner = !one_in(c, 4);
	const endpoint_t to = partner ? world.partner[below(c, PARTNERS)]->endpoint : target(c);
	struct ipc_received received;

	message_fill(c);
	(void)trap_make(c, TRAP_IPC_CALL | (partner || one_in(c, 16) ? 0 : IPC_NONBLOCK), to, 0,
			&received);
}

static void send(struct choice *c)
{
	const uint32_t flags = waits(c) || waits(c) ? 0 : IPC_NONBLOCK;
	/* What blocks for ever is refused: to itself. */
	const endpoint_t waited = one_in(c, 2) ? c->worker->endpoint : victim(c);
	const endpoint_t to = flags == 0 ? waited : target(c);
	struct ipc_received received;

	message_fill(c);
	(void)trap_make(c, (one_in(c, 4) ? TRAP_IPC_CALL : TRAP_IPC_SEND) | flags, to, 0,
			&received);
}

static uint32_t filter_fill(struct choice *c)
{
	struct ipc_filter *filter = &message_page()->filter;

	if (!one_in(c, 4))
		return 0;
	filter->count = bad(c) ? any32(c) : 1 + below(c, IPC_FILTER_ELEMENTS);
	for (unsigned int i = 0; i < IPC_FILTER_ELEMENTS; i++)
		filter->element[i] = (struct ipc_filter_element){
			.source = one_in(c, 2) ? EP_ANY : target(c),
			.type_low = TYPE(below(c, 8)),
			.type_high = TYPE(below(c, 8)),
			.action = bad(c) ? any32(c) : below(c, 2),
		};
	return IPC_FILTER;
}

static endpoint_t source(struct choice *c)
{
	static const endpoint_t names[] = {EP_CLOCK, EP_SYSTEM, EP_HARDWARE, EP_ASYNC};

	switch (below(c, 8)) {
	case 0:
		return target(c);
	case 1:
		return names[below(c, 4)];
	default:
		return EP_ANY;
	}
}

static void receives(struct choice *c)
{
	const uint32_t flags = (waits(c) ? 0 : IPC_NONBLOCK) | filter_fill(c);
	const endpoint_t from = source(c);
	struct ipc_received received;

	received_take(c, trap_make(c, TRAP_IPC_RECEIVE | flags, from, 0, &received), &received);
}

static void reply_receives(struct choice *c)
{
	const uint32_t flags = (waits(c) ? 0 : IPC_NONBLOCK) | filter_fill(c);
	const endpoint_t to =
		c->worker->caller != EP_NONE && !one_in(c, 4) ? c->worker->caller : target(c);
	const endpoint_t from = source(c);
	struct ipc_received received;
	int code;

	message_fill(c);
	code = trap_make(c, TRAP_IPC_REPLY_RECEIVE | flags, to, from, &received);
	if (to == c->worker->caller && code != -ENOTALLOWED)
		c->worker->caller = EP_NONE;
	received_take(c, code, &received);
}

static void notify(struct choice *c)
{
	struct ipc_received received;

	(void)trap_make(c, TRAP_IPC_NOTIFY, target(c), 0, &received);
}

static void send_async(struct choice *c)
{
	const endpoint_t to = target(c);
	const unsigned int times = one_in(c, 8) ? 20 : 1; /* more than a sender may have queued */
	struct ipc_received received;

	message_fill(c);
	for (unsigned int i = 0; i < times; i++)
		(void)trap_make(c, TRAP_IPC_SEND_ASYNC | (one_in(c, 2) ? IPC_ASYNC_COMPLETION : 0),
				to, 0, &received);
}

/* To wait for whom waits for us. The partner answers and waits in one trap, so it does when its
 * answer is here; the message at the end frees it. */
static void locked_receive(struct choice *c)
{
	const endpoint_t partner = world.partner[below(c, PARTNERS)]->endpoint;
	struct ipc_received received;

	if (!(c->worker->role.traps >> TRAP_IPC_SEND & 1))
		return;
	message()->type = TYPE_WAIT_FOR_ME;
	if (trap_make(c, TRAP_IPC_CALL, partner, 0, &received) != 0)
		return;
	if (one_in(c, 2))
		(void)trap_make(c, TRAP_IPC_RECEIVE, partner, 0, &received);
	else
		(void)trap_make(c, TRAP_IPC_REPLY_RECEIVE, EP_NONE, partner, &received);
	message()->type = TYPE(0);
	(void)trap_make(c, TRAP_IPC_SEND, partner, 0, &received);
}

static void no_trap(struct choice *c)
{
	uint32_t word = below(c, TRAP_COUNT);
	struct ipc_received received;

	switch (below(c, 3)) {
	case 0:
		(void)trap_make(c, TRAP_KERNEL_CALL, SYS_CALL_COUNT + any32(c) / 2, 0, &received);
		return;
	case 1:
		word = TRAP_COUNT + any32(c) % (0x100 - TRAP_COUNT);
		break;
	default:
		word |= 0x800u << below(c, 21);
	}
	(void)trap_make(c, word, target(c), EP_ANY, &received);
}

void trap_step(struct choice *c)
{
	switch (below(c, 32)) {
	case 0 ... 6:
		call(c);
		break;
	case 7 ... 12:
		send(c);
		break;
	case 13 ... 18:
		receives(c);
		break;
	case 19 ... 22:
		reply_receives(c);
		break;
	case 23 ... 25:
		notify(c);
		break;
	case 26 ... 28:
		send_async(c);
		break;
	case 29:
		if (one_in(c, 8))
			locked_receive(c);
		break;
	default:
		no_trap(c);
	}
}

/* --- Partners ----------------------------------------------------------------------------------
 */

int partner_run(void *unused)
{
	struct ipc_received received;
	endpoint_t caller = EP_NONE, from = EP_ANY;

	(void)unused;
	for (;;) {
		const int code = ipc_reply_receive(caller, from, &received);

		caller = EP_NONE;
		from = EP_ANY;
		if (code != 0 || ipc_status_trap(received.status) != TRAP_IPC_CALL)
			continue;
		caller = message()->source;
		if (caller == world.conductor)
			return answer(caller, 0, 0);
		if (message()->type == TYPE_WAIT_FOR_ME)
			from = caller;
	}
}
