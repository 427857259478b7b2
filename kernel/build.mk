kernel-y += kernel/backtrace.c kernel/call.c kernel/call_copy.c kernel/call_device.c kernel/call_info.c \
	kernel/call_priv.c kernel/call_sched.c kernel/call_thread.c kernel/call_vm.c \
	kernel/command_line.c kernel/copy.c kernel/fault.c kernel/grant.c kernel/ipc.c \
	kernel/ipc_async.c kernel/ipc_fast.c kernel/ipc_notify.c kernel/irq.c kernel/main.c \
	kernel/panic.c kernel/print.c kernel/priv.c kernel/root.c kernel/sched.c kernel/signal.c \
	kernel/space.c kernel/thread.c kernel/update.c
kernel-$(if $(CONFIG_SMP),y,n) += kernel/smp.c
kernel-$(if $(CONFIG_SMP),n,y) += kernel/smp_none.c
kernel-$(CONFIG_DEBUG) += kernel/check.c
kernel-$(CONFIG_TRACE) += kernel/trace.c
kernel-$(CONFIG_DEBUG_RACE) += kernel/race.c
