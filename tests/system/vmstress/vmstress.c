/* The service that stresses VM: a model against which thousands of random calls are held, and
 * storms of threads in one space. TAP; its exit status ends the machine.
 *
 *   root=vm vmstress[=CASE] seed=N ops=N stress=N
 */
#include "stress.h"

#include "tests/system/user/runner.h"
#include "tests/system/vm/memory.h"
#include "world.h"
#include <option.h>
#include <sef.h>
#include <skerry/kernel_page.h>
#include <stdarg.h>
#include <string.h>
#include <sys.h>

#define SEED_DEFAULT 1u

uint64_t stress_seed;
unsigned int stress_operations, stress_scale, stress_done;

static const char *running;

unsigned int stress_budget(unsigned int usual)
{
	return stress_operations != 0 ? stress_operations : usual * stress_scale;
}

bool stress_fail(const char *format, ...)
{
	va_list arguments;

	sys_print("# seed %llu, operation %u: ", stress_seed, stress_done);
	va_start(arguments, format);
	sys_vprint(format, arguments);
	va_end(arguments);
	sys_print("\n# again: make run SMP=%u CMDLINE='root=vm vmstress=%s seed=%llu ops=%u'\n",
		  ((const struct kernel_page *)ARCH_KERNEL_PAGE)->cpu_count, running, stress_seed,
		  stress_done + 1);
	return false;
}

/* xorshift64* */
uint64_t stress_random(unsigned int stream)
{
	uint64_t state = (stress_seed + 1) * 0x9E3779B97F4A7C15ull + stream;

	for (unsigned int i = 0; i < 8; i++)
		(void)stress_below(&state, 2);
	return state;
}

uint32_t stress_below(uint64_t *random, uint32_t limit)
{
	*random ^= *random >> 12;
	*random ^= *random << 25;
	*random ^= *random >> 27;
	return (uint32_t)((*random * 0x2545F4914F6CDD1Dull) >> 32) % limit;
}

void stress_check(void)
{
	const int error = info_get(0, VM_INFO_CHECK, NULL, 0, 0, NULL);

	assert(error == 0 || error == -EINVAL);
}

/* Failures name the case. */
#define STRESS_CASE(function, behaviour)                                                           \
	static bool run_##function(void)                                                           \
	{                                                                                          \
		running = #function;                                                               \
		stress_done = 0;                                                                   \
		return function();                                                                 \
	}
#include "cases.def"
#undef STRESS_CASE

static const struct runner_case cases[] = {
#define STRESS_CASE(function, behaviour) {#function, behaviour, run_##function},
#include "cases.def"
#undef STRESS_CASE
};

static const struct runner_suite suite = {"vmstress", NULL, cases,
					  sizeof(cases) / sizeof(cases[0])};

int sys_main(uintptr_t argument)
{
	const struct service_start *given = (const struct service_start *)argument;
	char wanted[32] = "";

	sef_startup(given, "vmstress", NULL);
	(void)option_value((const char *)(uintptr_t)given->command_line, "vmstress", wanted,
			   sizeof(wanted));
	stress_seed = suite_number("seed", SEED_DEFAULT);
	stress_operations = (unsigned int)suite_number("ops", 0);
	stress_scale = (unsigned int)suite_number("stress", 1);
	world_init();
	return runner_run(&suite, wanted);
}
