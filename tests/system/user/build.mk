programs-y += hello forker usuite
hello-y += tests/system/user/hello.c
forker-y += tests/system/user/forker.c tests/system/user/case.c $(sort $(wildcard tests/system/user/case_*.c))
usuite-y += tests/system/user/usuite.c tests/system/user/runner.c

# For `make bench`, which builds without CONFIG_DEBUG: elsewhere a megabyte would only be in the way.
programs-$(if $(CONFIG_DEBUG),n,y) += ubench ubig ubserve
ubench-y += tests/system/user/ubench.c tests/system/user/ubench_regions.c
ubig-y += tests/system/user/ubig.c
ubserve-y += tests/system/user/ubserve.c tests/system/user/runner.c

# Damaged programs, for exec to refuse.
damaged := $(patsubst %,$(O)/archive/damaged.%,$(shell seq -w 0 $$(($$(tests/system/user/make-damaged) - 1))))
archive-files += $(damaged)
$(damaged) &: $(O)/archive/hello tests/system/user/make-damaged
	$(call say,DAMAGE,$(O)/archive/damaged.*)
	$(Q)tests/system/user/make-damaged $(O)/archive/hello $(damaged)
