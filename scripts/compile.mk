# From the lists in the build.mk files to the kernel, the programs and the boot archive.
#   kernel-y   kernel objects                 libsys-y    members of libsys.a, which programs link
#   shared-y   sources compiled for both      programs-y  programs; NAME-y their sources
#   cflags-PATH  extra flags of one source  archive-files  further members, made in $(O)/archive
#   kernel-objects-y  objects for the kernel that a port made; kernel-headers-y  what it is to make first
unquote = $(patsubst "%",%,$(1))
ARCH := $(call unquote,$(CONFIG_ARCH))
CROSS_COMPILE ?= $(call unquote,$(CONFIG_CROSS_COMPILE))
CC := $(CROSS_COMPILE)gcc
LD := $(CROSS_COMPILE)ld
AR := $(CROSS_COMPILE)ar
STRIP := $(CROSS_COMPILE)strip
OBJCOPY := $(CROSS_COMPILE)objcopy
# Of services and programs, which keep compiling with both.
USER_CC = $(if $(CONFIG_CLANG_PROGRAMS),clang --target=$(CLANG_TARGET),$(CC))
absent := $(strip $(foreach c,$(CC) $(if $(CONFIG_CLANG_PROGRAMS),clang),$(if $(shell command -v $c || :),,$c)))
ifneq ($(absent),)
$(error There is no compiler '$(absent)': `make bootstrap` installs it, CROSS_COMPILE=prefix names another)
endif

kernel-y :=
shared-y :=
libsys-y :=
programs-y :=
archive-files :=
kernel-objects-y :=
kernel-headers-y :=
kernel-includes-y :=
include arch/$(ARCH)/arch.mk
include $(board-folder)/board.mk
include scripts/ports.mk
build-files := $(sort $(shell find kernel lib servers drivers user ports tests/system arch/common \
	arch/$(ARCH) $(board-folder) -name build.mk 2>/dev/null))
include $(build-files)

COMMON_CFLAGS := -std=gnu11 -O2 -g -ffreestanding -fno-pie -fno-stack-protector -fno-common \
	-fno-asynchronous-unwind-tables -fno-strict-aliasing \
	-Wall -Wextra -Werror -Wmissing-prototypes -Wshadow -Wvla \
	-ffile-prefix-map=$(CURDIR)=. -ffile-prefix-map=$(abspath $(O))=build \
	$(if $(BOARD_ROOT),-ffile-prefix-map=$(abspath $(BOARD_ROOT))=boards) \
	$(if $(CONFIG_FRAME_POINTER),-fno-omit-frame-pointer,-fomit-frame-pointer) \
	-isystem $(O)/include/generated -include autoconf.h
