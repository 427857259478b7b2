# What loaders take. U-Boot's bootm and QEMU's -kernel load the image where its header says.
kernel: $(O)/skerry.uimage $(board-dtb)
$(O)/skerry.uimage: $(O)/skerry.elf scripts/make-uimage
	$(call say,UIMAGE,$@)
	$(Q)$(OBJCOPY) -O binary $< $(O)/kernel/skerry.bin
	$(Q)python3 scripts/make-uimage $@ $(O)/kernel/skerry.bin arm \
		$$(($(CONFIG_RAM_BASE) + $(CONFIG_KERNEL_OFFSET)))

# What one writes to a card or a stick for a machine with U-Boot.
$(O)/skerry.img: $(O)/skerry.uimage $(O)/boot.cpio $(board-dtb) scripts/make-card $(O)/img.flags
	$(call say,CARD,$@)
	$(Q)scripts/make-card $@ $(O)/skerry.uimage $(O)/boot.cpio '$(command-line)' $(board-dtb)
$(call stamp,$(O)/img.flags,$(command-line))

dts-uboot := $(O)/ports/libfdt/source
dts-source = $(or $(wildcard $(board-folder)/$(BOARD_DEVICETREE)),$(dts-uboot)/arch/arm/dts/$(BOARD_DEVICETREE))
$(O)/board.dtb: $(wildcard $(board-folder)/$(BOARD_DEVICETREE)) $(call port-source,libfdt) $(O)/dtb.flags
	$(call say,DTC,$@)
	$(Q)$(CC) -E -P -nostdinc -undef -D__DTS__ -x assembler-with-cpp -I $(dts-uboot)/include \
		-I $(dts-uboot)/arch/arm/dts -o $(O)/board.dts $(dts-source)
	$(Q)dtc -q -I dts -O dtb -o $@ $(O)/board.dts
$(call stamp,$(O)/dtb.flags,$(BOARD_DEVICETREE))
