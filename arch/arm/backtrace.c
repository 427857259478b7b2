/* Stack traces without frame pointers: a word of the stack is a return address when a call ends at
 * the place it points to. */
#include "kernel/arch.h"
#include "kernel/cpu.h"

extern char kernel_text_start[], kernel_text_end[];

/* BL, or BLX of a register (ARM DDI 0406C, A8.8.25, A8.8.26). */
static bool follows_call(uintptr_t pc)
{
	uint32_t instruction;

	if (pc % 4 != 0 || pc <= (uintptr_t)kernel_text_start || pc >= (uintptr_t)kernel_text_end)
		return false;
	instruction = ((const uint32_t *)pc)[-1];
	return (instruction & 0x0F000000) == 0x0B000000 || (instruction & 0x0FFFFFF0) == 0x012FFF30;
}

unsigned int arch_backtrace(uintptr_t *pc, unsigned int max)
{
	const uintptr_t *sp = pc + max; /* the caller's array, on this stack, is no trace */
	const uintptr_t *end = (const uintptr_t *)this_cpu();
	unsigned int count = 0;

	if ((uintptr_t)sp < (uintptr_t)cpu_areas ||
	    (uintptr_t)sp >= (uintptr_t)(cpu_areas + CPU_MAX))
		return 0;
	for (; sp < end && count < max; sp++)
		if (follows_call(*sp))
			pc[count++] = *sp;
	return count;
}
