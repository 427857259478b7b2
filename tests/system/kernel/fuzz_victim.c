/* What victims do: messages of every kind, a few calls, faults, exceptions, ends. They run in
 * cells, where this code and all globals are read-only; what a victim writes is on its own stack.
 * Any of it may be cut short, and go on elsewhere, at any instruction.
 */
#include "fuzz.h"

#include <arch/provoke.h>

static uint32_t roll(struct victim *v, uint32_t limit)
{
	v->random += v->random == 0; /* somebody may have cleared it */
	return (uint32_t)((uint64_t)random_next(&v->random) * limit >> 32);
}

static endpoint_t somebody(struct victim *v)
{
	const endpoint_t other = world.body[roll(v, BODIES)].endpoint;

	if (other == 0 || roll(v, 4) == 0)
		return world.worker[roll(v, WORKERS)].endpoint;
	return other;
}

/* --- Messages ----------------------------------------------------------------------------------
 */

static void caller_note(struct victim *v, int code, const struct ipc_received *received)
{
	if (code == 0 && ipc_status_trap(received->status) == TRAP_IPC_CALL)
		v->caller = message()->source;
}

static void victim_receives(struct victim *v)
{
	static const uint32_t kinds[] = {0, IPC_FILTER, IPC_NONBLOCK, IPC_NONBLOCK};
	const uint32_t flags = kinds[roll(v, 4)];
	const endpoint_t source = roll(v, 4) == 0 ? somebody(v) : EP_ANY;
	struct ipc_received received;

	if (flags == IPC_FILTER)
		message_page()->filter = (struct ipc_filter){
			.count = 1 + roll(v, 2),
			.element = {{EP_ANY, 0, TYPE(roll(v, 8)), roll(v, 2)},
				    {somebody(v), 0, ~0u, IPC_FILTER_ALLOW}},
		};
	caller_note(v, sys_trap2(TRAP_IPC_RECEIVE | flags, source, 0, &received), &received);
}

static void victim_answers(struct victim *v)
{
	const endpoint_t caller = v->caller;
	struct ipc_received received;

	v->caller = EP_NONE;
	message()->type = roll(v, 8);
	if (roll(v, 2) == 0)
		(void)ipc_send(caller, IPC_NONBLOCK);
	else
		caller_note(v, ipc_reply_receive(caller, EP_ANY, &received), &received);
}

static void victim_sends(struct victim *v)
{
	static const uint32_t traps[] = {
		TRAP_IPC_SEND,	 TRAP_IPC_SEND | IPC_NONBLOCK,
		TRAP_IPC_CALL,	 TRAP_IPC_CALL | IPC_NONBLOCK,
		TRAP_IPC_NOTIFY, TRAP_IPC_SEND_ASYNC | IPC_ASYNC_COMPLETION,
	};

	message()->type = TYPE(roll(v, 8));
	(void)sys_trap1(traps[roll(v, 6)], somebody(v));
}

/* --- Calls -------------------------------------------------------------------------------------
 */

static void victim_grants(struct victim *v)
{
	const struct sys_grant_table_req request = {(vaddr_t)v->grant, 2};
	struct sys_grant_table_reply reply;

	if (sys_grant_table(&request, &reply) != 0)
		return;
	for (unsigned int i = 0; i < 2; i++) {
		v->grant[i] = (struct grant_entry){
			.flags = GRANT_DIRECT | GRANT_READ | GRANT_WRITE,
			.generation = 1,
			.grantee = EP_ANY,
			.address = roll(v, 2) ? DATA_BASE + roll(v, DATA_BYTES)
					      : HOLE_BASE + roll(v, HOLE_BYTES),
			.bytes = roll(v, 0x2000),
		};
		v->grant_id[i] = GRANT_ID(i, reply.epoch, 1);
	}
}

/* Its own memory may be missing, and so may the other's. */
static void victim_copies(struct victim *v)
{
	const struct worker *worker = &world.worker[roll(v, WORKERS)];
	const unsigned int body = roll(v, BODIES);
	struct sys_safecopy_req request = {
		.granter = worker->endpoint,
		.grant = worker->grants.id[roll(v, GRANTS)],
		.address = roll(v, 2) ? HOLE_BASE + roll(v, HOLE_BYTES) : DATA_BASE,
		.bytes = roll(v, 64),
	};

	if (roll(v, 2) == 0) {
		request.granter = world.body[body].endpoint;
		request.grant = body_victim(body)->grant_id[roll(v, 2)];
	}
	if (roll(v, 2) == 0)
		(void)sys_safecopy_from(&request, NULL);
	else
		(void)sys_safecopy_to(&request, NULL);
}

