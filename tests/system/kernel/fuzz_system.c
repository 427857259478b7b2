/* The fuzzer's rows on scheduling, privileges, devices, time and the machine. */
#include "fuzz.h"

#include <arch/provoke.h>

static void make_null(struct choice *c)
{
	(void)MAKE(c, SYS_NULL, &((struct sys_null_req){}));
}

static void make_yield(struct choice *c)
{
	(void)MAKE(c, SYS_YIELD, &((struct sys_empty_req){}));
}

/* --- Scheduling --------------------------------------------------------------------------------
 */

static void schedule(struct choice *c)
{
	const endpoint_t other = victim_or_me(c);
	const struct sys_schedule_req request = {
		.thread = one_in(c, 4) ? other : c->worker->scheduled,
		.priority = priority(c),
		.quantum = quantum(c),
		.affinity = affinity(c),
	};

	(void)MAKE(c, SYS_SCHEDULE, &request);
}

void victim_schedule(struct choice *c, endpoint_t thread)
{
	struct sys_schedctl_req request = {
		.thread = thread,
		.scheduler = scheduler(c),
		.priority = priority(c),
		.quantum = quantum(c),
		.affinity = affinity(c),
	};

	if (one_in(c, 8)) { /* a worker stays as it is, but may move to another CPU */
		request.thread = EP_SELF;
		request.scheduler = SCHEDULER_KERNEL;
		request.priority = WORKER_PRIORITY;
		if (request.quantum >= MILLISECOND)
			request.quantum = WORKER_QUANTUM;
	}
	if (MAKE(c, SYS_SCHEDCTL, &request) == 0 && request.scheduler == EP_SELF)
		c->worker->scheduled = request.thread;
}

static void schedctl(struct choice *c)
{
	victim_schedule(c, victim(c));
}

/* --- Privileges --------------------------------------------------------------------------------
 */

static struct sys_priv_set_req service_rights(struct choice *c, endpoint_t thread)
{
	struct sys_priv_set_req request = {
		.thread = thread,
		.flags = PRIV_SYSTEM | (one_in(c, 2) ? PRIV_CHECK_IO : 0) |
			 (bad(c) ? 1u << (5 + below(c, 27)) : 0),
		.traps = (one_in(c, 2) ? TRAP_MASK_ALL : any32(c) & TRAP_MASK_ALL) |
			 (one_in(c, 16) ? 0 : 1u << TRAP_KERNEL_CALL) |
			 (bad(c) ? 1u << (TRAP_COUNT + below(c, 16)) : 0),
		.signal_manager = manager(c),
		.calls = (one_in(c, 2) ? VICTIM_CALLS : any64(c) & VICTIM_CALLS) |
			 (one_in(c, 16) ? 0 : CALL_BIT(SYS_TLS_SET) | CALL_BIT(SYS_YIELD)) |
			 (bad(c) ? 1ull << (SYS_CALL_COUNT + below(c, 64 - SYS_CALL_COUNT)) : 0),
		.targets = {world.targets[0], world.targets[1]},
		.signal_backup = one_in(c, 4) ? manager(c) : supervisor_endpoint(),
	};

	if (one_in(c, 4))
		request.targets[0] &= any64(c);
	if (request.signal_backup == EP_SELF)
		request.signal_backup = EP_NONE;
	return request;
}

/* All programs share a privilege, the workers among them: it is the same at all times. */
static struct sys_priv_set_req program_rights(struct choice *c, endpoint_t thread)
{
	return (struct sys_priv_set_req){
		.thread = thread,
		.flags = bad(c) ? PRIV_CHECK_IO : 0,
		.traps = role_program.traps,
		.signal_manager = supervisor_endpoint(),
		.calls = role_program.calls & VICTIM_CALLS,
		.targets = {world.targets[0], world.targets[1]},
		.signal_backup = EP_NONE,
	};
}

static void rights_give(struct choice *c, endpoint_t thread)
{
	const bool program = one_in(c, 8);
	const struct sys_priv_set_req request =
		program ? program_rights(c, thread) : service_rights(c, thread);
	struct sys_priv_set_reply reply;

	(void)MAKE2(c, SYS_PRIV_SET, &request, &reply);
}

void victim_allow(struct choice *c, endpoint_t thread)
{
	rights_give(c, thread);
	(void)MAKE(c, SYS_PRIV_ALLOW, &((struct sys_priv_allow_req){thread, PRIV_ALLOW}));
}

/* Only a thread that is held takes a privilege; most often it goes on at once. */
static void priv_set(struct choice *c)
{
	const endpoint_t thread = victim_or_me(c);

	if (one_in(c, 4))
		(void)MAKE(c, SYS_PRIV_ALLOW, &((struct sys_priv_allow_req){thread, PRIV_HOLD}));
	if (one_in(c, 4))
		rights_give(c, thread);
	else
		victim_allow(c, thread);
}

