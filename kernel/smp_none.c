/* One CPU: what remains of the handshake is local. The same contracts as smp.c. */
#include "kernel/smp.h"

#include "kernel/enter.h"
#include "kernel/info_page.h"
#include "kernel/print.h"

struct big_kernel_lock bkl;
uint64_t smp_parks, smp_settles;

static uint64_t flush_epoch = 1;

void smp_interrupt(struct cpu *cpu)
{
	(void)cpu;
}

void smp_park(struct thread *t)
{
	(void)t;
}

void smp_settle(struct cpu *cpu)
{
	(void)cpu;
}

void smp_take(struct thread *t)
{
	if (t->cpu && t->cpu->current == t) {
		sched_account(t, NULL);
		t->cpu->current = NULL;
	}
}

uint64_t smp_flush_space(struct space *space)
{
	if (this_cpu()->root == space->root)
		arch_root_load(space->root);
	kernel_page.epoch_passed = ++flush_epoch;
	return flush_epoch;
}

void smp_flush_owed(struct cpu *cpu)
{
	cpu->events &= ~EVENT_FLUSH;
}

void smp_leave_root(paddr_t root)
{
	struct cpu *cpu = this_cpu();

	if (cpu->root == root)
		kernel_root_inline(cpu, arch_kernel_root());
}

void smp_kick(struct cpu *cpu)
{
	cpu->events |= EVENT_RESCHED;
}

void smp_lock_gap(void)
{
}

void smp_lock_contended(struct cpu *cpu) NO_ANALYSIS
{
	(void)cpu;
}

void smp_start_all(const struct boot_info *info)
{
	if (info->cpu_count > 1)
		print("cpu: this kernel is built without SMP; %u CPUs left out\n",
		      info->cpu_count - 1);
}
