/* The end of a program that has no safe state left. A second panic, in here, ends at once. */
#include <sys.h>

#include <format.h>
#include <skerry/kernel_call.h>
#include <skerry/sef.h>
#include <sys_call.h>
#include <sys_thread.h>

#define TRACE_DEPTH 24
#define TRACE_WORD (sizeof(" 0x") - 1 + 2 * sizeof(uintptr_t))

const char *sys_program_name = "?";
void (*sys_panic_end)(void);

void sys_print_backtrace(void)
{
	uintptr_t pc[TRACE_DEPTH];
	char text[TRACE_DEPTH * TRACE_WORD + 1] = "";
	size_t used = 0;
	const uintptr_t sp = (uintptr_t)__builtin_frame_address(0);
	const unsigned int count =
		arch_stack_scan(sp, sys_thread_self()->stack_top, pc, TRACE_DEPTH);

	for (unsigned int i = 0; i < count; i++)
		used += (size_t)format(text + used, sizeof(text) - used, " %#lx",
				       (unsigned long)pc[i]);
	/* At once: scripts/symbolise wants one line, also when others print. */
	sys_print("backtrace %s: %#lx%s\n", sys_program_name, (unsigned long)&sys_print_backtrace,
		  text);
}

void panic(const char *format, ...)
{
	static bool panicking;
	const struct sys_exit_req end = {.status = SERVICE_STATUS_PANIC};
	char text[160];
	va_list arguments;

	if (!panicking) {
		panicking = true;
		va_start(arguments, format);
		vformat(text, sizeof(text), format, arguments);
		va_end(arguments);
		sys_print("%s: PANIC: %s\n", sys_program_name, text);
		sys_print_backtrace();
		if (sys_panic_end != NULL)
			sys_panic_end();
	}
	(void)sys_exit(&end, NULL);
	__builtin_trap();
}
