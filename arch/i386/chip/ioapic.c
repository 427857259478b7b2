/* Owns the I/O APICs' redirection entries. Source: Intel 82093AA data sheet (290566), 3.2.
 *
 * The chip forgets an edge on a masked line. So an edge-triggered line, once unmasked, stays so in
 * hardware; "masked" is a flag here, an edge that comes meanwhile is remembered, and unmasking
 * sends it again. A level-triggered line asserts until its device is served and is masked in
 * hardware.
 */
#include "ioapic.h"

#include "arch/i386/boot/boot.h"
#include "arch/i386/vectors.h"
#include "kernel/print.h"
#include "lapic.h"

#define SELECT 0
#define WINDOW (0x10 / 4)

#define REGISTER_VERSION 0x01
#define REGISTER_ENTRY 0x10 /* two words a pin */

#define ENTRY_LOW 0x2000u /* active low */
#define ENTRY_LEVEL 0x8000u
#define ENTRY_MASKED 0x10000u

struct line {
	volatile uint32_t *chip; /* NULL: no pin */
	uint8_t pin;
	bool level;
	bool masked;
	bool pending; /* edge-triggered: came while masked */
	uint32_t low; /* redirection entry, unmasked */
};

static struct line lines[IRQ_MAX];
static unsigned int line_count = TOPOLOGY_ISA_IRQS;

static uint32_t chip_read(volatile uint32_t *chip, uint32_t index)
{
	chip[SELECT] = index;
	return chip[WINDOW];
}

static void chip_write(volatile uint32_t *chip, uint32_t index, uint32_t value)
{
	chip[SELECT] = index;
	chip[WINDOW] = value;
}

static unsigned int pin_count(volatile uint32_t *chip)
{
	return (chip_read(chip, REGISTER_VERSION) >> 16 & 0xff) + 1;
}

static void write_entry(const struct line *line, uint32_t mask)
{
	chip_write(line->chip, REGISTER_ENTRY + 2 * line->pin, line->low | mask);
}

/* Connect an IRQ to the pin of a global system interrupt, masked, to this CPU. */
static void line_connect(const struct boot_firmware *firmware, unsigned int irq, uint32_t gsi,
			 uint32_t mode)
{
	struct line *line = &lines[irq];
	uint32_t pin;
	int index = topology_find_io_apic(&firmware->topology, gsi, &pin);

	if (index < 0 || !firmware->io_apics[index] || pin >= pin_count(firmware->io_apics[index]))
		return;
	line->chip = firmware->io_apics[index];
	line->pin = pin;
	line->level = mode & ENTRY_LEVEL;
	line->masked = true;
	line->low = (VECTOR_IRQ_BASE + irq) | mode;
	write_entry(line, ENTRY_MASKED);
	chip_write(line->chip, REGISTER_ENTRY + 2 * pin + 1, lapic_id() << 24);
	if (irq >= line_count)
		line_count = irq + 1;
}

static void chips_mask_all(const struct boot_firmware *firmware)
{
	unsigned int i, pin;

	for (i = 0; i < firmware->topology.io_apic_count; i++) {
		volatile uint32_t *chip = firmware->io_apics[i];

		for (pin = 0; chip && pin < pin_count(chip); pin++)
			chip_write(chip, REGISTER_ENTRY + 2 * pin, ENTRY_MASKED);
	}
}

static void ioapic_init(const struct boot_firmware *firmware)
{
	unsigned int irq;

	lapic_init(firmware);
	chips_mask_all(firmware);
	for (irq = 0; irq < TOPOLOGY_ISA_IRQS; irq++) {
		const struct topology_route *route = &firmware->topology.isa[irq];

		if (route->present)
			line_connect(firmware, irq, route->gsi,
				     (route->active_low ? ENTRY_LOW : 0) |
					     (route->level_triggered ? ENTRY_LEVEL : 0));
	}
	for (; irq < IRQ_MAX; irq++) /* PCI's: active low, level */
		line_connect(firmware, irq, irq, ENTRY_LOW | ENTRY_LEVEL);
}

static unsigned int ioapic_count(void)
{
	return line_count;
}

static void ioapic_mask(unsigned int irq)
{
	struct line *line = &lines[irq];

	line->masked = true;
	if (line->chip && line->level)
		write_entry(line, ENTRY_MASKED);
}

static void ioapic_unmask(unsigned int irq)
{
	struct line *line = &lines[irq];

	line->masked = false;
	if (!line->chip)
		return;
	write_entry(line, 0);
	if (line->pending) {
		line->pending = false;
		lapic_send(lapic_id(), VECTOR_IRQ_BASE + irq);
	}
}

static bool ioapic_accept(unsigned int irq)
{
	struct line *line = &lines[irq];

	if (!line->masked)
		return true;
	line->pending = !line->level;
	lapic_end();
	return false;
}

static void ioapic_end(unsigned int irq)
{
	(void)irq;
	lapic_end();
}

const struct interrupt_controller ioapic_controller = {
	.name = "I/O APIC",
	.init = ioapic_init,
	.count = ioapic_count,
	.mask = ioapic_mask,
	.unmask = ioapic_unmask,
	.accept = ioapic_accept,
	.end = ioapic_end,
};
