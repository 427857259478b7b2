/* What a port with a devicetree asks of its chips. A driver is one constant struct, put into a list
 * by CHIP(); the linker script collects the lists, and what the devicetree names is picked from
 * them.
 */
#pragma once

#include <skerry/types.h>

#define CHIP_NAMES 4

/* An output that works polled, without interrupts. */
struct console_chip {
	const char *compatible[CHIP_NAMES];
	/* Whether this is the chip, by what only it has; NULL: nobody can tell. */
	bool (*present)(volatile void *registers);
	/* `node` may say how the registers lie; negative: the devicetree is not read yet. */
	void (*init)(volatile void *registers, int node);
	/* Waits for room, but not for ever: a line that does not drain loses characters. */
	void (*put)(char c);
};

#define INTERRUPT_NONE 0xFFFFFFFFu
#define INTERRUPT_IPI 0xFFFFFFFEu
#define INTERRUPT_CELLS 3u

/* Lines are numbered as drivers know them. Locked, but for send(). */
struct interrupt_chip {
	const char *name;
	const char *compatible[CHIP_NAMES];
	unsigned int blocks; /* of registers it wants, at most 2 */
	/* Compatible with a second controller, whose lines come through the first; its registers
	 * are the next block. NULL: none. */
	const char *behind;
	/* Boot CPU: all lines masked, level-triggered lines to the boot CPU. */
	void (*init)(volatile void *const registers[2]);
	/* Each CPU; answers what send() knows it by. */
	uint32_t (*cpu_init)(void);
	unsigned int (*count)(void);
	void (*mask)(unsigned int line);
	void (*unmask)(unsigned int line);
	/* The line whose interrupt is taken, or INTERRUPT_*; `token` is for end(). */
	unsigned int (*take)(uint32_t *token);
	void (*end)(uint32_t token);
	/* An interrupt of another CPU; what was written before is seen by it. */
	void (*send)(uint32_t target);
	/* What send() will know a CPU by that has not run yet. */
	uint32_t (*target)(uint32_t hardware_id);
	/* The line of an `interrupts` entry, absent cells 0; `second`: of the controller behind.
	 * INTERRUPT_NONE: none. */
	unsigned int (*line)(bool second, const uint32_t cells[INTERRUPT_CELLS]);
};

/* How a CPU that waits in firmware, or in reset, is told where to begin. */
struct cpu_start_chip {
	const char *compatible[CHIP_NAMES];
	bool wake_by_interrupt; /* besides the event that every CPU gets */
	void (*init)(volatile void *registers);
	void (*start)(uint32_t hardware_id, uint32_t entry);
};

#define CHIP(list, name)                                                                           \
	static const struct list name __attribute__((used, section(".chips." #list)))

extern const struct console_chip console_chips_start[], console_chips_end[];
extern const struct interrupt_chip interrupt_chips_start[], interrupt_chips_end[];
extern const struct cpu_start_chip cpu_start_chips_start[], cpu_start_chips_end[];
