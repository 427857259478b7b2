kernel-y += arch/arm/backtrace.c arch/arm/console.c arch/arm/context.c arch/arm/cpu.c arch/arm/cpu_start.c \
	arch/arm/devices.c arch/arm/entry.S arch/arm/fpu.c arch/arm/memory.c arch/arm/power.c \
	arch/arm/psci.c arch/arm/time.c arch/arm/traps.c
kernel-y += arch/arm/boot/boot.c arch/arm/boot/boot_map.c arch/arm/boot/head.S
kernel-$(CONFIG_SEMIHOSTING) += arch/arm/semihosting.S
kernel-$(if $(CONFIG_SMP),y,n) += arch/arm/smp.c
kernel-$(if $(CONFIG_SMP),n,y) += arch/arm/smp_none.c
kernel-$(CONFIG_ARM_GENERIC_TIMER) += arch/arm/time_generic.c
kernel-$(CONFIG_ARM_A9_TIMER) += arch/arm/time_a9.c
kernel-y += arch/common/devicetree.c arch/common/ranges.c
