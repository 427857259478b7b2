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
	void (*init)(volatile void *registers);
	/* Waits for room, but not for ever: a line that does not drain loses characters. */
	void (*put)(char c);
};

#define INTERRUPT_NONE 0xFFFFFFFFu
#define INTERRUPT_IPI 0xFFFFFFFEu

/* Lines are numbered as drivers know them. Locked, but for send(). */
struct interrupt_chip {
	const char *compatible[CHIP_NAMES];
	unsigned int blocks; /* of registers it wants, at most 2 */
	/* Boot CPU: all lines masked, level-triggered lines to the boot CPU. */
	void (*init)(volatile void *const registers[2]);
	/* Each CPU; answers the bit that send() knows it by. */
	uint32_t (*cpu_init)(void);
	unsigned int (*count)(void);
	void (*mask)(unsigned int line);
	void (*unmask)(unsigned int line);
	/* The line whose interrupt is taken, or INTERRUPT_*; `token` is for end(). */
	unsigned int (*take)(uint32_t *token);
	void (*end)(uint32_t token);
	/* An interrupt of another CPU; what was written before is seen by it. */
	void (*send)(uint32_t target);
	/* The line of an `interrupts` entry of three cells or fewer; INTERRUPT_NONE: none. */
	unsigned int (*line)(const uint32_t cells[3]);
};

#define CHIP(list, name)                                                                           \
	static const struct list name __attribute__((used, section(".chips." #list)))

extern const struct console_chip console_chips_start[], console_chips_end[];
extern const struct interrupt_chip interrupt_chips_start[], interrupt_chips_end[];
