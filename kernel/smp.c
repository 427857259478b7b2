/* The handshake among CPUs: park, take, settle, owed flushes, kicks, start. See docs/smp.md.
 *
 * Every wait here is for something another CPU does without the lock, and is bounded: past the
 * limit the kernel panics naming CPU and thread.
 */
#include "kernel/smp.h"

#include "kernel/enter.h"
#include "kernel/info_page.h"
#include "kernel/panic.h"
#include "kernel/print.h"
#include "kernel/race.h"
#include "kernel/trace.h"
#include <skerry/info.h>

struct big_kernel_lock bkl;
uint64_t smp_parks, smp_settles;

static uint64_t flush_epoch = 1; /* of the newest flush asked for */

/* Ten seconds of a hung CPU at the slowest; an emulator's host may be busy for long. */
#define WAIT_SPINS 2000000000u

#define WAIT_UNTIL(condition, cpu, what)                                                           \
	do {                                                                                       \
		unsigned int spins_;                                                               \
		for (spins_ = 0; !(condition); spins_++) {                                         \
			if (panic_running() || spins_ == WAIT_SPINS)                               \
				wait_failed(cpu, what);                                            \
			arch_pause();                                                              \
		}                                                                                  \
	} while (0)

static void wait_failed(const struct cpu *cpu, const char *what) __attribute__((noreturn));
static void wait_failed(const struct cpu *cpu, const char *what)
{
	const struct thread *t = cpu->current;

	panic("cpu %u does not %s (thread %x \"%s\" in_user %u settled %u root %lx)", cpu->index,
	      what, t ? t->endpoint : EP_NONE, t ? t->name : "", cpu->in_user, cpu->settled,
	      (unsigned long)cpu->root);
}

void lock_stuck(void)
{
	panic("the big kernel lock is never released");
}

static void ipi(struct cpu *cpu) REQUIRES(bkl)
{
	this_cpu()->statistics.ipi_sent++;
	arch_ipi_send(cpu);
}

void smp_interrupt(struct cpu *cpu)
{
	cpu->statistics.ipi_received++;
	trace_record(cpu, TRACE_INTERRUPT, EP_HARDWARE, TRACE_IRQ_IPI, 0);
}

void smp_park(struct thread *t)
{
	struct cpu *cpu = t->cpu;

	if (!cpu || cpu == this_cpu() || cpu->current != t || !cpu->in_user)
		return;
	if (mutant(STOP_UNPARKED))
		return;
	smp_parks++;
	race_point("park: before the interrupt");
	ipi(cpu);
	WAIT_UNTIL(!published(cpu->in_user), cpu, "leave user mode");
}

void smp_settle(struct cpu *cpu)
{
	if (cpu == this_cpu() || mutant(SETTLE_FORGOTTEN))
		return;
	smp_settles++;
	race_point("settle: before the interrupt");
	if (cpu->in_user)
		ipi(cpu);
	WAIT_UNTIL(published(cpu->settled), cpu, "settle");
}

void smp_take(struct thread *t)
{
	struct cpu *cpu = t->cpu;

	if (!cpu || cpu->current != t)
		return;
	if (cpu != this_cpu()) {
		smp_settle(cpu);
		assert(published(cpu->settled));
		cpu->events |= EVENT_TAKEN;
		if (mutant(TRAP_UNCHECKED))
			return;
	}
	sched_account(t, NULL);
	cpu->current = NULL;
}

static void epoch_publish(void) REQUIRES(bkl)
{
	uint64_t passed = flush_epoch;
	unsigned int i;

	for (i = 0; i < cpu_online_count; i++) {
		struct cpu *cpu = cpu_get(i);

		if ((cpu->events & EVENT_FLUSH) && cpu->flush_epoch - 1 < passed &&
		    !mutant(EPOCH_EARLY))
			passed = cpu->flush_epoch - 1;
	}
	kernel_page.epoch_passed = passed;
}

