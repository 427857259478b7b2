programs-y += vmsuite vmcase vmfuzz
vmcase-y += tests/system/vm/vmcase.c tests/system/vm/peer.c $(sort $(wildcard tests/system/vm/case_*.c)) tests/system/user/case.c
vmsuite-y += tests/system/vm/vmsuite.c $(sort $(wildcard tests/system/vm/service_*.c)) \
	tests/system/vm/memory.c tests/system/vm/hostile.c tests/system/user/runner.c
vmcase-y += tests/system/vm/memory.c tests/system/vm/hostile.c
vmcase-y += tests/system/vm/fuzz.c
vmfuzz-y += tests/system/vm/vmfuzz.c tests/system/vm/fuzz.c tests/system/vm/memory.c tests/system/user/runner.c
