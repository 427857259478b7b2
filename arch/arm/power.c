/* The end of the machine: the emulator is told the code, then the firmware is asked. */
#include <skerry/kernel_call.h>

#include "kernel/arch.h"
#include "kernel/print.h"
#include "psci.h"
#include "semihosting.h"

/* Semihosting for AArch32 and AArch64, 2.0: SYS_EXIT_EXTENDED, ADP_Stopped_ApplicationExit. */
#define EXIT_EXTENDED 0x20u
#define APPLICATION_EXIT 0x20026u

/* What the emulator's process ends with: not 0, which a machine that goes wrong gives, too. */
#define CODE_PASS 33u
#define CODE_FAIL 35u

static void tell_emulator(uint32_t code)
{
	const uint32_t block[2] = {APPLICATION_EXIT, code == 0 ? CODE_PASS : CODE_FAIL};

	semihosting_call(EXIT_EXTENDED, block);
}

void arch_power(uint32_t operation, uint32_t code)
{
	__asm__ volatile("cpsid aif");
	if (operation == ABORT_RESET) {
		psci_system_reset();
	} else {
		tell_emulator(code);
		psci_system_off();
	}
	print("power: this machine can be switched off now\n");
	for (;;)
		__asm__ volatile("wfi");
}
