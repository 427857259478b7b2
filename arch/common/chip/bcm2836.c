/* Interrupts of Broadcom's BCM2836 (Raspberry Pi 2): each core's own, from timers, mailboxes and
 * the rest of the machine together; that rest has a controller of its own, taken over from the
 * BCM2835. A mailbox is an interrupt of one core to another; another one is where a core that the
 * firmware holds looks for its address. Sources: Broadcom "Quad-A7 control" QA7 rev3.4; "BCM2835
 * ARM Peripherals", 7.
 *
 * Lines: 0-31 a core's own, 32-95 the machine's, 96-103 the eight that the ARM side adds. All are
 * level-triggered; nothing is acknowledged.
 */
#include "chip.h"
#include "kernel/arch.h"
#include "kernel/cpu.h"

#define CORE(name, core) (((name) + 4 * (core)) / 4)
#define MAILBOX(name, core, box) (((name) + 16 * (core) + 4 * (box)) / 4)
#define ROUTE_MACHINE (0x0C / 4)
#define TIMER_CONTROL 0x40
#define MAILBOX_CONTROL 0x50
#define SOURCE 0x60
#define MAILBOX_SET 0x80
#define MAILBOX_CLEAR 0xC0

#define SOURCE_TIMERS 0x00Fu
#define SOURCE_MAILBOX_IPI 0x010u /* mailbox 0 */
#define SOURCE_MACHINE 0x100u
#define BOX_IPI 0u
#define BOX_START 3u
#define CORE_MASK 3u

/* The machine's controller: three groups, each a word of lines. */
#define GROUPS 3u
#define GROUP_ARM 2u
#define ARM_LINES 8u
#define LINE_MACHINE 32u
#define LINE_COUNT (LINE_MACHINE + 64 + ARM_LINES)
static const unsigned int pending[GROUPS] = {0x04 / 4, 0x08 / 4, 0x00 / 4};
static const unsigned int enable[GROUPS] = {0x10 / 4, 0x14 / 4, 0x18 / 4};
static const unsigned int disable[GROUPS] = {0x1C / 4, 0x20 / 4, 0x24 / 4};
static const uint32_t group_lines[GROUPS] = {~0u, ~0u, (1u << ARM_LINES) - 1};
/* Devicetree binding brcm,bcm2835-armctrl-ic numbers them in this order. */
static const unsigned int bank_group[GROUPS] = {GROUP_ARM, 0, 1};

static volatile uint32_t *local, *machine;

static unsigned int own_core(void)
{
	return this_cpu()->hardware_id & CORE_MASK;
}

/* The machine's interrupts go to the first core. */
static void init(volatile void *const registers[2])
{
	local = registers[0];
	machine = registers[1];
	local[ROUTE_MACHINE] = 0;
	for (unsigned int i = 0; i < GROUPS; i++)
		machine[disable[i]] = group_lines[i];
}

static uint32_t cpu_init(void)
{
	const unsigned int core = own_core();

	local[CORE(TIMER_CONTROL, core)] = 0;
	local[MAILBOX(MAILBOX_CLEAR, core, BOX_IPI)] = ~0u;
	local[CORE(MAILBOX_CONTROL, core)] = 1u << BOX_IPI;
	return core;
}

static unsigned int count(void)
{
	return LINE_COUNT;
}

static void line_write(const unsigned int *registers, unsigned int line)
{
	line -= LINE_MACHINE;
	machine[registers[line / 32]] = 1u << line % 32;
}

static void timer_line_write(unsigned int line, bool on)
{
	volatile uint32_t *control = &local[CORE(TIMER_CONTROL, own_core())];

	if (SOURCE_TIMERS >> line & 1)
		*control = on ? *control | 1u << line : *control & ~(1u << line);
}

static void mask(unsigned int line)
{
	if (line >= LINE_MACHINE)
		line_write(disable, line);
	else
		timer_line_write(line, false);
}

static void unmask(unsigned int line)
{
	if (line >= LINE_MACHINE)
		line_write(enable, line);
	else
		timer_line_write(line, true);
}

static unsigned int take_machine(void)
{
	for (unsigned int i = 0; i < GROUPS; i++) {
		const uint32_t lines = machine[pending[i]] & group_lines[i];

		if (lines != 0)
			return LINE_MACHINE + 32 * i + (unsigned int)__builtin_ctz(lines);
	}
	return INTERRUPT_NONE;
}

static unsigned int take(uint32_t *token)
{
	const unsigned int core = own_core();
	const uint32_t sources = local[CORE(SOURCE, core)];

	*token = 0;
	if (sources & SOURCE_MAILBOX_IPI) {
		local[MAILBOX(MAILBOX_CLEAR, core, BOX_IPI)] = ~0u;
		arch_device_barrier();
		return INTERRUPT_IPI;
	}
	if (sources & SOURCE_TIMERS)
		return (unsigned int)__builtin_ctz(sources & SOURCE_TIMERS);
	return sources & SOURCE_MACHINE ? take_machine() : INTERRUPT_NONE;
}

static void end(uint32_t token)
{
	(void)token;
	arch_device_barrier();
}

static void send(uint32_t target)
{
	arch_device_barrier();
	local[MAILBOX(MAILBOX_SET, target & CORE_MASK, BOX_IPI)] = 1;
}

static uint32_t target_of(uint32_t hardware_id)
{
	return hardware_id & CORE_MASK;
}

/* A core's own: number, trigger. The machine's: bank, number. */
static unsigned int line_of(bool second, const uint32_t cells[INTERRUPT_CELLS])
{
	if (!second)
		return cells[0] < LINE_MACHINE ? cells[0] : INTERRUPT_NONE;
	if (cells[0] >= GROUPS || cells[1] >= 32 ||
	    !(group_lines[bank_group[cells[0]]] >> cells[1] & 1))
		return INTERRUPT_NONE;
	return LINE_MACHINE + 32 * bank_group[cells[0]] + cells[1];
}

CHIP(interrupt_chip, bcm2836) = {
	.name = "BCM2836",
	.compatible = {"brcm,bcm2836-l1-intc"},
	.behind = "brcm,bcm2836-armctrl-ic",
	.blocks = 1,
	.init = init,
	.cpu_init = cpu_init,
	.count = count,
	.mask = mask,
	.unmask = unmask,
	.take = take,
	.end = end,
	.send = send,
	.target = target_of,
	.line = line_of,
};

static void start_init(volatile void *registers)
{
	local = registers;
}

static void start(uint32_t hardware_id, uint32_t entry)
{
	local[MAILBOX(MAILBOX_SET, hardware_id & CORE_MASK, BOX_START)] = entry;
}

CHIP(cpu_start_chip, bcm2836_start) = {
	.compatible = {"brcm,bcm2836-l1-intc"},
	.init = start_init,
	.start = start,
};
