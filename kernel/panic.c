/* Panic: the first CPU to come here prints and ends the machine; any other stops silently. */
#include "kernel/panic.h"

#include "kernel/print.h"
#include "kernel/thread.h"
#include <skerry/kernel_call.h>

#define BACKTRACE_MAX 16

static int panicking;

bool panic_running(void)
{
	return __atomic_load_n(&panicking, __ATOMIC_RELAXED);
}

static void panic_list(const struct cpu *cpu, const char *format, va_list args)
	__attribute__((format(printf, 2, 0), noreturn));
static void panic_list(const struct cpu *cpu, const char *format, va_list args)
{
	const struct thread *t = cpu->current;
	uintptr_t trace[BACKTRACE_MAX];
	unsigned int i, count;

	if (__atomic_exchange_n(&panicking, 1, __ATOMIC_SEQ_CST))
		for (;;)
			arch_pause();
	arch_panic_stop_others();
	print("\nPANIC cpu %u: ", cpu->index);
	print_list(format, args);
	print("\n");
	if (t)
		print("thread %x \"%s\" rts %x\n", t->endpoint, t->name, t->rts);
	count = arch_backtrace(trace, BACKTRACE_MAX);
	print("backtrace kernel:");
	for (i = 0; i < count; i++)
		print(" 0x%lx", (unsigned long)trace[i]);
	print("\n");
	arch_power(ABORT_POWER_OFF, 1);
}

void panic(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	panic_list(this_cpu(), format, args);
}

void panic_at(const struct cpu *cpu, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	panic_list(cpu, format, args);
}
