# How QEMU's raspi2b is run: four CPUs and 1 GB, no less.
BOARD_MACHINE := raspi2b
BOARD_SMP := 4
BOARD_MEM := 1024
BOARD_CONSOLE := PL011
BOARD_STATUS := QEMU: short suite; hardware not tried
BOARD_DEVICETREE := bcm2836-rpi-2-b.dts
