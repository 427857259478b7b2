/* How long the run held the kernel lock and had interrupts off: printed at its end. Under an
 * emulator a CPU's time includes the host's other work, so that the longest says little; the
 * bulk of the histogram does.
 */
#include "latency.h"

#include "helper.h"
#include <sys.h>

static const char *const call_names[SYS_CALL_COUNT] = {
#define CALL(name, nr, request, reply, handler, refusals, what) [nr] = #name,
#include <skerry/kernel.def>
#undef CALL
};

static const char *const trap_names[TRAP_COUNT] = {
	[TRAP_KERNEL_CALL] = "kernel call",
	[TRAP_IPC_CALL] = "ipc_call",
	[TRAP_IPC_REPLY_RECEIVE] = "ipc_reply_receive",
	[TRAP_IPC_SEND] = "ipc_send",
	[TRAP_IPC_RECEIVE] = "ipc_receive",
	[TRAP_IPC_NOTIFY] = "ipc_notify",
	[TRAP_IPC_SEND_ASYNC] = "ipc_send_async",
};

/* What the kernel did, as words; `number` for what has no name. */
static const char *work_name(const struct latency *latency)
{
	switch (latency->kind) {
	case TRACE_CALL:
		return latency->what < SYS_CALL_COUNT ? call_names[latency->what] : "a call";
	case TRACE_IPC:
		return latency->what < TRAP_COUNT ? trap_names[latency->what] : "a trap";
	case TRACE_FAULT:
		return "a page fault";
	case TRACE_INTERRUPT:
		if (latency->what == TRACE_IRQ_TIMER)
			return "the timer";
		return latency->what == TRACE_IRQ_IPI ? "another CPU's interrupt" : "a device";
	default:
		return "an entry that is not traced";
	}
}

static void latency_add(struct latency *sum, const struct latency *one)
{
	for (unsigned int i = 0; i < LATENCY_BUCKETS; i++)
		sum->bucket[i] += one->bucket[i];
	if (one->longest > sum->longest) {
		sum->longest = one->longest;
		sum->kind = one->kind;
		sum->what = one->what;
	}
}

static void latency_print(const char *title, const struct latency *latency)
{
	/* 64-bit division is not to be had: a million is 64 x 15625; times end at 2^32 cycles. */
	const uint32_t per_us = (uint32_t)(machine_info().cycles_per_second >> 6) / 15625;
	const uint32_t longest = latency->longest >> 32 ? ~0u : (uint32_t)latency->longest;

	sys_print("# %s, times from 2^n cycles on:", title);
	for (unsigned int i = 0; i < LATENCY_BUCKETS; i++)
		if (latency->bucket[i] != 0)
			sys_print(" %u:%u", i, latency->bucket[i]);
	sys_print("\n# %s, longest: %llu cycles (%u us) in %s\n", title, latency->longest,
		  per_us ? longest / per_us : 0, work_name(latency));
}

int latency_get(unsigned int cpu, struct info_latency *latency)
{
	const struct sys_info_req request = {
		.what = INFO_LATENCY,
		.index = cpu,
		.address = (vaddr_t)latency,
		.size = sizeof(*latency),
	};

	return sys_info(&request, NULL);
}

void latencies_print(void)
{
	static struct info_latency sum, one;

	for (unsigned int cpu = 0; cpu < cpu_count(); cpu++) {
		if (latency_get(cpu, &one) != 0)
			return;
		latency_add(&sum.lock_held, &one.lock_held);
		latency_add(&sum.interrupts_off, &one.interrupts_off);
	}
	if (sum.lock_held.longest == 0)
		return; /* this kernel does not measure */
	latency_print("lock held", &sum.lock_held);
	latency_print("interrupts off", &sum.interrupts_off);
}
