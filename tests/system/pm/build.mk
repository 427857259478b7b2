programs-y += pmsuite pmcase pmvfs
pmvfs-y += tests/system/pm/standin.c
pmsuite-y += tests/system/pm/pmsuite.c tests/system/user/runner.c
pmcase-y += tests/system/pm/pmcase.c tests/system/pm/program.c $(sort $(wildcard tests/system/pm/case_*.c)) \
	tests/system/user/case.c
