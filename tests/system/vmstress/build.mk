programs-y += vmstress
vmstress-y += tests/system/vmstress/vmstress.c \
	$(filter-out %/vmstress.c,$(sort $(wildcard tests/system/vmstress/*.c))) \
	tests/system/vm/memory.c tests/system/user/runner.c
