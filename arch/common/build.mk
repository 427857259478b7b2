# Chips are chosen by the board's Kconfig, or listed by the port that has no choice.
chip-folder := arch/common/chip
kernel-$(CONFIG_CHIP_GIC) += $(chip-folder)/gic.c
kernel-$(CONFIG_CHIP_BCM2836) += $(chip-folder)/bcm2836.c
kernel-$(CONFIG_CHIP_PL011) += $(chip-folder)/pl011.c
kernel-$(CONFIG_CHIP_NS16550) += $(chip-folder)/ns16550.c $(chip-folder)/ns16550_mmio.c
kernel-$(CONFIG_CHIP_IMX_UART) += $(chip-folder)/imx_uart.c
kernel-$(CONFIG_CHIP_IMX_SRC) += $(chip-folder)/imx_src.c
kernel-$(CONFIG_CHIP_VEXPRESS_START) += $(chip-folder)/vexpress_start.c
