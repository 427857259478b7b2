/* One CPU: nobody to start or to stop. */
#include <skerry/errno.h>

#include "kernel/arch.h"

int arch_cpu_start(struct cpu *cpu, uint32_t hardware_id)
{
	(void)cpu, (void)hardware_id;
	return -ETIMEDOUT;
}

void arch_panic_stop_others(void)
{
}
