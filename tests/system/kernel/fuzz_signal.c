/* The fuzzer's rows on signals, and on messages that are pulled back. */
#include "fuzz.h"

static void thread_kill(struct choice *c)
{
	const struct sys_kill_req request = {
		.thread = victim(c),
		.signal = bad(c) ? (one_in(c, 2) ? 0 : SIGNAL_EXITED + below(c, 3))
				 : 1 + below(c, SIGNAL_EXITED - 1),
	};

	(void)MAKE(c, SYS_KILL, &request);
}

static void signal_get(struct choice *c)
{
	struct sys_signal_get_reply reply;

	if (MAKE2(c, SYS_SIGNAL_GET, &((struct sys_empty_req){}), &reply) != 0 ||
	    reply.thread == EP_NONE)
		return;
	c->worker->taken = reply.thread;
	if (reply.signals >> SIGNAL_EXITED & 1)
		(void)cover_note(SYS_EXIT, 0);
	if (one_in(c, 2))
		(void)MAKE(c, SYS_SIGNAL_END, &((struct sys_signal_end_req){reply.thread}));
}

static endpoint_t taken_or_victim(struct choice *c)
{
	return c->worker->taken != 0 && !one_in(c, 4) ? c->worker->taken : victim_or_me(c);
}

static void make_signal_end(struct choice *c)
{
	const struct sys_signal_end_req request = {taken_or_victim(c)};

	(void)MAKE(c, SYS_SIGNAL_END, &request);
}

static void return_from(struct choice *c, endpoint_t thread)
{
	const unsigned int body = body_of(thread);
	const struct sys_signal_return_req request = {
		.thread = thread,
		.frame = body == BODIES || bad(c) ? address(c) : body_victim(body)->signal_frame,
	};

	(void)MAKE(c, SYS_SIGNAL_RETURN, &request);
}

static void signal_return(struct choice *c)
{
	return_from(c, victim_or_me(c));
}

static void stop(struct choice *c, endpoint_t thread)
{
	(void)MAKE(c, SYS_RUNCTL, &((struct sys_runctl_req){thread, RUNCTL_STOP}));
}

static void resume(struct choice *c, endpoint_t thread)
{
	(void)MAKE(c, SYS_RUNCTL, &((struct sys_runctl_req){thread, RUNCTL_RESUME}));
}

/* Often the thread is held for it, the handler gets time to run, and is left again. */
static void signal_send(struct choice *c)
{
	const bool all = one_in(c, 2);
	const struct sys_signal_send_req request = {
		.thread = one_in(c, 4) ? taken_or_victim(c) : victim_or_me(c),
		.signal = bad(c) ? any32(c) : 1 + below(c, SIGNAL_COUNT - 1),
		.handler = bad(c) ? program_counter(c) : (vaddr_t)victim_handler,
		.stack_pointer = one_in(c, 2)	? 0
				 : one_in(c, 8) ? no_address(c)
						: address(c),
		.restorer = bad(c) ? any64(c) : (vaddr_t)victim_entry,
		.mask = any64(c),
	};

	if (all && !is_protected(request.thread))
		stop(c, request.thread);
	if (MAKE(c, SYS_SIGNAL_SEND, &request) != 0 || !all)
		return;
	resume(c, request.thread);
	for (unsigned int i = below(c, 4); i > 0; i--)
		yield();
	stop(c, request.thread);
	return_from(c, request.thread);
	resume(c, request.thread);
}

static void ipc_cancel(struct choice *c)
{
	const endpoint_t caller = c->worker->caller, other = victim_or_me(c);
	const struct sys_ipc_cancel_req request = {caller != EP_NONE && one_in(c, 2) ? caller
										     : other};

	(void)MAKE(c, SYS_IPC_CANCEL, &request);
}

const struct row signal_rows[SYS_CALL_COUNT] = {
	[SYS_KILL] = {thread_kill, 6},
	[SYS_SIGNAL_GET] = {signal_get, 6},
	[SYS_SIGNAL_END] = {make_signal_end, 8},
	[SYS_SIGNAL_SEND] = {signal_send, 16},
	[SYS_SIGNAL_RETURN] = {signal_return, 8},
	[SYS_IPC_CANCEL] = {ipc_cancel, 6},
};
