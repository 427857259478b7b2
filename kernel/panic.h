/* No safe state is left: tell where, stop the other CPUs, end the machine. */
#pragma once

#include <stdbool.h>

/* Prints `PANIC cpu N: message`, the thread and a line `backtrace kernel: pc...` that
 * scripts/symbolise reads. Never takes the lock. */
void panic(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn, cold));

/* True once a CPU panics: others stop where they notice. */
bool panic_running(void);

/* Our bugs, in debug kernels only; cheap checks that must always hold use panic(). */
#ifdef CONFIG_DEBUG
#define assert(condition)                                                                          \
	((condition) ? (void)0 : panic("%s:%d: assert %s", __FILE__, __LINE__, #condition))
#else
#define assert(condition) ((void)sizeof(condition))
#endif

struct cpu;

/* The same where this_cpu() cannot be used: on an emergency stack. */
void panic_at(const struct cpu *cpu, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn, cold));
