kernel-y += arch/i386/console.c arch/i386/context.c arch/i386/cpu_features.c \
	arch/i386/descriptors.c arch/i386/devices.c arch/i386/entry.S arch/i386/fpu.c \
	arch/i386/interrupt.c arch/i386/memory.c arch/i386/power.c arch/i386/time.c \
	arch/i386/traps.c
kernel-y += arch/i386/boot/acpi_madt.c arch/i386/boot/acpi_tables.c arch/i386/boot/boot.c \
	arch/i386/boot/boot_map.c arch/i386/boot/boot_memory.c arch/i386/boot/head.S \
	arch/i386/boot/interrupt_topology.c arch/i386/boot/mp_table.c \
	arch/i386/boot/multiboot.c arch/i386/boot/multiboot2.c
kernel-y += arch/i386/chip/i8259.c arch/i386/chip/pit.c arch/i386/chip/vga_text.c
kernel-$(CONFIG_APIC) += arch/i386/chip/ioapic.c arch/i386/chip/lapic.c
kernel-$(if $(CONFIG_SMP),y,n) += arch/i386/smp.c arch/i386/trampoline.S
kernel-$(if $(CONFIG_SMP),n,y) += arch/i386/smp_none.c
kernel-y += arch/common/chip/ns16550.c
cflags-kernel/ipc_fast.c := -fcall-used-ebx -fcall-used-esi -fcall-used-edi
