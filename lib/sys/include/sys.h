/* What every program has: an entry point, a name, text on the console and an end with a trace. */
#pragma once

#include <stdarg.h>
#include <skerry/types.h>

/* The program's own; gets what the first thread was created with. It attaches that thread
 * (sys_thread.h) before anything else. When it returns, the thread ends with that status. */
int sys_main(uintptr_t argument);

/* Where _start goes on: chooses the trap, then runs sys_main(). */
void sys_begin(uintptr_t argument) __attribute__((noreturn));

/* In front of panics and traces; the program sets it first of all. */
extern const char *sys_program_name;

/* To the kernel's console by SYS_DIAG, lib/format's conversions. The message in the message page
 * survives. Text that the kernel refuses is lost. */
void sys_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void sys_vprint(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));

/* No safe state is left: print `NAME: PANIC: message` and `backtrace NAME: 0x...`, then end. */
void panic(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn, cold));

/* How a panic ends; SYS_EXIT when NULL or when it returns. */
extern void (*sys_panic_end)(void);

/* The line `backtrace NAME: 0x...` of the calling thread, for scripts/symbolise. */
void sys_print_backtrace(void);

#define assert(condition)                                                                          \
	((condition) ? (void)0 : panic("%s:%d: assert %s", __FILE__, __LINE__, #condition))
