/* The fuzzer's rows on spaces, threads and their contexts. */
#include "fuzz.h"

#include "frames.h"
#include <arch/context.h>

/* The second half of a record page keeps contexts. */
#define CONTEXTS 2u
#define CONTEXT_BYTES 1024u
#define CONTEXT_OFFSET (ARCH_PAGE_SIZE / 2)

_Static_assert(sizeof(struct arch_user_context) <= CONTEXT_BYTES, "a context has its place");
_Static_assert(CONTEXTS *CONTEXT_BYTES <= CONTEXT_OFFSET, "contexts fit their half");

/* --- Spaces ------------------------------------------------------------------------------------
 */

static u64 no_root(struct choice *c)
{
	switch (below(c, 6)) {
	case 0:
		return world.cell[below(c, CELLS)].table.root + 4;
	case 1:
		return root_space.table.root;
	case 2:
		return world.space[0]->table.root;
	case 3:
		return world.pool + ARCH_PAGE_SIZE / 2;
	case 4:
		return memory_limit();
	default:
		return (1ull << 32) + world.cell[0].table.root;
	}
}

static void space_create(struct choice *c)
{
	unsigned int at = below(c, CELLS);
	struct sys_space_create_req request;
	struct sys_space_create_reply reply;

	for (unsigned int i = 0; i < CELLS && world.cell[at].id != 0; i++)
		at = (at + 1) % CELLS;
	request.root = bad(c) ? no_root(c) : world.cell[at].table.root;
	if (MAKE2(c, SYS_SPACE_CREATE, &request, &reply) == 0)
		world.cell[at].id = reply.space;
}

static void space_destroy(struct choice *c)
{
	const struct sys_space_destroy_req request = {any_space(c)};

	if (MAKE(c, SYS_SPACE_DESTROY, &request) != 0)
		return;
	for (unsigned int i = 0; i < CELLS; i++) {
		if (world.cell[i].id == request.space)
			world.cell[i].id = 0;
	}
}

/* --- Making threads ----------------------------------------------------------------------------
 */

static void thread_made(struct choice *c, unsigned int body, int code, endpoint_t thread)
{
	if (body == BODIES)
		return;
	body_settle(body, code == 0 ? thread : 0);
	if (code != 0)
		return;
	c->worker->focus = thread;
	if (one_in(c, 4))
		victim_schedule(c, thread);
	if (!one_in(c, 4))
		victim_allow(c, thread);
}

/* Without a place for it nothing may come of it: then the space is none. */
static void thread_create(struct choice *c)
{
	const unsigned int body = body_claim(any64(c));
	const bool none = body == BODIES;
	const struct sys_thread_create_req request = {
		.space = none ? 0 : cell_space(c),
		.process = one_in(c, 4) ? victim(c) : EP_NONE,
		.message_frame = none || bad(c) ? message_frame(c) : body_frame(body),
		.message_address = none || bad(c) ? address(c) : body_message(body),
		.program_counter = program_counter(c),
		.stack_pointer = none || bad(c) ? address(c) : (vaddr_t)body_victim(body),
		.argument = bad(c) ? any64(c) : any32(c),
		.flags = flags_of(c, one_in(c, 4) ? THREAD_INHIBITED : 0),
	};
	struct sys_thread_create_reply reply;
	const int code = MAKE2(c, SYS_THREAD_CREATE, &request, &reply);

	thread_made(c, body, code, reply.thread);
}

static void thread_fork(struct choice *c)
{
	const unsigned int body = body_claim(any64(c));
	const bool none = body == BODIES;
	const struct sys_fork_req request = {
		.parent = victim_or_me(c),
		.space = none ? 0 : cell_space(c),
		.message_frame = none || bad(c) ? message_frame(c) : body_frame(body),
		.flags = flags_of(c, one_in(c, 4) ? THREAD_INHIBITED : 0),
	};
	struct sys_thread_create_reply reply;
	const int code = MAKE2(c, SYS_FORK, &request, &reply);

	thread_made(c, body, code, reply.thread);
}

static void thread_exec(struct choice *c)
{
	static const char names[][16] = {"", "victim", "fifteen letters", "two words"};
	const endpoint_t thread = victim_or_me(c);
	const unsigned int body = body_of(thread);
	struct sys_exec_req request = {
		.thread = thread,
		.space = one_in(c, 4) ? cell_space(c) : 0,
		.program_counter = program_counter(c),
		.stack_pointer = stack_pointer(c, thread),
		.argument = bad(c) ? any64(c) : any32(c),
		.message_address = one_in(c, 2) ? 0 : address(c) & ~(u64)(ARCH_PAGE_SIZE - 1),
	};

	if (body != BODIES && !bad(c))
		request.message_address = body_message(body);
	memcpy(request.name, names[below(c, 4)], sizeof(request.name));
	(void)MAKE(c, SYS_EXEC, &request);
}

/* --- Ends and holds ----------------------------------------------------------------------------
 */

static void thread_clear(struct choice *c)
{
	struct sys_clear_req request = {victim_or_me(c)};

	if (bad(c) && one_in(c, 2))
		request.thread = supervisor_endpoint();
	if (MAKE(c, SYS_CLEAR, &request) == 0)
		victim_forget(request.thread);
}

static void thread_release(struct choice *c)
{
	const struct sys_thread_release_req request = {victim_or_me(c)};

	(void)MAKE(c, SYS_THREAD_RELEASE, &request);
}

static void thread_runctl(struct choice *c)
{
	static const uint32_t operations[] = {RUNCTL_STOP, RUNCTL_STOP | RUNCTL_DELAY,
					      RUNCTL_RESUME, RUNCTL_RESUME, RUNCTL_RESUME};
	const struct sys_runctl_req request = {
		.thread = victim(c),
		.operation = bad(c) ? any32(c) & ~3u : operations[below(c, 5)],
	};

	(void)MAKE(c, SYS_RUNCTL, &request);
}

