/* Stack traces without frame pointers: a word of the stack is taken for a return address when it
 * points into the program's text just behind a CALL. Stale words can add false frames; true ones
 * are never left out.
 */
#include <sys_arch.h>

#include <stdbool.h>

extern const uint8_t __executable_start[], etext[]; /* user.lds */

#define CALL_RELATIVE 0xE8u
#define CALL_INDIRECT 0xFFu

/* CALL r/m32 is FF with 2 in the middle field of the byte after it (SDM vol. 2, CALL). */
static bool call_indirect(const uint8_t *code)
{
	return code[0] == CALL_INDIRECT && (code[1] >> 3 & 7) == 2;
}

static bool follows_call(const uint8_t *address)
{
	if (address < __executable_start + 7 || address > etext)
		return false;
	return address[-5] == CALL_RELATIVE || call_indirect(address - 2) ||
	       call_indirect(address - 3) || call_indirect(address - 4) ||
	       call_indirect(address - 6) || call_indirect(address - 7);
}

unsigned int arch_stack_scan(uintptr_t sp, uintptr_t top, uintptr_t *pc, unsigned int max)
{
	unsigned int count = 0;

	for (; sp + sizeof(uintptr_t) <= top && count < max; sp += sizeof(uintptr_t)) {
		const uintptr_t word = *(const uintptr_t *)sp;

		if (follows_call((const uint8_t *)word))
			pc[count++] = word;
	}
	return count;
}
