# How QEMU's sabrelite is run: the console is the second UART.
BOARD_MACHINE := sabrelite
BOARD_SERIAL := -serial null -serial @SERIAL@
BOARD_SMP := 4
BOARD_MEM := 128
BOARD_CONSOLE := i.MX UART 2
BOARD_STATUS := QEMU: short suite; hardware not tried
BOARD_DEVICETREE := imx6q-sabrelite.dts
