programs-y += hello forker usuite
hello-y += tests/system/user/hello.c
forker-y += tests/system/user/forker.c tests/system/user/case.c $(sort $(wildcard tests/system/user/case_*.c))
usuite-y += tests/system/user/usuite.c tests/system/user/runner.c

# For `make bench`, which builds without CONFIG_DEBUG: elsewhere a megabyte would only be in the way.
programs-$(if $(CONFIG_DEBUG),n,y) += ubench ubig ubserve
ubench-y += tests/system/user/ubench.c tests/system/user/ubench_regions.c
ubig-y += tests/system/user/ubig.c
ubserve-y += tests/system/user/ubserve.c tests/system/user/runner.c

# Variations of a program, for exec to refuse or to run.
variations := $(addprefix $(O)/archive/,$(shell tests/system/user/make-damaged))
archive-files += $(variations)
$(variations) &: $(O)/archive/hello tests/system/user/make-damaged
	$(call say,VARY,$(O)/archive/damaged.* large.* odd.*)
	$(Q)tests/system/user/make-damaged $(O)/archive/hello $(O)/archive $(ARCH)
