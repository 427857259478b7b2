/* External interrupts: IRQ numbers as drivers know them, through whichever controller the machine
 * has. 0-15 are the ISA lines, wherever the firmware says they arrive; from 16 on they are global
 * system interrupts (I/O APIC inputs). All go to the boot CPU.
 */
#pragma once

#include "kernel/lock.h"

struct boot_firmware;
struct cpu;

/* A kind of controller. All lines are masked after init. Calls with numbers beyond count() do not
 * happen. Locked. */
struct interrupt_controller {
	const char *name;
	void (*init)(const struct boot_firmware *firmware);
	unsigned int (*count)(void);
	void (*mask)(unsigned int irq);
	void (*unmask)(unsigned int irq);
	/* The CPU took the interrupt of this line. False when there is nothing to deliver; then it
	 * is ended already. */
	bool (*accept)(unsigned int irq);
	void (*end)(unsigned int irq);
};

/* Picks and initialises the controller. Boot CPU. */
void interrupt_init(const struct boot_firmware *firmware);

/* Interrupts come through the APICs: local timers and other CPUs can be had. */
bool interrupt_by_apic(void);

/* A vector of vectors.h was taken; from the trap code. */
void interrupt_handle(struct cpu *cpu, unsigned int vector) REQUIRES(bkl);
