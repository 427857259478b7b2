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

# How QEMU's ARM boards are run; a board.mk may say otherwise. The guest leaves by semihosting, with
# the exit code as it is.
BOARD_QEMU := qemu-system-arm
# Or QEMU complains of the build machine's sound at every start.
export QEMU_AUDIO_DRV := none
BOARD_QEMU_ARGS := -no-reboot -semihosting-config enable=on,target=native
BOARD_SERIAL := -serial @SERIAL@
BOARD_CMDLINE := console=serial
BOARD_PASS_CODE := 33
BOARD_FAIL_CODE := 35
BOARD_GDB_ARCH := arm

# BOARD_DEVICETREE: a file of the board's folder, or a name in U-Boot's arch/arm/dts. Empty: the
# loader has one.
BOARD_FLOWS := kernel
BOARD_FLOW_kernel = -kernel $(O)/skerry.uimage -initrd $(O)/boot.cpio -append @LINE@ $(board-dtb:%=-dtb %)
BOARD_PREPARE_kernel :=
BOARD_IMAGE = $(O)/skerry.img
board-dtb = $(if $(BOARD_DEVICETREE),$(O)/board.dtb)