uint64_t smp_flush_space(struct space *space)
{
	struct cpu *self = this_cpu();
	unsigned int i;

	flush_epoch++;
	for (i = 0; i < cpu_online_count; i++) {
		struct cpu *cpu = cpu_get(i);
		bool runs_it = cpu->current && cpu->current->space == space;

		if (cpu == self) {
			if (cpu->root == space->root)
				arch_root_load(space->root);
			continue;
		}
		if (!runs_it) {
			if (mutant(FLUSH_LATE_ROOT))
				continue;
			/* It may still have the root loaded: it left the space and has not got to
			 * its late load yet. That needs no lock. */
			WAIT_UNTIL(published(cpu->root) != space->root, cpu, "leave a root");
			continue;
		}
		if (mutant(FLUSH_FORGOTTEN))
			continue;
		if (!(cpu->events & EVENT_FLUSH))
			cpu->flush_epoch = flush_epoch;
		cpu->events |= EVENT_FLUSH;
		race_point("flush: owed, before the interrupt");
		if (cpu->in_user)
			ipi(cpu);
	}
	epoch_publish();
	return flush_epoch;
}

void smp_flush_owed(struct cpu *cpu)
{
	arch_root_load(cpu->root);
	cpu->events &= ~EVENT_FLUSH;
	cpu->statistics.flushes++;
	epoch_publish();
}

void smp_leave_root(paddr_t root)
{
	struct cpu *self = this_cpu();
	unsigned int i;

	if (self->root == root)
		kernel_root_inline(self, arch_kernel_root());
	for (i = 0; i < cpu_online_count; i++) {
		struct cpu *cpu = cpu_get(i);

		WAIT_UNTIL(published(cpu->root) != root, cpu, "leave a freed root");
	}
}

void smp_kick(struct cpu *cpu)
{
	cpu->events |= EVENT_RESCHED;
	race_point("kick: event set, before the interrupt");
	if (!cpu->current && (mutant(IPI_LOST) || (mutant(WAKEUP_LOST) && !cpu->settled)))
		return;
	if (cpu != this_cpu() && (cpu->in_user || !cpu->current))
		ipi(cpu);
}

#define LOCK_LOOKS 200u
#define LOCK_GAP 16u /* pauses */

void smp_lock_gap(void)
{
	unsigned int i;

	for (i = 0; i < LOCK_GAP; i++)
		arch_pause();
}

/* Most holds are shorter than settling and what follows from it: two root loads and the long way
 * out. A holder that waits for this CPU to settle waits a little longer. */
static bool lock_look(void)
{
	unsigned int looks;

	for (looks = 0; looks < LOCK_LOOKS; looks++) {
		if (lock_free() && lock_try())
			return true;
		arch_pause();
	}
	return false;
}

static void waited(struct cpu *cpu, cycles_t from)
{
	cpu->statistics.lock_contended++;
	cpu->statistics.lock_wait_cycles += arch_cycles() - from;
}

void smp_lock_contended(struct cpu *cpu) NO_ANALYSIS
{
	cycles_t from = arch_cycles();

	if (!race_settle() && lock_look()) {
		waited(cpu, from);
		return;
	}
	arch_fpu_save(cpu);
	kernel_root_inline(cpu, arch_kernel_root());
	race_point("enter: before settled");
	publish(cpu->settled, true);
	lock_spin();
	cpu->settled = false;
	/* The kernel's root is loaded now: leave by the way that looks. */
	cpu->events = (cpu->events & ~EVENT_FPU) | EVENT_RESCHED;
	waited(cpu, from);
	trace_record(cpu, TRACE_LOCK_WAIT, cpu->current ? cpu->current->endpoint : EP_NONE,
		     (uint32_t)(arch_cycles() - from), 0);
}

void smp_start_all(const struct boot_info *info)
{
	unsigned int i;

	for (i = 1; i < info->cpu_count && cpu_online_count < CPU_MAX; i++) {
		struct cpu *cpu = cpu_get(cpu_online_count);

		cpu_prepare(cpu, cpu_online_count, info->cpu_hardware_id[i]);
		if (arch_cpu_start(cpu, cpu->hardware_id) != 0) {
			print("cpu: hardware id %u does not start; left out\n", cpu->hardware_id);
			continue;
		}
		cpu_online_mask |= cpu->bit;
		cpu_online_count++;
	}
	if (i < info->cpu_count)
		print("cpu: %u more CPUs than CONFIG_NR_CPUS=%u; left out\n", info->cpu_count - i,
		      (unsigned int)CPU_MAX);
}
