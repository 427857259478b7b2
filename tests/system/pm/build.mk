programs-y += pmsuite pmcase
pmsuite-y += tests/system/pm/pmsuite.c tests/system/user/runner.c
pmcase-y += tests/system/pm/pmcase.c tests/system/pm/program.c $(sort $(wildcard tests/system/pm/case_*.c)) \
	tests/system/user/case.c tests/system/vfs/file.c

# What cases exec by path.
root-programs += bin/pmcase=$(O)/archive/pmcase
$(O)/archive/root.cpio: $(O)/archive/pmcase
