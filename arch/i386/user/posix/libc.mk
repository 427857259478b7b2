# libc and programs of users on i386: any CPU from the 486 on, with its FPU.
ARCH_LIBC_CROSS := i686-linux-gnu-
ARCH_LIBC_CFLAGS := -march=i486 -mtune=generic
