/* How a PC is switched off and reset. Each way is tried in turn; a machine that has one ends there.
 */
#include "arch/i386/board.h"

#include <skerry/kernel_call.h>

#include "arch/i386/boot/boot.h"
#include "arch/i386/io.h"
#include "kernel/arch.h"

/* QEMU's isa-debug-exit where board.mk puts it: the emulator exits with (value << 1) | 1. */
#define EXIT_PORT 0xf4
#define EXIT_PASS 0x10
#define EXIT_FAIL 0x11

/* ACPI 6.4, 4.8.3.2: PM1 control. Sleep type 0 is soft off on QEMU's machines; on others it would
 * have to be read from the \_S5 object. */
#define PM1_CONTROL_QEMU 0x604
#define PM1_SLEEP_ENABLE 0x2000

#define RESET_CONTROL 0xcf9 /* Intel chipsets */
#define RESET_CPU_HARD 0x06
#define KEYBOARD_STATUS 0x64
#define KEYBOARD_INPUT_FULL 0x02
#define KEYBOARD_PULSE_RESET 0xfe

/* Some hundred milliseconds of port reads: the machine has to notice. */
#define WAIT_READS 100000

static void wait_a_moment(void)
{
	unsigned int i;

	for (i = 0; i < WAIT_READS; i++)
		inb(KEYBOARD_STATUS);
}

static void power_off(uint32_t code)
{
	const struct acpi_fixed_hardware *acpi = &boot_firmware()->acpi;

	outb(EXIT_PORT, code == 0 ? EXIT_PASS : EXIT_FAIL);
	if (acpi->pm1a_control_port != 0)
		outw(acpi->pm1a_control_port, PM1_SLEEP_ENABLE);
	else
		outw(PM1_CONTROL_QEMU, PM1_SLEEP_ENABLE);
	wait_a_moment();
}

static void reset_by_keyboard(void)
{
	unsigned int i;

	for (i = 0; i < WAIT_READS && inb(KEYBOARD_STATUS) & KEYBOARD_INPUT_FULL; i++)
		;
	outb(KEYBOARD_STATUS, KEYBOARD_PULSE_RESET);
	wait_a_moment();
}

static void reset(void)
{
	const struct acpi_fixed_hardware *acpi = &boot_firmware()->acpi;

	if (acpi->has_reset && acpi->reset_space == ACPI_SPACE_IO) {
		outb(acpi->reset_address, acpi->reset_value);
		wait_a_moment();
	}
	outb(RESET_CONTROL, RESET_CPU_HARD & ~0x04);
	outb(RESET_CONTROL, RESET_CPU_HARD);
	wait_a_moment();
	reset_by_keyboard();
}

void board_power(uint32_t operation, uint32_t code)
{
	if (operation == ABORT_RESET)
		reset();
	else
		power_off(code);
}
