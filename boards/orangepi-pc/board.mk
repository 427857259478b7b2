# How QEMU's orangepi-pc is run: four CPUs and 1 GB, no less.
BOARD_MACHINE := orangepi-pc
BOARD_SMP := 4
BOARD_MEM := 1024
BOARD_CONSOLE := 16550
BOARD_STATUS := QEMU: short suite; hardware not tried
BOARD_DEVICETREE := sun8i-h3-orangepi-pc.dts
