# How QEMU's virt machine is run. Its default CPU is the Cortex-A15; without the seeds in its
# devicetree runs repeat.
BOARD_MACHINE := virt,dtb-randomness=off
BOARD_QEMU_ARGS += -nodefaults
BOARD_SMP := 4
BOARD_MEM := 128
BOARD_CONSOLE := PL011
BOARD_STATUS := QEMU: kernel and user suites; no hardware like it

# U-Boot looks for boot.scr on the disk by itself.
BOARD_FLOWS := kernel uboot
BOARD_FLOW_uboot := -bios /usr/lib/u-boot/qemu_arm/u-boot.bin \
	-drive if=none,format=raw,file=@WORK@.img,id=card -device virtio-blk-device,drive=card
BOARD_PREPARE_uboot = scripts/make-card @WORK@.img $(O)/skerry.uimage $(O)/boot.cpio @LINE@
