/* Trap stubs of host tests are plain functions. */
#pragma once

#define ARCH_TRAP_STUB