static void priv_allow(struct choice *c)
{
	const struct sys_priv_allow_req request = {
		.thread = victim_or_me(c),
		.operation = bad(c)	    ? any32(c)
			     : one_in(c, 8) ? PRIV_HOLD
					    : PRIV_ALLOW,
	};

	(void)MAKE(c, SYS_PRIV_ALLOW, &request);
}

static struct sys_priv_resource_req resource(struct choice *c, endpoint_t thread)
{
	struct sys_priv_resource_req request = {
		.thread = thread,
		.kind = RESOURCE_IRQ + below(c, 3),
		.first = ARCH_IRQ_SOURCE,
		.count = 1,
	};

	if (request.kind == RESOURCE_IO) {
		request.first = ARCH_PORT_PLAY;
		request.count = 1 + below(c, 4);
	} else if (request.kind == RESOURCE_MEMORY) {
		request.first = any64(c) >> 1;
		request.count = 1 + any64(c) / 2;
	}
	if (bad(c))
		request.kind = one_in(c, 2) ? 0 : RESOURCE_MEMORY + any32(c) / 2 + 1;
	if (bad(c))
		request.count = one_in(c, 2) ? 0 : UINT64_MAX - below(c, 2);
	return request;
}

static void priv_add(struct choice *c)
{
	const struct sys_priv_resource_req request = resource(c, victim(c));
	const unsigned int times = one_in(c, 16) ? 20 : 1; /* more than a list holds */

	for (unsigned int i = 0; i < times; i++)
		(void)MAKE(c, SYS_PRIV_ADD, &request);
}

static void priv_query(struct choice *c)
{
	const struct sys_priv_resource_req request = resource(c, anybody(c));

	(void)MAKE(c, SYS_PRIV_QUERY, &request);
}

/* --- Devices -----------------------------------------------------------------------------------
 */

/* The line is open only while every hook of it is enabled, so most of them do not stay. */
static void irq_set(struct choice *c)
{
	struct sys_irq_control_req control = {c->worker->hook, IRQ_REMOVE};
	const struct sys_irq_set_req request = {
		.irq = bad(c) ? any32(c) : ARCH_IRQ_SOURCE,
		.flags = flags_of(c, IRQ_REENABLE),
		.notify_id = bad(c) ? any32(c) : below(c, 64),
	};
	struct sys_irq_set_reply reply;

	if (!one_in(c, 8))
		(void)MAKE(c, SYS_IRQ_CONTROL, &control);
	if (MAKE2(c, SYS_IRQ_SET, &request, &reply) != 0)
		return;
	c->worker->hook = reply.hook;
	control = (struct sys_irq_control_req){reply.hook, IRQ_ENABLE};
	(void)MAKE(c, SYS_IRQ_CONTROL, &control);
}

static void irq_control(struct choice *c)
{
	const struct sys_irq_control_req request = {
		.hook = bad(c)	       ? any32(c)
			: one_in(c, 2) ? c->worker->hook
				       : below(c, 64),
		.operation = one_in(c, 8) ? any32(c) & ~3u : IRQ_ENABLE + below(c, 3),
	};

	(void)MAKE(c, SYS_IRQ_CONTROL, &request);
}

/* The play ports of the machine; others only where the call must refuse. */
static uint32_t port(struct choice *c, uint32_t width)
{
	if (bad(c))
		return ARCH_PORTS + any32(c) / 2;
	return ARCH_PORT_PLAY + below(c, 4) / width * width;
}

static uint32_t width(struct choice *c)
{
	return bad(c) ? 3 + 5 * below(c, 3) : 1u << below(c, 3);
}

static uint32_t direction(struct choice *c)
{
	return bad(c) ? IO_WRITE + 1 + any32(c) / 2 : below(c, 2);
}

static void io_port(struct choice *c)
{
	struct sys_io_port_req request = {
		.width = width(c), .direction = direction(c), .value = any32(c)};
	struct sys_io_port_reply reply;

	request.port = port(c, request.width);
	(void)MAKE2(c, SYS_IO_PORT, &request, &reply);
}

static void io_string(struct choice *c)
{
	const uint32_t item = width(c);
	const struct worker *granter = &world.worker[below(c, WORKERS)];
	struct sys_io_string_req request = {
		.port = port(c, item),
		.width = item,
		.direction = direction(c),
		.grant = GRANT_INVALID,
		.granter = EP_NONE,
		.offset = address(c) & ~3ull,
		.bytes = bad(c) ? size(c) : below(c, 40) * 4,
	};

	if (one_in(c, 2)) {
		request.granter = bad(c) ? victim(c) : granter->endpoint;
		request.grant = granter->grants.id[below(c, GRANTS)] + bad(c);
		request.offset = below(c, 16) * 4;
	}
	(void)MAKE(c, SYS_IO_STRING, &request);
}

