/* How user code calls its trap stubs on i386: trap word, a0 and a1 arrive in eax, edx, ecx, so that
 * a stub moves registers and touches no argument on the stack but the last.
 */
#pragma once

#define ARCH_TRAP_STUB __attribute__((regparm(3)))
