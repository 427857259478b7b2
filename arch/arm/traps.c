/* From the assembly entries to the portable kernel: what a fault status means. */
#include "traps.h"

#include "devices.h"
#include "fpu.h"
#include "kernel/panic.h"
#include "kernel/sched.h"
#include "kernel/signal.h"
#include "kernel/thread.h"
#include "kernel/trap.h"
#include "registers.h"
#include <skerry/kernel_message.h>

/* Fault status, ARM DDI 0406C, B3.13.3: bit 10 and bits 3:0. */
#define STATUS_MASK 0x40Fu
#define STATUS_WRITE 0x800u
#define STATUS_ALIGNMENT 0x01u
#define STATUS_DEBUG 0x02u
#define STATUS_TRANSLATION_SECTION 0x05u
#define STATUS_TRANSLATION_PAGE 0x07u
#define STATUS_PERMISSION_SECTION 0x0Du
#define STATUS_PERMISSION_PAGE 0x0Fu

static void abort_handle(uint32_t status, vaddr_t address, uint32_t access)
	__attribute__((noreturn));
static void abort_handle(uint32_t status, vaddr_t address, uint32_t access)
{
	switch (status & STATUS_MASK) {
	case STATUS_PERMISSION_SECTION:
	case STATUS_PERMISSION_PAGE:
		access |= FAULT_PRESENT;
		/* fall through */
	case STATUS_TRANSLATION_SECTION:
	case STATUS_TRANSLATION_PAGE:
		trap_page_fault(address, access);
	case STATUS_DEBUG:
		trap_exception(SIGNAL_TRAP);
	default: /* alignment, and what answered with an error */
		trap_exception(SIGNAL_BUS);
	}
}

ARCH_ENTRY void trap_user_data(void)
{
	const uint32_t status = dfsr_read();

	abort_handle(status, dfar_read(), status & STATUS_WRITE ? FAULT_WRITE : 0);
}

ARCH_ENTRY void trap_user_prefetch(void)
{
	abort_handle(ifsr_read(), ifar_read(), FAULT_EXECUTE);
}

ARCH_ENTRY void trap_user_undefined(void)
{
	struct cpu *cpu = this_cpu();
	struct thread *t = kernel_enter(cpu);

	if (t && !fpu_wanted(cpu, t))
		signal_cause(t, SIGNAL_ILLEGAL);
	kernel_leave(cpu);
}

/* A CPU that panics stops the others by an interrupt: those that hold one off look themselves. */
static void stop_for_panic(void)
{
	while (panic_running())
		__asm__ volatile("wfi");
}

ARCH_ENTRY void trap_user_interrupt(struct cpu *cpu)
{
	stop_for_panic();
	kernel_enter(cpu);
	interrupt_handle(cpu);
	kernel_leave(cpu);
}

ARCH_ENTRY void trap_kernel_interrupt(struct cpu *cpu)
{
	stop_for_panic();
	kernel_enter_idle(cpu);
	interrupt_handle(cpu);
	kernel_leave(cpu);
}

ARCH_ENTRY void trap_kernel_exception(uint32_t kind, uint32_t pc, uint32_t cpsr)
{
	static const char *const names[] = {"undefined instruction", "prefetch abort",
					    "data abort"};

	/* Until a program runs, what the devicetree says is all that may name what is not there. */
	panic("%s in the kernel at %x, cpsr %x, status %x %x, address %x %x%s", names[kind], pc,
	      cpsr, dfsr_read(), ifsr_read(), dfar_read(), ifar_read(),
	      pager ? "" : ": is the devicetree right?");
}
