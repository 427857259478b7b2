# The reading part of libfdt, linked into kernels whose port wants it (libfdt-wanted). Foreign code: no
# warnings, and its own libfdt_env.h makes way for ours.
libfdt-source := $(O)/ports/libfdt/source/scripts/dtc/libfdt
libfdt-folder := $(O)/ports/libfdt
libfdt-objects := $(patsubst %,$(libfdt-folder)/obj/%.o,fdt fdt_ro fdt_strerror)
libfdt-include := $(libfdt-folder)/include
libfdt-headers-made := $(libfdt-folder)/include.stamp

$(libfdt-headers-made): $(call port-source,libfdt)
	$(Q)mkdir -p $(libfdt-include) $(libfdt-folder)/obj && \
		cp $(libfdt-source)/fdt.h $(libfdt-source)/libfdt.h $(libfdt-include) && \
		cp $(libfdt-source)/libfdt_internal.h $(libfdt-folder)/obj && touch $@
ifeq ($(libfdt-wanted),y)
kernel-objects-y += $(libfdt-objects)
kernel-headers-y += $(libfdt-headers-made)
kernel-includes-y += $(libfdt-include)
endif

# Headers by quotes are looked for beside the source first: it is compiled from elsewhere.
$(libfdt-folder)/obj/%.o: $(libfdt-headers-made) $(O)/kernel/compile.flags lib/fdt/include/libfdt_env.h
	$(Q)cp $(libfdt-source)/$*.c $(@D)
	$(Q)$(CC) $(KERNEL_CFLAGS) -w -isystem $(libfdt-include) -c -o $@ $(@D)/$*.c
