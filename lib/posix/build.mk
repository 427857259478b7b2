# libc: musl with its overlay (ports/musl/build-libc, from a cache), and lib/posix, compiled here. All
# of lib/posix is one object, in which only what musl calls keeps its name; the traps of cancellation
# points stay apart, since they drag in the end of threads, and so does what few use.
include arch/$(ARCH)/user/posix/libc.mk
LIBC_CC := $(ARCH_LIBC_CROSS)gcc
sysroot := $(O)/sysroot
posix-folder := $(O)/posix
posix-sources := $(sort $(wildcard lib/posix/*.c)) arch/$(ARCH)/user/posix/context.c \
	arch/$(ARCH)/user/posix/trap.S
# Members of libc of their own, in only where they are used.
posix-apart := $(addprefix arch/$(ARCH)/user/posix/,trap_cancel.S ucontext.S make_context.c) \
	lib/ucontext/ucontext.c
posix-kinds := static pic
posix-objects = $(posix-sources:%=$(posix-folder)/$(1)/%.o)
libc-ready := $(sysroot)/libc.stamp

POSIX_CFLAGS = -std=gnu11 -Os -g -nostdinc -ffreestanding -fvisibility=hidden -fno-stack-protector \
	-fno-common -fno-asynchronous-unwind-tables -fno-strict-aliasing -ffunction-sections \
	-Wall -Wextra -Werror -Wmissing-prototypes -Wshadow -Wvla \
	-ffile-prefix-map=$(CURDIR)=. -ffile-prefix-map=$(abspath $(O))=build \
	$(ARCH_LIBC_CFLAGS) -Iinclude -Iarch/$(ARCH)/include -Ilib/posix/include -iquote . \
	-isystem $(sysroot)/include -isystem $(shell $(LIBC_CC) -print-file-name=include 2>/dev/null) \
	-D_GNU_SOURCE -DPOSIX_MACHINE='"$(or $(ARCH_LIBC_MACHINE),$(ARCH))"'
posix-names := __skerry_trap __skerry_syscall __skerry_syscall_cancel __skerry_start_page \
	__skerry_thread_pointer_set __skerry_thread_create __skerry_thread_exit

$(call stamp,$(posix-folder)/compile.flags,$(LIBC_CC) $(POSIX_CFLAGS) $(posix-sources) $(posix-apart))

libc-inputs := ports/musl/recipe ports/musl/build-libc ports/musl/removed ports/musl/legacy-calls \
	lib/posix/include/posix_libc.h $(shell find ports/musl/overlay -type f)
$(sysroot)/musl.stamp: $(libc-inputs)
	$(call say,MUSL,$(sysroot))
	$(Q)made=$$(ports/musl/build-libc $(ARCH) $(LIBC_CC) $(ARCH_LIBC_CFLAGS)) && \
		rm -rf $(sysroot) && mkdir -p $(sysroot) && cp -R "$$made/." $(sysroot) && \
		rm -f $(sysroot)/complete && echo "$$made" >$(sysroot)/origin && touch $@

define posix-rules
$(posix-folder)/$(1)/%.o: % $(sysroot)/musl.stamp $(posix-folder)/compile.flags
	$$(call say,CC,$$< (libc))
	$$(Q)mkdir -p $$(@D) && $(LIBC_CC) $$(POSIX_CFLAGS) $(2) -MMD -MP -MT $$@ -MF $$@.d -c -o $$@ $$<
-include $$(patsubst %,$(posix-folder)/$(1)/%.o.d,$(posix-sources) $(posix-apart))
endef
$(eval $(call posix-rules,static,-fno-pie))
$(eval $(call posix-rules,pic,-fPIC))

$(posix-folder)/static.o: $(call posix-objects,static)
	$(Q)$(ARCH_LIBC_CROSS)ld -r -o $@.all $^ && \
		$(ARCH_LIBC_CROSS)objcopy $(posix-names:%=--keep-global-symbol=%) $@.all $@

$(sysroot)/lib/libc.a: $(posix-folder)/static.o $(posix-apart:%=$(posix-folder)/static/%.o)
	$(call say,AR,$@)
	$(Q)cp $(sysroot)/lib/libmusl.a $@.new && $(ARCH_LIBC_CROSS)ar qD $@.new $^ && \
		$(ARCH_LIBC_CROSS)ranlib -D $@.new && mv $@.new $@

# ld-musl is the same file.
$(sysroot)/lib/libc.so: $(call posix-objects,pic) $(posix-apart:%=$(posix-folder)/pic/%.o)
	$(call say,LD,$@)
	$(Q)$(LIBC_CC) $(ARCH_LIBC_CFLAGS) -nostdlib -shared -Wl,-e,_dlstart -Wl,--build-id=none \
		-Wl,--sort-section,alignment -Wl,--sort-common -Wl,--gc-sections -Wl,--hash-style=both \
		-Wl,--no-undefined -Wl,--exclude-libs=libgcc.a -Wl,-z,max-page-size=4096 \
		-Wl,--dynamic-list=$(sysroot)/lib/dynamic.list -o $@ \
		-Wl,--whole-archive $(sysroot)/lib/libmusl_pic.a -Wl,--no-whole-archive $^ -lgcc

libc-empty := $(patsubst %,$(sysroot)/lib/lib%.a,m rt pthread crypt util xnet resolv dl)
$(libc-ready): $(sysroot)/lib/libc.a $(sysroot)/lib/libc.so lib/posix/build.mk
	$(Q)rm -f $(libc-empty) && for library in $(libc-empty); do \
		$(ARCH_LIBC_CROSS)ar rcD $$library; done && touch $@

.PHONY: libc
libc: $(libc-ready)

# The SDK: what programs of users are made with, here and elsewhere. `make sdk` packs it.
sdk := $(O)/sdk
skerry-gcc := $(sdk)/bin/skerry-gcc
sdk-ready := $(sdk)/sdk.stamp
$(sdk-ready): $(libc-ready) lib/posix/sdk/skerry-gcc lib/posix/build.mk
	$(Q)rm -rf $(sdk) && mkdir -p $(sdk)/bin && cp lib/posix/sdk/skerry-gcc $(skerry-gcc) && \
		for tool in ar nm ranlib strip objcopy objdump readelf; do \
			printf '#!/bin/sh\nexec %s "$$@"\n' $(ARCH_LIBC_CROSS)$$tool \
			>$(sdk)/bin/skerry-$$tool && chmod +x $(sdk)/bin/skerry-$$tool; done && \
		ln -sfn ../sysroot $(sdk)/sysroot && printf '%s\n' 'compiler=$(LIBC_CC)' \
		'flags="$(ARCH_LIBC_CFLAGS)"' 'headers=' >$(sysroot)/compiler.conf && touch $@

.PHONY: sdk
sdk: $(sdk-ready)
	$(call say,TAR,$(O)/skerry-sdk-$(ARCH).tar.gz)
	$(Q)tar -C $(O) --sort=name --owner=0 --group=0 --mtime=@0 --transform 's,^sdk,skerry-sdk,' \
		--exclude=libmusl.a --exclude=libmusl_pic.a --exclude='*.stamp' -h -c sdk | gzip -n9 \
		>$(O)/skerry-sdk-$(ARCH).tar.gz
