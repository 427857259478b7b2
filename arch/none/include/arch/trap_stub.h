/* How user code calls its trap stubs (lib/sys/include/sys_arch.h): an attribute, where another
 * calling convention than the C ABI's saves instructions.
 */
#pragma once

#define ARCH_TRAP_STUB