static void thread_update(struct choice *c)
{
	const struct sys_update_req request = {victim_or_me(c), victim_or_me(c),
					       one_in(c, 4) ? any32(c) & 1 : 0};
	unsigned int old_body, new_body;

	if (MAKE(c, SYS_UPDATE, &request) != 0)
		return;
	old_body = body_of(request.old_thread);
	new_body = body_of(request.new_thread);
	if (old_body == BODIES || new_body == BODIES)
		return;
	world.body[old_body].endpoint = request.new_thread;
	world.body[new_body].endpoint = request.old_thread;
}

/* --- Contexts ----------------------------------------------------------------------------------
 */

static void thread_trace(struct choice *c)
{
	const struct sys_trace_req request = {
		.thread = victim_or_me(c),
		.operation = bad(c) ? any32(c) : TRACE_REGISTER_GET + below(c, 3),
		.index = bad(c) ? any64(c) : below(c, sizeof(struct arch_user_context) / 4),
		.value = any64(c),
	};
	struct sys_trace_reply reply;

	(void)MAKE2(c, SYS_TRACE, &request, &reply);
}

static u64 context_address(struct choice *c)
{
	if (one_in(c, 8))
		return no_address(c);
	return (vaddr_t)c->worker->record + CONTEXT_OFFSET + below(c, CONTEXTS) * CONTEXT_BYTES;
}

static void context_get(struct choice *c)
{
	const struct sys_context_req request = {
		.thread = one_in(c, 4) ? anybody(c) : victim_or_me(c),
		.address = context_address(c),
	};

	(void)MAKE(c, SYS_CONTEXT_GET, &request);
}

/* Of a thread whose call another worker holds. */
static void context_set_of_caller(struct choice *c)
{
	const endpoint_t caller = world.worker[below(c, WORKERS)].caller;
	const struct sys_context_req request = {.thread = caller, .address = context_address(c)};

	if (caller == EP_NONE || is_protected(caller))
		return;
	(void)MAKE(c, SYS_RUNCTL, &((struct sys_runctl_req){caller, RUNCTL_STOP}));
	(void)MAKE(c, SYS_CONTEXT_SET, &request);
	(void)MAKE(c, SYS_RUNCTL, &((struct sys_runctl_req){caller, RUNCTL_RESUME}));
}

/* The records keep contexts as they were got; now and then one word is changed. */
static void context_set(struct choice *c)
{
	const struct sys_context_req request = {
		.thread = victim_or_me(c),
		.address = context_address(c),
	};
	uint32_t *words = (uint32_t *)(c->worker->record + CONTEXT_OFFSET);

	if (one_in(c, 3)) {
		context_set_of_caller(c);
		return;
	}
	if (bad(c))
		words[below(c, CONTEXTS * CONTEXT_BYTES / 4)] = any32(c);
	(void)MAKE(c, SYS_CONTEXT_SET, &request);
}

/* The thread pointer finds the message page, so a call that may move it is made without it, and
 * undone at once. */
static void tls_set(struct choice *c)
{
	struct message_page *page = c->worker->thread->page;
	struct sys_tls_set_req *request = (struct sys_tls_set_req *)page->message.payload;
	const u64 own = (vaddr_t)c->worker->thread->self;
	const u64 refused = ARCH_USER_LIMIT + (u64)any32(c);
	const bool is_bad = bad(c);

	request->address = address(c) & 0x7FFFFFFF;
	(void)sys_trap1(TRAP_KERNEL_CALL, SYS_TLS_SET);
	request->address = own;
	if (sys_trap1(TRAP_KERNEL_CALL, SYS_TLS_SET) != 0)
		__builtin_trap();
	(void)MAKE(c, SYS_TLS_SET, &((struct sys_tls_set_req){is_bad ? refused : own}));
}

static void thread_times(struct choice *c)
{
	struct sys_times_reply reply;

	(void)MAKE2(c, SYS_TIMES, &((struct sys_times_req){anybody(c)}), &reply);
}

static void thread_vtimer(struct choice *c)
{
	const struct sys_vtimer_req request = {
		.thread = victim(c),
		.signal = bad(c) ? SIGNAL_EXITED + any32(c) % 100 : below(c, 8),
		.interval =
			bad(c) ? (one_in(c, 2) ? 0 : UINT64_MAX) : 1 + below(c, 1u << below(c, 26)),
	};
	struct sys_vtimer_reply reply;

	(void)MAKE2(c, SYS_VTIMER, &request, &reply);
}

/* SYS_EXIT is missing: victims make it, and whoever takes their signals notes it. */
const struct row thread_rows[SYS_CALL_COUNT] = {
	[SYS_SPACE_CREATE] = {space_create, 6},
	[SYS_SPACE_DESTROY] = {space_destroy, 2},
	[SYS_THREAD_CREATE] = {thread_create, 40},
	[SYS_FORK] = {thread_fork, 12},
	[SYS_EXEC] = {thread_exec, 8},
	[SYS_CLEAR] = {thread_clear, 8},
	[SYS_THREAD_RELEASE] = {thread_release, 6},
	[SYS_RUNCTL] = {thread_runctl, 8},
	[SYS_TRACE] = {thread_trace, 6},
	[SYS_CONTEXT_GET] = {context_get, 4},
	[SYS_CONTEXT_SET] = {context_set, 8},
	[SYS_TLS_SET] = {tls_set, 2},
	[SYS_TIMES] = {thread_times, 4},
	[SYS_VTIMER] = {thread_vtimer, 4},
	[SYS_UPDATE] = {thread_update, 12},
};
