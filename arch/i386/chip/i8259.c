/* Owns the mask registers. Source: Intel 8259A data sheet (231468): ICW1-4, OCW1-3. Edges on a
 * masked line are remembered by the chip and delivered on unmask.
 */
#include "i8259.h"

#include "arch/i386/boot/boot.h"
#include "arch/i386/io.h"
#include "arch/i386/vectors.h"

#define MASTER 0x20
#define SLAVE 0xa0
#define DATA 1 /* offset of mask and initialisation words */

#define ICW1_INIT_ICW4 0x11
#define ICW4_8086 0x01
#define OCW2_END_SPECIFIC 0x60
#define OCW3_READ_SERVICE 0x0b

#define CASCADE 2u
#define LINES 16u

/* Interrupt mode control register (MultiProcessor Specification 1.4, 3.6.2.1). */
#define IMCR_SELECT 0x22
#define IMCR_DATA 0x23
#define IMCR_REGISTER 0x70
#define IMCR_APIC 0x01

static uint16_t masked = 0xffff & ~(1u << CASCADE);

static void write_masks(void)
{
	outb(MASTER + DATA, masked & 0xff);
	outb(SLAVE + DATA, masked >> 8);
}

static void chip_init(uint16_t port, uint8_t vector, uint8_t cascade)
{
	outb(port, ICW1_INIT_ICW4);
	outb(port + DATA, vector);
	outb(port + DATA, cascade);
	outb(port + DATA, ICW4_8086);
}

static void i8259_init(const struct boot_firmware *firmware)
{
	chip_init(MASTER, VECTOR_IRQ_BASE, 1 << CASCADE);
	chip_init(SLAVE, VECTOR_IRQ_BASE + 8, CASCADE);
	write_masks();
	if (firmware->local_apic && firmware->topology.has_imcr) {
		outb(IMCR_SELECT, IMCR_REGISTER);
		outb(IMCR_DATA, IMCR_APIC);
	}
}

static unsigned int i8259_count(void)
{
	return LINES;
}

static void i8259_mask(unsigned int irq)
{
	if (irq != CASCADE)
		masked |= 1u << irq;
	write_masks();
}

static void i8259_unmask(unsigned int irq)
{
	masked &= ~(1u << irq);
	write_masks();
}

static bool in_service(uint16_t port, unsigned int line)
{
	outb(port, OCW3_READ_SERVICE);
	return inb(port) & 1u << line;
}

static void i8259_end(unsigned int irq)
{
	if (irq >= 8)
		outb(SLAVE, OCW2_END_SPECIFIC | (irq - 8));
	outb(MASTER, OCW2_END_SPECIFIC | (irq >= 8 ? CASCADE : irq));
}

/* A line that drops before it is acknowledged comes as the chip's line 7, which is then not in
 * service. The slave's is in service on the master as the cascade. */
static bool i8259_accept(unsigned int irq)
{
	if (irq == 7)
		return in_service(MASTER, 7);
	if (irq == 15 && !in_service(SLAVE, 7)) {
		outb(MASTER, OCW2_END_SPECIFIC | CASCADE);
		return false;
	}
	return true;
}

const struct interrupt_controller i8259_controller = {
	.name = "8259",
	.init = i8259_init,
	.count = i8259_count,
	.mask = i8259_mask,
	.unmask = i8259_unmask,
	.accept = i8259_accept,
	.end = i8259_end,
};
