programs-y += libcsuite
libcsuite-y += tests/system/libc/libcsuite.c tests/system/user/runner.c

# Programs of users, made as users make them.
libctest-sources := $(sort $(wildcard tests/system/libc/case_*.c)) tests/system/libc/libctest.c
libctest-objects := $(libctest-sources:%=$(O)/libc/obj/%.o)
archive-files += $(O)/archive/libctest
LIBCTEST_CFLAGS := -std=gnu11 -O2 -g -D_GNU_SOURCE -Wall -Wextra -Werror -Wmissing-prototypes \
	-Wshadow -Wvla -ffile-prefix-map=$(CURDIR)=. -ffile-prefix-map=$(abspath $(O))=build
$(O)/libc/obj/%.o: % $(sdk-ready)
	$(call say,CC,$< (user))
	$(Q)mkdir -p $(@D) && $(skerry-gcc) $(LIBCTEST_CFLAGS) -MMD -MP -MT $@ -MF $@.d -c -o $@ $<
-include $(libctest-objects:=.d)
$(O)/libctest.elf: $(libctest-objects) $(sysroot)/lib/libc.a
	$(call say,LD,$@)
	$(Q)$(skerry-gcc) -o $@ $(libctest-objects)
$(O)/archive/libctest: $(O)/libctest.elf
	$(Q)$(ARCH_LIBC_CROSS)strip -o $@ $<
archive-files += $(O)/archive/busybox
$(O)/archive/busybox: $(O)/busybox/busybox
	$(Q)cp $< $@
