# How a PC is run in QEMU. The guest leaves through the exit device: it writes 0x10 for pass and
# 0x11 for fail to port 0xf4, which QEMU turns into the exit codes below.
BOARD_QEMU := qemu-system-i386
BOARD_MACHINE := pc
BOARD_QEMU_ARGS := -nodefaults -no-reboot -device isa-debug-exit,iobase=0xf4,iosize=4
BOARD_SERIAL := -serial @SERIAL@
BOARD_SMP := 4
BOARD_CONSOLE := 16550, VGA text
BOARD_STATUS := QEMU: all suites; hardware: not tried
BOARD_MEM := 128
BOARD_CMDLINE := console=serial
BOARD_PASS_CODE := 33
BOARD_FAIL_CODE := 35
BOARD_GDB_ARCH := i386

# Boot flows: what QEMU is given, and what has to be made before. @LINE@ is the kernel's command
# line, @WORK@ a path that belongs to this boot alone.
BOARD_FLOWS := kernel grub1 grub2 disk
BOARD_FLOW_kernel = -kernel $(O)/skerry.elf -initrd $(O)/boot.cpio -append @LINE@
BOARD_FLOW_grub1 := -boot d -cdrom @WORK@.iso
BOARD_FLOW_grub2 := $(BOARD_FLOW_grub1)
BOARD_FLOW_disk := -boot c -drive file=@WORK@.iso,format=raw
BOARD_PREPARE_kernel :=
BOARD_PREPARE_grub1 = scripts/make-iso @WORK@.iso $(O)/skerry.elf $(O)/boot.cpio @LINE@ 1
BOARD_PREPARE_grub2 = scripts/make-iso @WORK@.iso $(O)/skerry.elf $(O)/boot.cpio @LINE@ 2
BOARD_PREPARE_disk = $(BOARD_PREPARE_grub2)

# The ISO is a hybrid: written to a disk or a stick it boots as well.
BOARD_ISO = $(O)/skerry.iso
BOARD_IMAGE = $(BOARD_ISO)
$(O)/skerry.iso: $(O)/skerry.elf $(O)/boot.cpio scripts/make-iso $(O)/iso.flags
	$(call say,ISO,$@)
	$(Q)scripts/make-iso $@ $(O)/skerry.elf $(O)/boot.cpio '$(command-line)' 2 3
$(call stamp,$(O)/iso.flags,$(command-line))
