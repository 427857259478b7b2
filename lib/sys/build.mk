libsys-y += lib/sys/trap.c lib/sys/ipc.c lib/sys/call.c lib/sys/thread.c lib/sys/print.c lib/sys/panic.c \
	lib/sys/option.c lib/sys/program.c lib/sys/program_thread.c lib/sys/service.c lib/sys/grant.c lib/sys/ds.c
libsys-y += arch/$(ARCH)/user/start.S arch/$(ARCH)/user/trap_stub.S arch/$(ARCH)/user/stack_switch.S
libsys-y += arch/$(ARCH)/user/trap_kind.c arch/$(ARCH)/user/stack_scan.c
