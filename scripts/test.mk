# Tests and gates. scripts/run-test runs the suites, one line each, and ends with the count.
# SUITE= narrows `make test` to suites or groups: gates, host, boot, models, qemu, or a row's name.
given = $(if $(filter command% environment%,$(origin $(1))),--$(2)='$($(1))')
test-overrides = $(call given,SMP,smp) $(call given,MEM,mem) $(call given,CMDLINE,cmdline) \
	$(call given,QEMU_EXTRA,qemu-extra) $(call given,QEMU,qemu)
run-test := scripts/run-test --board $(BOARD) --out $(O)
# Without BOARD= all boards of the tree are tested.
also = $(if $(filter file,$(origin BOARD)),$(patsubst boards/%/Kconfig,--also=%,$(filter-out \
	boards/$(BOARD)/Kconfig,$(wildcard boards/*/Kconfig))))

.PHONY: test test-full check bench models mutants stress trace
test:
	$(Q)$(run-test) $(also) $(SUITE:%=--suite=%) $(test-overrides)
test-full:
	$(Q)$(run-test) $(also) --full $(SUITE:%=--suite=%) $(test-overrides)
check:
	$(Q)$(run-test) --suite=gates

bench models mutants stress:
	$(Q)if [ -x tests/$@/run ]; then tests/$@/run $(O); \
	else echo 'There is no tests/$@/run in this tree yet' >&2; false; fi

# SMP=, MEM=, CMDLINE=time=MILLISECONDS, QEMU_EXTRA= vary what is traced.
trace:
	$(Q)tests/trace/run --board=$(BOARD) $(test-overrides) $(O)
