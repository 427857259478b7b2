# libc and programs of users on ARM: ARMv7-A with VFPv3 of 16 registers and hard-float calls, as the
# distribution's compiler makes them by itself.
ARCH_LIBC_CROSS := arm-linux-gnueabihf-
ARCH_LIBC_CFLAGS :=
