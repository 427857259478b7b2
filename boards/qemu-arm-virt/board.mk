# How QEMU's virt machine is run. The guest leaves by semihosting, with the exit code as it is. Its
# default CPU is the Cortex-A15; without the seeds in its devicetree runs repeat.
BOARD_QEMU := qemu-system-arm
BOARD_MACHINE := virt,dtb-randomness=off
BOARD_QEMU_ARGS := -nodefaults -no-reboot -semihosting-config enable=on,target=native
BOARD_SERIAL := -serial @SERIAL@
BOARD_SMP := 4
BOARD_CONSOLE := PL011
BOARD_STATUS := QEMU: kernel and user suites; no hardware like it
BOARD_MEM := 128
BOARD_CMDLINE := console=serial
BOARD_PASS_CODE := 33
BOARD_FAIL_CODE := 35
BOARD_GDB_ARCH := arm

# Boot flows. U-Boot looks for boot.scr on the disk by itself.
BOARD_FLOWS := kernel uboot
BOARD_FLOW_kernel = -kernel $(O)/skerry.uimage -initrd $(O)/boot.cpio -append @LINE@
BOARD_FLOW_uboot := -bios /usr/lib/u-boot/qemu_arm/u-boot.bin \
	-drive if=none,format=raw,file=@WORK@.img,id=card -device virtio-blk-device,drive=card
BOARD_PREPARE_kernel :=
BOARD_PREPARE_uboot = scripts/make-card @WORK@.img $(O)/skerry.uimage $(O)/boot.cpio @LINE@

# What one writes to a card or a stick.
BOARD_IMAGE = $(O)/skerry.img
$(O)/skerry.img: $(O)/skerry.uimage $(O)/boot.cpio scripts/make-card $(O)/img.flags
	$(call say,CARD,$@)
	$(Q)scripts/make-card $@ $(O)/skerry.uimage $(O)/boot.cpio '$(command-line)'
$(call stamp,$(O)/img.flags,$(command-line))

# What U-Boot's bootm and QEMU's -kernel take: they load it where its header says.
kernel: $(O)/skerry.uimage
$(O)/skerry.uimage: $(O)/skerry.elf scripts/make-uimage
	$(call say,UIMAGE,$@)
	$(Q)$(OBJCOPY) -O binary $< $(O)/kernel/skerry.bin
	$(Q)python3 scripts/make-uimage $@ $(O)/kernel/skerry.bin arm \
		$$(($(CONFIG_RAM_BASE) + $(CONFIG_KERNEL_OFFSET)))
