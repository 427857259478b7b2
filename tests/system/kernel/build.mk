programs-y += ktest
ktest-y += $(sort $(wildcard tests/system/kernel/*.c)) arch/$(ARCH)/vm/page_table.c
