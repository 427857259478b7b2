/* How user mode traps on ARM, and which registers carry arguments and results: SVC, of which the
 * number in the instruction does not count.
 *
 *   in    r12 trap word   r0 a0      r1 a1
 *   out   r0 code         r1 status  r2 process endpoint
 *
 * All other registers are kept.
 */
#pragma once
