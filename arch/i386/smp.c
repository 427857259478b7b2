/* Starts the other CPUs, sends them interrupts, stops them in a panic.
 *
 * One start is under way at a time. The CPU started comes through trampoline.S and looks for its
 * APIC id in ap_ticket; whoever changes the ticket to 0 decides:
 *
 *   boot CPU   ap_ticket = n + 1, SIPI ... gives up: ticket n + 1 -> 0; may go on with m
 *   CPU n                                               arrives: not its ticket, parks for good
 */
#include <skerry/errno.h>
#include <string.h>

#include "boot/boot_offsets.h"
#include "chip/lapic.h"
#include "control_register.h"
#include "interrupt.h"
#include "kernel/arch.h"
#include "kernel/cpu.h"
#include "kernel/panic.h"
#include "time.h"
#include "vectors.h"

#define MICROSECOND 1000u
#define INIT_WAIT (10000 * MICROSECOND) /* MultiProcessor Specification 1.4, B.4 */
#define STARTUP_WAIT (200 * MICROSECOND)
#define ARRIVAL_WAIT (500000 * MICROSECOND) /* an emulator may have to wait for a host CPU */
#define ONLINE_WAIT (10000000000ull)

#define TABLE_ENTRIES 1024u
#define KERNEL_ENTRY (ARCH_KERNEL_BASE >> 22)
#define PAGE_PRESENT_WRITE 3u

_Static_assert(ARCH_DEVICE_BASE == 0xf8000000u, "trampoline.S: the local APIC");

extern char trampoline_start[], trampoline_end[];
extern uint32_t trampoline_directory, trampoline_cr4; /* in the copy, before paging */
extern uint32_t kernel_tables[];

/* Read by trampoline.S. */
extern volatile uint32_t ap_ticket; /* APIC id + 1 of the CPU that may come; 0: none */
extern struct cpu *volatile ap_cpu; /* its area */
extern uint32_t ap_root, ap_cr4;
volatile uint32_t ap_ticket;
struct cpu *volatile ap_cpu;
uint32_t ap_root, ap_cr4;

/* The kernel's half, and the trampoline at its physical address. */
static uint32_t ap_directory[TABLE_ENTRIES] __attribute__((aligned(ARCH_PAGE_SIZE)));

/* A variable of the trampoline in the copy that runs. */
static uint32_t *in_copy(uint32_t *variable)
{
	return (uint32_t *)((char *)phys_to_virt(BOOT_TRAMPOLINE) +
			    ((char *)variable - trampoline_start));
}

/* Once, and never again: a CPU that comes late must find the trampoline as it was. */
static void trampoline_prepare(void)
{
	const uint32_t *root = phys_to_virt(arch_kernel_root());

	memcpy(&ap_directory[KERNEL_ENTRY], &root[KERNEL_ENTRY],
	       (TABLE_ENTRIES - KERNEL_ENTRY) * sizeof(*root));
	ap_directory[0] = virt_to_phys(kernel_tables) | PAGE_PRESENT_WRITE;
	memcpy(phys_to_virt(BOOT_TRAMPOLINE), trampoline_start, trampoline_end - trampoline_start);
	ap_root = arch_kernel_root();
	ap_cr4 = cr4_read(); /* no CPU without it has a local APIC */
	*in_copy(&trampoline_directory) = virt_to_phys(ap_directory);
	*in_copy(&trampoline_cr4) = ap_cr4 & ~CR4_PGE;
}

/* All others at once, so that the long wait is paid once. */
static bool prepare(void)
{
	static bool done;

	if (done)
		return true;
	trampoline_prepare();
	done = lapic_send_init_others();
	time_spin(INIT_WAIT);
	return done;
}

static bool arrives_within(nanoseconds_t time)
{
	nanoseconds_t end = arch_time() + time;

	while (ap_ticket != 0) {
		if (arch_time() >= end)
			return false;
		arch_pause();
	}
	return true;
}

static bool arrives(uint32_t hardware_id)
{
	if (lapic_send_startup(hardware_id, BOOT_TRAMPOLINE) && arrives_within(STARTUP_WAIT))
		return true;
	if (lapic_send_startup(hardware_id, BOOT_TRAMPOLINE) && arrives_within(ARRIVAL_WAIT))
		return true;
	return __atomic_exchange_n(&ap_ticket, 0, __ATOMIC_SEQ_CST) == 0;
}

int arch_cpu_start(struct cpu *cpu, uint32_t hardware_id)
{
	nanoseconds_t end;

	if (!interrupt_by_apic() || !arch_has_tsc || !prepare())
		return -ETIMEDOUT;
	ap_cpu = cpu;
	arch_barrier();
	ap_ticket = hardware_id + 1;
	if (!arrives(hardware_id))
		return -ETIMEDOUT;

	/* It has the stack, there is no way back. An emulator may let it wait for its turn. */
	for (end = arch_time() + ONLINE_WAIT; !cpu->online;) {
		if (arch_time() >= end)
			panic("cpu %u started but does not come online", cpu->index);
		arch_pause();
	}
	return 0;
}

void arch_ipi_send(const struct cpu *target)
{
	lapic_send(target->hardware_id, VECTOR_IPI);
}

/* Compares APIC ids: a stack that went wrong may be why this CPU panics. */
void arch_panic_stop_others(void)
{
	unsigned int i;

	if (!interrupt_by_apic())
		return;
	for (i = 0; i < CPU_MAX; i++) {
		const struct cpu *cpu = cpu_get(i);

		if (cpu->online && cpu->hardware_id != lapic_id())
			lapic_send_nmi(cpu->hardware_id);
	}
}
