# ARMv7-A, as every supported board runs it: no hardware division, since the Cortex-A9 has none.
# arm-none-eabi makes 32-bit integers long; every other compiler for ARM makes them plain. Neither
# kernel nor services use the FPU.
ARCH_CFLAGS := -march=armv7-a -marm -mfloat-abi=soft -fno-short-enums \
	-U__INT32_TYPE__ -D__INT32_TYPE__=int -U__UINT32_TYPE__ -D__UINT32_TYPE__=unsigned
# libgcc was made with short enums, and passes none.
ARCH_LDFLAGS := -m armelf --no-enum-size-warning
CLANG_TARGET := arm-none-eabi
# The kernel divides by what the devicetree says, and an ARM may not have the instruction.
ARCH_KERNEL_LIBGCC := y
libfdt-wanted := y
