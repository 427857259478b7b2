/* From the port's boot code to the first user instruction. */
#include "kernel/main.h"

#include "kernel/check.h"
#include "kernel/command_line.h"
#include "kernel/info_page.h"
#include "kernel/panic.h"
#include "kernel/print.h"
#include "kernel/priv.h"
#include "kernel/race.h"
#include "kernel/root.h"
#include "kernel/sched.h"
#include "kernel/smp.h"
#include "kernel/trace.h"
#include <string.h>

struct cpu_area cpu_areas[CPU_MAX];
unsigned int cpu_online_count;
uint32_t cpu_online_mask;

struct kernel_page kernel_page;

static const struct boot_info *boot;

void cpu_prepare(struct cpu *cpu, unsigned int index, uint32_t hardware_id)
{
	memset(cpu, 0, sizeof(*cpu));
	cpu->index = index;
	cpu->bit = 1u << index;
	cpu->hardware_id = hardware_id;
	cpu->root = arch_kernel_root();
}

static void kernel_page_init(const struct boot_info *info)
{
	unsigned int i;

	kernel_page.magic = KERNEL_PAGE_MAGIC;
	kernel_page.cpu_count = 1;
	kernel_page.cpu_present = info->cpu_count;
	for (i = 0; i < info->memory_count; i++)
		kernel_page.memory_bytes += info->memory[i].size;
	strlcpy(kernel_page.board, CONFIG_BOARD, sizeof(kernel_page.board));
	strlcpy(kernel_page.version, KERNEL_VERSION, sizeof(kernel_page.version));
}

static void banner(const struct boot_info *info)
{
	print("\nSkerry " KERNEL_VERSION " on %s: %u MB, loaded by %s\n", CONFIG_BOARD,
	      (unsigned int)(kernel_page.memory_bytes >> 20), info->loader);
	if (info->memory_unusable)
		print("memory: %u MB beyond the kernel's reach are not used\n",
		      (unsigned int)(info->memory_unusable >> 20));
	print("cpu: %u listed by %s\n", info->cpu_count, info->cpu_source);
}

static void race_init(const struct boot_info *info)
{
	uint64_t seed;

	if (command_line_u64(info->command_line, "seed", 1, 0, UINT64_MAX, &seed))
		print("boot: seed= is no number\n");
	race_seed(seed);
}

void kernel_main(const struct boot_info *info) NO_ANALYSIS
{
	struct cpu *cpu = cpu_get(0);
	char root[32];

	boot = info;
	cpu_prepare(cpu, 0, info->cpu_hardware_id[0]); /* this CPU's data */
	arch_cpu_init(cpu);			       /* descriptor tables, traps, FPU */
	cpu->online = true;
	cpu_online_count = 1;
	cpu_online_mask = cpu->bit;
	kernel_page_init(info);
	banner(info);
	race_init(info);
	arch_devices_init(info);    /* interrupt controllers, clock */
	arch_cpu_devices_init(cpu); /* this CPU's part of them */
	if (!lock_try())	    /* held from here to the first user instruction */
		panic("boot: the lock is not free");
	check_locked(cpu);
	threads_init();
	spaces_init();
	privs_init();
	switch (command_line_get(info->command_line, "root", root, sizeof(root))) {
	case 0:
		break;
	case -E2BIG:
		print("boot: root= is too long; " CONFIG_ROOT_SERVICE " instead\n");
		/* fall through */
	default:
		strlcpy(root, CONFIG_ROOT_SERVICE, sizeof(root));
	}
	pager = root_load(info, root);
	kernel_leave(cpu);
}

void main_start_cpus(void)
{
	smp_start_all(boot);
	kernel_page.cpu_count = cpu_online_count;
	print("cpu: %u running\n", cpu_online_count);
	/* Seconds, once: what it took is not what the histograms are for. */
	trace_entered(this_cpu());
	trace_locked(this_cpu());
}

void kernel_main_secondary(struct cpu *cpu) NO_ANALYSIS
{
	arch_cpu_init(cpu);
	arch_cpu_devices_init(cpu);
	publish(cpu->settled, true);
	publish(cpu->online, true); /* arch_cpu_start() waits for this, holding the lock */
	lock_spin();
	check_locked(cpu);
	cpu->settled = false;
	kernel_leave(cpu);
}