static void victim_asks(struct victim *v)
{
	const struct sys_info_req request = {
		.what = INFO_MACHINE,
		.address = HOLE_BASE + roll(v, HOLE_BYTES),
		.size = 64,
	};

	(void)sys_info(&request, NULL);
}

static void victim_manages(void)
{
	struct sys_signal_get_reply reply;

	if (sys_signal_get(&(struct sys_empty_req){}, &reply) == 0 && reply.thread != EP_NONE)
		(void)sys_signal_end(&(struct sys_signal_end_req){reply.thread}, NULL);
}

static void victim_waits(struct victim *v)
{
	(void)sys_alarm(&(struct sys_alarm_req){.time = 1 + roll(v, MILLISECOND)}, NULL);
}

/* --- Faults, exceptions, ends ------------------------------------------------------------------
 */

static void victim_faults(struct victim *v)
{
	volatile uint8_t *byte = (uint8_t *)(HOLE_BASE + roll(v, HOLE_BYTES));

	if (roll(v, 2) == 0)
		(void)*byte;
	else
		*byte = 1;
}

/* Now and then long enough for a quantum to end. */
static void victim_spins(struct victim *v)
{
	const uint32_t limit = roll(v, 8) == 0 ? 1000000 : 50000;

	for (volatile uint32_t left = roll(v, limit); left > 0; left--)
		;
}

static void victim_breaks(struct victim *v)
{
	switch (roll(v, 5)) {
	case 3:
		arch_provoke_segments();
		break;
	case 0:
		arch_provoke_illegal();
		break;
	case 1:
		arch_provoke_divide();
		break;
	case 2:
		arch_provoke_breakpoint();
		break;
	default:
		if (arch_fpu_present())
			arch_fpu_fill(roll(v, 100));
	}
}

static void victim_step(struct victim *v)
{
	if (v->caller != EP_NONE && roll(v, 4) != 0) {
		victim_answers(v);
		return;
	}
	switch (roll(v, 32)) {
	case 0 ... 7:
		victim_receives(v);
		break;
	case 8 ... 15:
		victim_sends(v);
		break;
	case 16:
		victim_grants(v);
		break;
	case 17 ... 18:
		victim_copies(v);
		break;
	case 19:
		victim_asks(v);
		break;
	case 20:
		victim_manages();
		break;
	case 21:
		victim_waits(v);
		break;
	case 22:
		victim_faults(v);
		break;
	case 23:
		if (roll(v, 4) == 0)
			victim_breaks(v);
		break;
	case 24:
		if (roll(v, 2) == 0)
			(void)sys_exit(&(struct sys_exit_req){(int32_t)roll(v, 100)}, NULL);
		break;
	case 25 ... 26:
		victim_spins(v);
		break;
	default:
		yield();
	}
}

/* --- Beginnings --------------------------------------------------------------------------------
 */

static void victim_run(struct victim *v) __attribute__((noreturn));
static void victim_run(struct victim *v)
{
	for (;;)
		victim_step(v);
}

/* Entered with the stack of a new thread or of SYS_EXEC, and nothing else that is known. */
void victim_entry(void)
{
	const vaddr_t here = (vaddr_t)__builtin_frame_address(0) - BODY_BASE;
	const unsigned int body = (unsigned int)(here / BODY_BYTES);
	struct victim *v;

	if (body >= BODIES)
		__builtin_trap();
	v = body_victim(body);
	v->thread = (struct sys_thread){
		.page = (struct message_page *)body_message(body),
		.endpoint = world.body[body].endpoint,
		.stack_top = (vaddr_t)v,
	};
	if (sys_thread_attach(&v->thread) != 0)
		__builtin_trap();
	victim_run(v);
}

/* A signal handler: stay a while, so that SYS_SIGNAL_RETURN finds it; or go on from here. */
void victim_handler(uint32_t signal, vaddr_t frame)
{
	struct victim *v = (struct victim *)sys_thread_self();

	v->signal_frame = frame;
	for (uint32_t i = 0; i < signal; i++)
		yield();
	victim_run(v);
}
