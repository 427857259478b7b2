programs-y += chrsuite
chrsuite-y += tests/system/chr/chrsuite.c \
	$(filter-out %/chrsuite.c,$(sort $(wildcard tests/system/chr/*.c))) tests/system/user/runner.c
