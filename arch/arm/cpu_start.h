/* How the other CPUs are started: by the firmware, or by a register of the machine. */
#pragma once

#include <skerry/types.h>

/* Finds the way and maps its registers. Boot CPU, before boot_map_build(). */
void cpu_start_find(void);

/* False: there is none, and this CPU is alone. */
bool cpu_start_known(void);

/* Has the CPU begin at the physical address `entry`: 0, or negative where the firmware refuses. Not
 * every way tells whether there is such a CPU. */
int cpu_start(uint32_t hardware_id, uint32_t entry);
