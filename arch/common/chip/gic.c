/* ARM's generic interrupt controller, versions 1 and 2, one security state. Source: ARM IHI 0048B.
 * Lines 0-15 are the CPUs' interrupts to one another, 16-31 each CPU's own, the rest shared: these
 * all go to the boot CPU. State: only where the registers are.
 */
#include "chip.h"
#include "kernel/arch.h"
#include "kernel/panic.h"

/* Distributor, bytes. */
#define GICD_CTLR 0x000u
#define GICD_TYPER 0x004u
#define GICD_ISENABLER 0x100u
#define GICD_ICENABLER 0x180u
#define GICD_ICPENDR 0x280u
#define GICD_IPRIORITYR 0x400u
#define GICD_ITARGETSR 0x800u
#define GICD_SGIR 0xF00u
#define GICD_ICPIDR2 0xFE8u

/* CPU interface. */
#define GICC_CTLR 0x00u
#define GICC_PMR 0x04u
#define GICC_BPR 0x08u
#define GICC_IAR 0x0Cu
#define GICC_EOIR 0x10u

#define ENABLE 1u
#define PRIORITY_ALL 0xF0u
#define PRIORITIES_MIDDLE 0xA0A0A0A0u
#define LINE_MASK 0x3FFu
#define LINE_SPECIAL 1020u /* and above: nothing to take */
#define LINE_SHARED 32u
#define LINE_PRIVATE 16u
#define CELL_PRIVATE 1u
#define SGI_TARGET_SHIFT 16

static volatile uint8_t *distributor, *interface;
static unsigned int line_count;

static uint32_t read32(volatile uint8_t *registers, unsigned int offset)
{
	return *(volatile uint32_t *)(registers + offset);
}

static void write32(volatile uint8_t *registers, unsigned int offset, uint32_t value)
{
	*(volatile uint32_t *)(registers + offset) = value;
}

static void line_bit_write(unsigned int offset, unsigned int line)
{
	write32(distributor, offset + line / 32 * 4, 1u << line % 32);
}

/* This CPU's bit: the targets of its own lines read as itself; 0 where there is one CPU. */
static uint32_t own_target(void)
{
	unsigned int i;
	uint32_t targets = 0;

	for (i = 0; i < LINE_SHARED && targets == 0; i += 4)
		targets = read32(distributor, GICD_ITARGETSR + i);
	targets |= targets >> 16;
	targets |= targets >> 8;
	return targets & 0xFF ? targets & 0xFF : 1;
}

static void init(volatile void *const registers[2])
{
	unsigned int i;
	uint32_t target, version;

	distributor = registers[0];
	interface = registers[1];
	version = read32(distributor, GICD_ICPIDR2) >> 4 & 0xF;
	if (version != 1 && version != 2)
		panic("boot: there is no GIC where the devicetree names one");
	write32(distributor, GICD_CTLR, 0);
	line_count = ((read32(distributor, GICD_TYPER) & 0x1F) + 1) * 32;
	if (line_count > LINE_SPECIAL)
		line_count = LINE_SPECIAL;
	target = own_target() * 0x01010101u;
	for (i = LINE_SHARED; i < line_count; i += 32) {
		write32(distributor, GICD_ICENABLER + i / 8, ~0u);
		write32(distributor, GICD_ICPENDR + i / 8, ~0u);
	}
	for (i = LINE_SHARED; i < line_count; i += 4) {
		write32(distributor, GICD_IPRIORITYR + i, PRIORITIES_MIDDLE);
		write32(distributor, GICD_ITARGETSR + i, target);
	}
	write32(distributor, GICD_CTLR, ENABLE);
}

static uint32_t cpu_init(void)
{
	unsigned int i;

	write32(distributor, GICD_ICENABLER, 0xFFFF0000u);
	write32(distributor, GICD_ICPENDR, 0xFFFF0000u);
	for (i = 0; i < LINE_SHARED; i += 4)
		write32(distributor, GICD_IPRIORITYR + i, PRIORITIES_MIDDLE);
	write32(distributor, GICD_ISENABLER, 0x0000FFFFu);
	write32(interface, GICC_PMR, PRIORITY_ALL);
	write32(interface, GICC_BPR, 0);
	write32(interface, GICC_CTLR, ENABLE);
	return own_target();
}

static unsigned int count(void)
{
	return line_count;
}

static void mask(unsigned int line)
{
	line_bit_write(GICD_ICENABLER, line);
}

static void unmask(unsigned int line)
{
	line_bit_write(GICD_ISENABLER, line);
}

static unsigned int take(uint32_t *token)
{
	const uint32_t taken = read32(interface, GICC_IAR);
	const unsigned int line = taken & LINE_MASK;

	*token = taken;
	if (line >= LINE_SPECIAL)
		return INTERRUPT_NONE;
	return line < LINE_PRIVATE ? INTERRUPT_IPI : line;
}

/* An interrupt from another CPU ends with that CPU's number in the token (4.4.5). What the handler
 * did to device and distributor must have arrived before (3.2.1). */
static void end(uint32_t token)
{
	arch_device_barrier();
	write32(interface, GICC_EOIR, token);
}

static void send(uint32_t target)
{
	arch_device_barrier();
	write32(distributor, GICD_SGIR, target << SGI_TARGET_SHIFT);
}

/* CPU interfaces are numbered as the CPUs are, on every machine so far. */
static uint32_t target_of(uint32_t hardware_id)
{
	return 1u << (hardware_id & 7);
}

/* Devicetree binding arm,gic: kind, number, trigger. */
static unsigned int line_of(bool second, const uint32_t cells[INTERRUPT_CELLS])
{
	const unsigned int line =
		cells[1] + (cells[0] == CELL_PRIVATE ? LINE_PRIVATE : LINE_SHARED);

	(void)second;
	return line < line_count ? line : INTERRUPT_NONE;
}

CHIP(interrupt_chip, gic) = {
	.name = "GIC",
	.compatible = {"arm,cortex-a15-gic", "arm,cortex-a9-gic", "arm,gic-400",
		       "arm,cortex-a7-gic"},
	.blocks = 2,
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
