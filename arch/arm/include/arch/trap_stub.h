/* How user code calls its trap stubs on ARM: by the C ABI, which passes four arguments in
 * registers.
 */
#pragma once

#define ARCH_TRAP_STUB
