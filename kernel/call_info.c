/* Kernel calls that tell: tables, diagnostics, clock setting, the end of the machine. */
#include "kernel/call.h"
#include "kernel/copy.h"
#include "kernel/fault.h"
#include "kernel/info_page.h"
#include "kernel/ipc.h"
#include "kernel/panic.h"
#include "kernel/print.h"
#include "kernel/sched.h"
#include "kernel/smp.h"
#include "kernel/space.h"
#include "kernel/trace.h"
#include <skerry/info.h>
#include <string.h>

extern uint64_t smp_parks, smp_settles;

union info {
	struct info_machine machine;
	struct info_cpu cpu;
	struct info_thread thread;
	struct info_counters counters;
	struct info_latency latency;
};

static uint32_t machine_fill(struct info_machine *m) REQUIRES(bkl)
{
	m->cpu_count = cpu_online_count;
	m->cpu_present = kernel_page.cpu_present;
	m->thread_slots = THREAD_MAX;
	m->space_slots = SPACE_MAX;
	m->privilege_slots = PRIV_MAX;
	m->thread_used = threads_used();
	m->space_used = spaces_used();
	m->privilege_used = privs_used();
	m->memory_bytes = kernel_page.memory_bytes;
	m->uptime = arch_time();
	m->cycles_per_second = arch_cycles_per_second();
	memcpy(m->board, kernel_page.board, sizeof(m->board));
	return sizeof(*m);
}

static uint32_t cpu_fill(struct info_cpu *i, const struct cpu *cpu) REQUIRES(bkl)
{
	i->running = cpu->online;
	i->hardware_id = cpu->hardware_id;
	i->current = cpu->current ? cpu->current->endpoint : EP_NONE;
	i->ready = cpu->queue.count;
	i->entries = cpu->statistics.entries;
	i->lock_taken = cpu->statistics.entries;
	i->lock_contended = cpu->statistics.lock_contended;
	i->ipi_sent = cpu->statistics.ipi_sent;
	i->ipi_received = cpu->statistics.ipi_received;
	i->flushes = cpu->statistics.flushes;
	i->interrupts = cpu->statistics.interrupts;
	i->idle_cycles = cpu->statistics.idle_cycles;
	i->lock_wait_cycles = cpu->statistics.lock_wait_cycles;
	return sizeof(*i);
}

static uint32_t thread_fill(struct info_thread *i, const struct thread *t) REQUIRES(bkl)
{
	i->thread = EP_NONE;
	i->rts = t->rts;
	if (t->rts & RTS_FREE)
		return sizeof(*i);
	i->thread = t->endpoint;
	i->process = t->process;
	i->space = t->space->id;
	i->privilege = t->priv->id;
	i->priority = t->priority;
	i->cpu = t->cpu ? t->cpu->index : 0;
	i->waits_for = t->rts & RTS_IPC ? t->peer : EP_NONE;
	i->affinity = t->affinity;
	i->user_cycles = sched_cycles(t);
	i->ipc_count = t->ipc_count;
	i->faults = t->fault_count;
	i->signals = t->signals;
	memcpy(i->name, t->name, sizeof(i->name));
	return sizeof(*i);
}

static uint32_t counters_fill(struct info_counters *c) REQUIRES(bkl)
{
	c->replies_dropped = ipc_replies_dropped;
	c->async_dropped = ipc_async_dropped;
	c->migrations = sched_migrations;
	c->parks = smp_parks;
	c->settles = smp_settles;
	c->page_faults = fault_pages;
	c->memory_requests = fault_requests;
	c->async_used = ipc_async_used();
	return sizeof(*c);
}

