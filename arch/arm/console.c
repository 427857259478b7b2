/* Owns the choice of the console. One at a time: what comes before there is any is lost. */
#include "console.h"

#include <string.h>

#include "arch/common/chip/chip.h"
#include "arch/common/devicetree.h"
#include "boot/boot_map.h"
#include "kernel/arch.h"
#include "kernel/print.h"

#define REGISTERS_BYTES 0x1000u

static const struct console_chip *console;
static uint64_t console_address;

static void use(const struct console_chip *chip, uint64_t address, int node)
{
	volatile void *registers;

	if (console && address == console_address)
		return;
	registers = boot_map_device(address, REGISTERS_BYTES);
	if (!registers)
		return;
	/* One that works is not given up for an address at which there may be nothing. */
	if (console && chip->present && !chip->present(registers)) {
		print("console: no %s at 0x%llx, where the devicetree names one\n",
		      chip->compatible[0], (unsigned long long)address);
		return;
	}
	chip->init(registers, node);
	console = chip;
	console_address = address;
}

void console_early(void)
{
	const struct console_chip *c;

	for (c = console_chips_start; c < console_chips_end && CONFIG_EARLY_CONSOLE != 0; c++)
		if (strcmp(c->compatible[0], CONFIG_EARLY_CONSOLE_CHIP) == 0)
			use(c, CONFIG_EARLY_CONSOLE, -1);
}

static bool drives(const struct console_chip *chip, int node)
{
	for (unsigned int i = 0; i < CHIP_NAMES && chip->compatible[i]; i++)
		if (devicetree_is(node, chip->compatible[i]))
			return true;
	return false;
}

/* Where the firmware chose none, any that is known. */
void console_init(void)
{
	const struct console_chip *c;
	const int chosen = devicetree_console();
	uint64_t base, size;

	for (c = console_chips_start; c < console_chips_end; c++) {
		const int node = chosen >= 0 ? chosen : devicetree_find(c->compatible[0]);

		if (node >= 0 && drives(c, node) && devicetree_registers(node, 0, &base, &size)) {
			use(c, base, node);
			return;
		}
	}
}

void arch_console_put(char c)
{
	if (!console)
		return;
	if (c == '\n')
		console->put('\r');
	console->put(c);
}