static void io_vector(struct choice *c)
{
	struct io_vector_element *vector = (struct io_vector_element *)c->worker->record;
	const unsigned int count = 1 + below(c, IO_VECTOR_MAX);
	const struct sys_io_vector_req request = {
		/* A vector found elsewhere in the playground could name any port. */
		.address = bad(c) ? NOWHERE : (vaddr_t)vector,
		.count = bad(c) ? any32(c) : count,
		.width = width(c),
		.direction = direction(c),
	};

	for (unsigned int i = 0; i < IO_VECTOR_MAX; i++)
		vector[i] = (struct io_vector_element){port(c, 4), any32(c)};
	(void)MAKE(c, SYS_IO_VECTOR, &request);
}

/* With a port to use, often: the machine may hold few port maps. */
static void io_enable(struct choice *c)
{
	const struct sys_io_enable_req request = {
		.thread = victim_or_me(c),
		.enable = bad(c) ? any32(c) : !one_in(c, 8),
	};
	const struct sys_priv_resource_req ports = {request.thread, RESOURCE_IO, ARCH_PORT_PLAY, 1};

	if (!one_in(c, 4) && request.thread != c->worker->endpoint)
		(void)MAKE(c, SYS_PRIV_ADD, &ports);
	(void)MAKE(c, SYS_IO_ENABLE, &request);
}

/* --- Time --------------------------------------------------------------------------------------
 */

static void alarm_set(struct choice *c)
{
	const struct sys_alarm_req request = {
		.time = bad(c) ? UINT64_MAX / 2 + any64(c) / 2 : below(c, 5 * MILLISECOND),
		.flags = flags_of(c, one_in(c, 4) ? ALARM_ABSOLUTE : 0),
	};
	struct sys_alarm_reply reply;

	(void)MAKE2(c, SYS_ALARM, &request, &reply);
}

static void time_set(struct choice *c)
{
	const struct sys_time_set_req request = {bad(c) ? below(c, MILLISECOND)
							: 1ull << 60 | any64(c)};

	(void)MAKE(c, SYS_TIME_SET, &request);
}

/* --- The machine -------------------------------------------------------------------------------
 */

static void info_get(struct choice *c)
{
	const struct sys_info_req request = {
		.what = bad(c) ? INFO_LATENCY + 1 + any32(c) / 2 : below(c, INFO_LATENCY + 1),
		.index = one_in(c, 4) ? any32(c) : below(c, 40),
		.address = address(c),
		.size = any32(c),
	};
	struct sys_info_reply reply;

	(void)MAKE2(c, SYS_INFO, &request, &reply);
}

/* Prints zeroes, which show nothing; traces only a few times. */
static void diag(struct choice *c)
{
	struct sys_diag_req request = {
		.operation = bad(c) ? any32(c) & ~3u : DIAG_PRINT,
		.thread = EP_NONE,
		.address = bad(c) ? NOWHERE - 8 * one_in(c, 2) : ZERO_PAGE + below(c, 0x1000),
		.bytes = bad(c) ? any32(c) : below(c, 20),
	};

	if (one_in(c, 3)) {
		request.operation = DIAG_BACKTRACE;
		request.thread = stale(c);
		if (one_in(c, 16) &&
		    __atomic_fetch_sub(&world.backtraces_left, 1, __ATOMIC_RELAXED) > 0)
			request.thread = victim(c);
	}
	(void)MAKE(c, SYS_DIAG, &request);
}

static void abort_not(struct choice *c)
{
	const struct sys_abort_req request = {
		.operation = one_in(c, 2) ? 0 : ABORT_PANIC + 1 + any32(c) / 2,
		.code = any32(c),
	};

	(void)MAKE(c, SYS_ABORT, &request);
}

static void trace_read(struct choice *c)
{
	const struct sys_trace_read_req request = {
		.address = address(c),
		.count = bad(c) ? any32(c) : 1 + below(c, 64),
		.cpu = bad(c) ? any32(c) : below(c, cpu_count()),
	};
	struct sys_vector_reply reply;

	(void)MAKE2(c, SYS_TRACE_READ, &request, &reply);
}

const struct row system_rows[SYS_CALL_COUNT] = {
	[SYS_NULL] = {make_null, 2},	  [SYS_YIELD] = {make_yield, 6},
	[SYS_SCHEDULE] = {schedule, 10},  [SYS_SCHEDCTL] = {schedctl, 6},
	[SYS_PRIV_SET] = {priv_set, 16},  [SYS_PRIV_ALLOW] = {priv_allow, 6},
	[SYS_PRIV_ADD] = {priv_add, 4},	  [SYS_PRIV_QUERY] = {priv_query, 2},
	[SYS_IRQ_SET] = {irq_set, 3},	  [SYS_IRQ_CONTROL] = {irq_control, 8},
	[SYS_IO_PORT] = {io_port, 3},	  [SYS_IO_STRING] = {io_string, 6},
	[SYS_IO_VECTOR] = {io_vector, 3}, [SYS_IO_ENABLE] = {io_enable, 6},
	[SYS_ALARM] = {alarm_set, 3},	  [SYS_TIME_SET] = {time_set, 3},
	[SYS_INFO] = {info_get, 4},	  [SYS_DIAG] = {diag, 3},
	[SYS_ABORT] = {abort_not, 1},	  [SYS_TRACE_READ] = {trace_read, 2},
};