lib-includes := $(addprefix -I,$(sort $(wildcard lib/*/include)))
# The kernel's own <string.h> is not for programs: they have musl's.
user-includes := $(filter-out -Ilib/string/include,$(lib-includes)) -isystem $(musl-include) -D_GNU_SOURCE
KERNEL_CFLAGS := $(COMMON_CFLAGS) $(ARCH_CFLAGS) $(ARCH_KERNEL_CFLAGS) $(patsubst %,-DMUTANT=MUTANT_%,$(filter-out VM_%,$(MUTANT))) \
	-I$(O)/include -Iinclude -I. -Iarch/$(ARCH) -Iarch/$(ARCH)/include $(lib-includes)
KERNEL_CFLAGS += $(addprefix -isystem ,$(kernel-includes-y))
USER_CFLAGS := $(COMMON_CFLAGS) $(ARCH_CFLAGS) $(ARCH_USER_CFLAGS) \
	-iquote . -Iinclude -Iarch/$(ARCH)/include $(user-includes)
LDFLAGS := $(ARCH_LDFLAGS) -nostdlib -static --build-id=none -z noexecstack -z max-page-size=0x1000 \
	--no-warn-rwx-segments --fatal-warnings

# The compiler's own helpers: 64-bit division, counting of bits.
libgcc := $(shell $(CC) $(ARCH_CFLAGS) -print-libgcc-file-name)
kernel-objects := $(patsubst %,$(O)/kernel/obj/%.o,$(sort $(kernel-y) $(shared-y)))
libsys-objects := $(patsubst %,$(O)/user/obj/%.o,$(sort $(libsys-y) $(shared-y)))
user-objects = $(patsubst %,$(O)/user/obj/%.o,$(sort $($(1)-y)))
all-objects := $(sort $(kernel-objects) $(libsys-objects) $(foreach p,$(programs-y),$(call user-objects,$p)))
programs := $(sort $(programs-y))

$(shell mkdir -p $(sort $(dir $(all-objects))) $(O)/archive)
-include $(all-objects:=.d)

# Flags and lists that changed rebuild what they went into.
$(call stamp,$(O)/kernel/compile.flags,$(CC) $(KERNEL_CFLAGS))
$(call stamp,$(O)/user/compile.flags,$(USER_CC) $(USER_CFLAGS))
$(call stamp,$(musl-folder)/compile.flags,$(USER_CC) $(MUSL_CFLAGS) $(musl-functions))
$(call stamp,$(O)/kernel/link.flags,$(LD) $(LDFLAGS) $(kernel-objects) $(kernel-objects-y))
$(call stamp,$(O)/user/libsys.flags,$(AR) $(libsys-objects))
$(call stamp,$(O)/archive.flags,$(programs) $(archive-files))
$(foreach p,$(programs),$(call stamp,$(O)/user/$p.cflags,$($p-cflags)))
$(foreach p,$(programs),$(call stamp,$(O)/user/$p.flags,$(LD) $(LDFLAGS) $(call user-objects,$p)))

.PHONY: kernel programs archive kernel-headers
kernel-headers: $(kernel-headers-y)
all: kernel programs archive
kernel: $(O)/skerry.elf
programs: $(programs:%=$(O)/%.elf)
archive: $(O)/boot.cpio

# gcc writes the headers an object used; config-deps adds the options that these mention.
compile = $(Q)$(1) $(cflags-$<) -MMD -MP -MT $@ -MF $@.d -c -o $@ $< && \
	awk -v config=$(O)/config -f scripts/config-deps $@.d >>$@.d

$(O)/kernel/obj/%.c.o: %.c $(O)/kernel/compile.flags | $(kernel-headers-y)
	$(call say,CC,$<)
	$(call compile,$(CC) $(KERNEL_CFLAGS))
$(O)/kernel/obj/%.S.o: %.S $(O)/kernel/compile.flags
	$(call say,AS,$<)
	$(call compile,$(CC) $(KERNEL_CFLAGS))
$(O)/user/obj/%.c.o: %.c $(O)/user/compile.flags $(musl-headers-made)
	$(call say,CC,$< (user))
	$(call compile,$(USER_CC) $(USER_CFLAGS) $(PROGRAM_CFLAGS))
$(O)/user/obj/%.S.o: %.S $(O)/user/compile.flags $(musl-headers-made)
	$(call say,AS,$< (user))
	$(call compile,$(USER_CC) $(USER_CFLAGS) $(PROGRAM_CFLAGS))

# -std=c11: in gnu11 i386 and linux are macros.
preprocess = -std=c11 -D__ASSEMBLER__ -E -P -x c -MMD -MP -MT $@ -MF $@.d -o $@ $<
$(O)/kernel/link.lds: arch/$(ARCH)/kernel.lds $(O)/kernel/compile.flags scripts/compile.mk
	$(Q)$(CC) $(KERNEL_CFLAGS) $(preprocess)
$(O)/user/link.lds: arch/$(ARCH)/user.lds $(O)/user/compile.flags scripts/compile.mk
	$(Q)$(CC) $(USER_CFLAGS) $(preprocess)
-include $(O)/kernel/link.lds.d $(O)/user/link.lds.d

# A port whose CPUs cannot divide says ARCH_KERNEL_LIBGCC: elsewhere a division too wide does not link.
kernel-inputs := $(kernel-objects) $(kernel-objects-y) $(if $(ARCH_KERNEL_LIBGCC),$(libgcc))
$(O)/skerry.elf: $(kernel-objects) $(kernel-objects-y) $(O)/kernel/link.lds $(O)/kernel/link.flags
	$(call say,LD,$@)
	$(Q)$(LD) $(LDFLAGS) -T $(O)/kernel/link.lds -Map $(O)/kernel/skerry.map -o $@ $(kernel-inputs)

$(O)/user/libsys.a: $(libsys-objects) $(O)/user/libsys.flags
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcsD $@ $(libsys-objects)

# A program's folder is that of its first source: its headers are found from its subfolders too.
define program-rules
$(call user-objects,$(1)): $(O)/user/$(1).cflags
$(call user-objects,$(1)): PROGRAM_CFLAGS := -iquote $(patsubst %/,%,$(dir $(firstword $($(1)-y)))) $($(1)-cflags)
$(O)/$(1).elf: $(call user-objects,$(1)) $(O)/user/libsys.a $(libmusl) $(O)/user/link.lds $(O)/user/$(1).flags
	$$(call say,LD,$$@)
	$$(Q)$(LD) $(LDFLAGS) -u _start -T $(O)/user/link.lds -Map $(O)/user/$(1).map -o $$@ \
		$(call user-objects,$(1)) $(O)/user/libsys.a $(libmusl) $(libgcc)
endef
$(foreach p,$(programs),$(eval $(call program-rules,$p)))

$(O)/archive/%: $(O)/%.elf
	$(Q)$(STRIP) -o $@ $<

# What services may touch of this board's devices.
board-devices := $(wildcard $(board-folder)/devices.conf)
$(call stamp,$(O)/boot.table.inputs,$(board-devices))
$(O)/boot.table: configs/system.conf $(board-devices) $(O)/boot.table.inputs scripts/make-boot-table scripts/testing/headers.py \
		$(addprefix include/skerry/,kernel.def kernel_call.h boot_table.h ipc.h vm.h)
	$(call say,TABLE,$@)
	$(Q)python3 scripts/make-boot-table $@ $< $(board-devices)

$(O)/boot.cpio: $(programs:%=$(O)/archive/%) $(archive-files) $(O)/boot.table $(O)/archive.flags \
		scripts/make-cpio
	$(call say,CPIO,$@)
	$(Q)python3 scripts/make-cpio $@ boot.table=$(O)/boot.table \
		$(foreach p,$(programs) $(notdir $(archive-files)),$p=$(O)/archive/$p)
