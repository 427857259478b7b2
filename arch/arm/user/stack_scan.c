/* Stack traces without frame pointers: a word of the stack is taken for a return address when it
 * points into the program's text just behind a call. Stale words can add false frames.
 */
#include <sys_arch.h>

#include <stdbool.h>

extern const uint8_t __executable_start[], etext[]; /* user.lds */

/* BL, or BLX of a register (ARM DDI 0406C, A8.8.25, A8.8.26). */
static bool follows_call(uintptr_t address)
{
	uint32_t instruction;

	if (address % 4 != 0 || address < (uintptr_t)__executable_start + 4 ||
	    address > (uintptr_t)etext)
		return false;
	instruction = ((const uint32_t *)address)[-1];
	return (instruction & 0x0F000000) == 0x0B000000 || (instruction & 0x0FFFFFF0) == 0x012FFF30;
}

unsigned int arch_stack_scan(uintptr_t sp, uintptr_t top, uintptr_t *pc, unsigned int max)
{
	unsigned int count = 0;

	for (; sp + sizeof(uintptr_t) <= top && count < max; sp += sizeof(uintptr_t)) {
		const uintptr_t word = *(const uintptr_t *)sp;

		if (follows_call(word))
			pc[count++] = word;
	}
	return count;
}
