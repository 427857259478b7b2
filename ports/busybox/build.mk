# BusyBox, static: compiled once into the cache (build-busybox), linked here with libc as it is.
busybox := $(O)/busybox/busybox
$(O)/busybox/busybox.o: ports/busybox/recipe ports/busybox/config ports/busybox/build-busybox \
		$(sysroot)/musl.stamp | $(sdk-ready)
	$(call say,PORT,busybox)
	$(Q)mkdir -p $(@D) && made=$$(ports/busybox/build-busybox $(abspath $(sdk)) \
		$$(cat $(sysroot)/origin) $(LIBC_CC)) && cp "$$made/busybox.links" "$$made/.config" \
		"$$made/LICENSE" $(@D) && cp "$$made/busybox.o" $@
$(busybox): $(O)/busybox/busybox.o $(libc-ready)
	$(call say,LD,$@)
	$(Q)$(skerry-gcc) -Wl,--gc-sections -Wl,--sort-section,alignment -o $@.elf $< && \
		$(ARCH_LIBC_CROSS)strip -o $@ $@.elf

.PHONY: busybox
busybox: $(busybox)
