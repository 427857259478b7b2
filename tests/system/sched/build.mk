programs-y += schedsuite
schedsuite-y += tests/system/sched/schedsuite.c tests/system/sched/worker.c \
	$(sort $(wildcard tests/system/sched/case_*.c)) tests/system/user/runner.c \
	tests/system/vm/service_crew.c tests/system/vm/memory.c