int sys_do_info(struct thread *caller, const struct sys_info_req *req, struct sys_info_reply *rep)
{
	union info info;
	uint32_t size;

	memset(&info, 0, sizeof(info));
	switch (req->what) {
	case INFO_MACHINE:
		size = machine_fill(&info.machine);
		break;
	case INFO_CPU:
		if (req->index >= cpu_online_count)
			return -EINVAL;
		size = cpu_fill(&info.cpu, cpu_get(req->index));
		break;
	case INFO_THREAD:
		if (req->index >= THREAD_MAX)
			return -EINVAL;
		size = thread_fill(&info.thread, &threads[req->index]);
		break;
	case INFO_COUNTERS:
		size = counters_fill(&info.counters);
		break;
	case INFO_LATENCY:
		if (req->index >= cpu_online_count)
			return -EINVAL;
		info.latency = trace_latency(cpu_get(req->index));
		size = sizeof(info.latency);
		break;
	default:
		return -EINVAL;
	}
	rep->size = size;
	return copy_out(caller, caller, req->address, &info, size < req->size ? size : req->size,
			false);
}

/* --- Diagnostics
 * ----------------------------------------------------------------------------------- */

int sys_do_diag(struct thread *caller, const struct sys_diag_req *req, struct sys_empty_reply *rep)
{
	char text[128];
	struct thread *t;
	uint32_t done, chunk;
	int code;

	(void)rep;
	switch (req->operation) {
	case DIAG_PRINT:
		if (req->bytes > DIAG_PRINT_MAX)
			return -EINVAL;
		for (done = 0; done < req->bytes; done += chunk) {
			chunk = req->bytes - done < sizeof(text) ? req->bytes - done : sizeof(text);
			code = copy_in(caller, caller, req->address + done, text, chunk, true);
			if (code)
				return code;
			print("%.*s", (int)chunk, text);
		}
		return 0;
	case DIAG_BACKTRACE:
		t = call_thread(caller, req->thread);
		if (!t)
			return -EDEADSRCDST;
		thread_backtrace(t);
		return 0;
	default:
		return -EINVAL;
	}
}

int sys_do_time_set(struct thread *caller, const struct sys_time_set_req *req,
		    struct sys_empty_reply *rep)
{
	nanoseconds_t now = arch_time();

	(void)caller, (void)rep;
	if (req->realtime < now)
		return -EINVAL;
	kernel_page.clock.sequence++;
	__atomic_thread_fence(__ATOMIC_RELEASE);
	kernel_page.clock.realtime_offset = req->realtime - now;
	__atomic_thread_fence(__ATOMIC_RELEASE);
	kernel_page.clock.sequence++;
	return 0;
}

int sys_do_abort(struct thread *caller, const struct sys_abort_req *req,
		 struct sys_empty_reply *rep)
{
	(void)rep;
	switch (req->operation) {
	case ABORT_POWER_OFF:
	case ABORT_RESET:
		arch_power(req->operation, req->code);
	case ABORT_PANIC:
		panic("asked for by %s (%x), code %u", caller->name, caller->endpoint, req->code);
	default:
		return -EINVAL;
	}
}

int sys_do_trace_read(struct thread *caller, const struct sys_trace_read_req *req,
		      struct sys_vector_reply *rep)
{
	struct trace_record record;
	uint32_t i;
	int code;

#ifndef CONFIG_TRACE
	return -ENODEV;
#endif
	if (req->cpu >= cpu_online_count || req->count == 0 || req->count > 1024)
		return -EINVAL;
	if (!copy_range_valid(req->address, req->count * sizeof(record)))
		return -EFAULT;
	memset(&record, 0, sizeof(record));
	for (i = 0; i < req->count; i++) {
		uint64_t at = req->address + i * sizeof(record);

		/* The place first: a record that was taken cannot be put back. */
		code = copy_out(caller, caller, at, &record, sizeof(record), true);
		if (code)
			return code;
		if (!trace_take(cpu_get(req->cpu), &record))
			break;
		code = copy_out(caller, caller, at, &record, sizeof(record), true);
		if (code)
			return code;
	}
	rep->done = i;
	return 0;
}
