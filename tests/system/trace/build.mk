programs-y += ktrace
ktrace-y := tests/system/trace/main.c \
	$(filter-out %/main.c,$(sort $(wildcard tests/system/trace/*.c))) \
	tests/system/bench/check.c \
	$(addprefix tests/system/kernel/,frames.c space.c thread.c supervisor.c tap.c option.c helper.c \
	granter.c) arch/$(ARCH)/vm/page_table.c
