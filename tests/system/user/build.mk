programs-y += hello forker usuite
hello-y += tests/system/user/hello.c
forker-y += tests/system/user/forker.c $(sort $(wildcard tests/system/user/case_*.c))
usuite-y += tests/system/user/usuite.c
