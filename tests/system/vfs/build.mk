programs-y += vfssuite vfscase vfsfake
vfsfake-y += tests/system/vfs/vfsfake.c
vfssuite-y += tests/system/vfs/vfssuite.c tests/system/user/runner.c
vfscase-y += tests/system/vfs/vfscase.c tests/system/vfs/file.c $(sort $(wildcard tests/system/vfs/case_*.c)) \
	tests/system/user/case.c
