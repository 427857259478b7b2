/* The port's interrupt controller, and what arrives through it. */
#pragma once

#include "kernel/lock.h"

struct cpu;

/* Finds the controller and maps its registers. Boot CPU, before boot_map_build(). */
void devices_map(void);

/* An interrupt was taken: find out whose it is and serve it. */
void interrupt_handle(struct cpu *cpu) REQUIRES(bkl);

/* The line of entry `index` of the node's `interrupts`; INTERRUPT_NONE: none (chip.h). */
unsigned int interrupt_line(int node, unsigned int index);

/* A line that each CPU has for itself and uses for itself: drivers cannot have it. */
void interrupt_unmask_own(unsigned int line);
