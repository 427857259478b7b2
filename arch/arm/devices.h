/* The port's interrupt controller, and what arrives through it. */
#pragma once

#include "kernel/lock.h"

struct cpu;

/* Finds what the kernel drives itself and maps its registers. Boot CPU, before boot_map_build(). */
void devices_map(void);

/* Register block `index` of the node, mapped; NULL: there is none. As early as devices_map(). */
volatile void *device_map(int node, unsigned int index);

/* An interrupt was taken: find out whose it is and serve it. */
void interrupt_handle(struct cpu *cpu) REQUIRES(bkl);

/* The line of entry `index` of the node's `interrupts`; INTERRUPT_NONE: none (chip.h). */
unsigned int interrupt_line(int node, unsigned int index);

/* A line that each CPU has for itself and uses for itself: drivers cannot have it. */
void interrupt_unmask_own(unsigned int line);

/* An interrupt for a CPU that has not run yet. */
void interrupt_send(uint32_t hardware_id);
