# How QEMU's vexpress-a9 is run.
BOARD_MACHINE := vexpress-a9
BOARD_SMP := 4
BOARD_MEM := 128
BOARD_CONSOLE := PL011
BOARD_STATUS := QEMU: short suite; hardware not tried
BOARD_DEVICETREE := vexpress-v2p-ca9.dts
