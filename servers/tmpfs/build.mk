programs-y += tmpfs
tmpfs-y += servers/tmpfs/main.c $(filter-out %/main.c,$(sort $(wildcard servers/tmpfs/*.c)))

# The first root, which tmpfs is filled with; others add programs, and make the root depend on them.
archive-files += $(O)/archive/root.cpio
root-files := $(shell find rootfs -type f)
$(O)/archive/root.cpio: $(root-files) scripts/make-root scripts/make-cpio
	$(call say,ROOT,$@)
	$(Q)python3 scripts/make-root $@ rootfs $(root-programs)
