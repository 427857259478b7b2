# i386: any CPU from the 486 on, so no CMOV; neither kernel nor services use the FPU.
ARCH_CFLAGS := -m32 -march=i486 -mtune=generic -mgeneral-regs-only
ARCH_LDFLAGS := -m elf_i386
CLANG_TARGET := i686-linux-gnu
# In the kernel arguments go in registers, and nothing needs a 16-byte aligned stack.
ARCH_KERNEL_CFLAGS := -mregparm=3 -mpreferred-stack-boundary=2
