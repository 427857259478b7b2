/* The end of the machine: the board's ways, then the CPU's own. */
#include <skerry/kernel_call.h>

#include "board.h"
#include "kernel/arch.h"
#include "kernel/print.h"

/* With no interrupt table the first exception cannot be delivered, nor the double fault that this
 * makes, which resets the CPU. */
static void triple_fault(void)
{
	static const struct {
		uint16_t limit;
		uint32_t base;
	} __attribute__((packed)) nothing = {0, 0};

	__asm__ volatile("lidt %0; int3" : : "m"(nothing));
}

void arch_power(uint32_t operation, uint32_t code)
{
	__asm__ volatile("cli");
	board_power(operation, code);
	if (operation == ABORT_RESET)
		triple_fault();
	print("power: this machine can be switched off now\n");
	for (;;)
		__asm__ volatile("hlt");
}
