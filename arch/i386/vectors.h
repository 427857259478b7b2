/* Interrupt vectors. 0-31 are the CPU's exceptions, ARCH_TRAP_VECTOR is the system call; external
 * interrupts lie above them, what must not wait behind a device highest (the local APIC serves by
 * vector / 16). Also read by assembler.
 */
#pragma once

#define VECTOR_IRQ_BASE 0x30 /* IRQ n; the 8259s' sixteen too */
#define IRQ_MAX 64
#define VECTOR_TIMER 0xF0    /* local APIC timer */
#define VECTOR_IPI 0xF1	     /* look at your CPU's state: parking, rescheduling */
#define VECTOR_SPURIOUS 0xFF /* local APIC: low four bits must be ones (SDM vol. 3, 11.9) */
