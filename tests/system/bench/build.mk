programs-y += kbench
kbench-y := tests/system/bench/main.c \
	$(filter-out %/main.c,$(sort $(wildcard tests/system/bench/*.c))) \
	$(addprefix tests/system/kernel/,frames.c space.c thread.c supervisor.c tap.c option.c helper.c) \
	arch/$(ARCH)/vm/page_table.c
