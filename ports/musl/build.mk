# libmusl-pure.a: the functions of musl that neither keep state nor call a system, and their headers.
# A function's source is the port's own in assembly where musl has one.
musl-functions := \
	$(addprefix string/,memccpy memchr memcmp memcpy memmem memmove mempcpy memrchr memset \
	stpcpy stpncpy strcasecmp strcasestr strcat strchr strchrnul strcmp strcpy strcspn strlcat \
	strlcpy strlen strncasecmp strncat strncmp strncpy strnlen strpbrk strrchr strsep strspn \
	strstr strtok_r strverscmp) \
	$(addprefix ctype/,isalnum isalpha isascii isblank iscntrl isdigit isgraph islower isprint \
	ispunct isspace isupper isxdigit toascii tolower toupper) \
	$(addprefix stdlib/,abs atoi atol atoll bsearch div labs ldiv llabs lldiv qsort qsort_nr strtol) \
	$(addprefix misc/,ffs ffsl ffsll) $(addprefix internal/,intscan shgetc)
musl-headers := alloca.h ctype.h errno.h features.h stdlib.h string.h strings.h

musl-folder := $(O)/ports/musl
musl-source := $(musl-folder)/source
musl-include := $(musl-folder)/include
musl-objects := $(musl-functions:%=$(musl-folder)/obj/%.o)
libmusl := $(musl-folder)/libmusl-pure.a

# As musl builds itself, and what every object of a program needs. Foreign code: no warnings. gcc
# would turn the loop of memcpy into a call of memcpy.
MUSL_CFLAGS = -std=c99 -O2 -g -w -nostdinc -ffreestanding -fno-pie -fno-stack-protector \
	-fno-asynchronous-unwind-tables -fno-strict-aliasing \
	$(if $(CONFIG_CLANG_PROGRAMS),,-fno-tree-loop-distribute-patterns) -D_XOPEN_SOURCE=700 \
	-ffile-prefix-map=$(CURDIR)=. -ffile-prefix-map=$(abspath $(O))=build \
	$(if $(CONFIG_FRAME_POINTER),-fno-omit-frame-pointer,-fomit-frame-pointer) \
	$(ARCH_CFLAGS) $(ARCH_USER_CFLAGS) -Wa,--noexecstack
musl-includes := $(addprefix -I,$(addprefix $(musl-source)/,arch/$(ARCH) arch/generic src/include \
	src/internal) $(musl-folder)/made $(musl-source)/include)

# Generated: the types of the port; the numbers of system calls, which some private header wants.
$(musl-folder)/made.stamp: $(call port-source,musl) ports/musl/build.mk
	$(Q)mkdir -p $(musl-folder)/made/bits
	$(Q)cd $(musl-source) && sed -f tools/mkalltypes.sed arch/$(ARCH)/bits/alltypes.h.in \
		include/alltypes.h.in >$(abspath $(musl-folder))/made/bits/alltypes.h
	$(Q)cd $(musl-source)/arch/$(ARCH)/bits && sed -n 'p;s/__NR_/SYS_/p' syscall.h.in \
		>$(abspath $(musl-folder))/made/bits/syscall.h
	$(Q)touch $@

# What programs may include: nothing of musl that the compiler or the library does not have.
musl-headers-made := $(musl-folder)/include.stamp
$(musl-headers-made): $(musl-folder)/made.stamp
	$(Q)rm -rf $(musl-include) && mkdir -p $(musl-include)/bits
	$(Q)cp $(musl-folder)/made/bits/alltypes.h $(musl-include)/bits
	$(Q)cd $(musl-source) && cp $(musl-headers:%=include/%) $(abspath $(musl-include)) && \
		cp $$(ls arch/$(ARCH)/bits/errno.h arch/generic/bits/errno.h 2>/dev/null | head -n 1) \
		$(abspath $(musl-include))/bits
	$(Q)touch $@

$(musl-folder)/obj/pure.o: ports/musl/pure.c $(musl-folder)/made.stamp $(musl-folder)/compile.flags
	$(Q)mkdir -p $(@D) && $(USER_CC) $(MUSL_CFLAGS) $(musl-includes) -c -o $@ $<
$(musl-folder)/obj/%.o: $(musl-folder)/made.stamp $(musl-folder)/compile.flags
	$(Q)mkdir -p $(@D) && for source in $(musl-source)/src/$(*D)/$(ARCH)/$(*F).[sSc] \
		$(musl-source)/src/$*.c; do [ ! -e $$source ] || break; done && \
		$(USER_CC) $(MUSL_CFLAGS) $(musl-includes) -c -o $@ $$source

$(libmusl): $(musl-objects) $(musl-folder)/obj/pure.o
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcsD $@ $^
