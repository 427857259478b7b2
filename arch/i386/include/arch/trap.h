/* How user mode traps on i386, and which registers carry arguments and results.
 *
 *   in    eax trap word   ebx a0   esi a1
 *         ecx user stack pointer, edx return address   (SYSENTER)
 *         ebp user stack pointer                        (SYSCALL; the CPU puts the return into ecx)
 *   out   eax code        ebx status   esi process endpoint
 *         ecx, edx, edi, ebp clobbered (0 or the return address and stack pointer)
 *         ds, es are flat user data; gs is the thread pointer's segment
 *
 * INT ARCH_TRAP_VECTOR keeps ecx, edx, edi, ebp. Interrupts and faults keep everything.
 */
#pragma once

#define ARCH_TRAP_VECTOR 0x81
