/* The kernel test: the root service in VM's place. It turns paging on with its own tables, says
 * that the machine is ready, and does what test= asks for.
 *
 *   test=none|short|all|SUITE,SUITE   entry=NAME   seed=N   poweroff=ready   panic=test fault=test
 */
#include "frames.h"
#include "option.h"
#include "space.h"
#include "supervisor.h"
#include "tap.h"
#include "test_case.h"
#include "thread.h"
#include <arch/layout.h>
#include <option.h>
#include <skerry/kernel_page.h>
#include <string.h>
#include <sys.h>
#include <sys_call.h>
#include <sys_trap.h>

static bool never(void *argument)
{
	(void)argument;
	return false;
}

/* --- Deliberate ends ---------------------------------------------------------------------------
 */

static int bad_function(void *argument)
{
	*(volatile int *)argument = 1;
	return 0;
}

static bool has_ended(void *argument)
{
	return ((struct test_thread *)argument)->end != THREAD_RUNS;
}

/* A service that faults: its stack trace is the kernel's to print, since the service is dead. It is
 * of our process, so that the trace has our name. */
static void fault_test(void)
{
	const struct thread_plan plan = {
		.space = space_make(),
		.function = bad_function,
		.argument = (void *)0x10,
		.process = supervisor_endpoint(),
	};
	struct test_thread *thread = thread_make(&plan);
	const struct sys_diag_req request = {
		.operation = DIAG_BACKTRACE,
		.thread = thread->endpoint,
	};

	supervisor_serve(has_ended, thread, "the deliberate fault");
	sys_print("%s: PANIC: fault at %#lx, address %#lx\n", sys_program_name,
		  (unsigned long)thread->fault_pc, (unsigned long)thread->fault_address);
	(void)sys_diag(&request, NULL);
	power_off(false);
}

static void panic_test(void)
{
	const struct sys_abort_req request = {.operation = ABORT_PANIC};

	(void)sys_abort(&request, NULL);
	power_off(false);
}

/* --- Start -------------------------------------------------------------------------------------
 */

static void ready_print(void)
{
	const struct kernel_page *page = (const struct kernel_page *)ARCH_KERNEL_PAGE;

	sys_print("%s: %u CPUs, ready\n", page->board, page->cpu_count);
}

/* entry=NAME: trap in this way, not in the fastest. */
static void entry_select(void)
{
	const struct sys_trap_stubs *stubs;
	char name[16];

	if (!option_get("entry", name, sizeof(name)))
		return;
	for (unsigned int kind = 0; kind < ARCH_TRAP_KINDS_MAX; kind++) {
		stubs = arch_trap_stubs(kind);
		if (stubs != NULL && strcmp(stubs->name, name) == 0) {
			(void)sys_trap_select(kind);
			return;
		}
	}
	panic("entry=%s: this machine has no such way", name);
}

int sys_main(uintptr_t argument)
{
	char selection[128];

	sys_program_name = "ktest";
	sys_panic_end = power_off_failed;
	frames_init((const struct boot_page *)argument);
	supervisor_init();
	entry_select();
	threads_init();
	spaces_init();
	supervisor_schedule(QUANTUM_TEST);
	ready_print();
	if (option_is(boot.command_line, "panic", "test"))
		panic_test();
	if (option_is(boot.command_line, "fault", "test"))
		fault_test();
	option_get("test", selection, sizeof(selection));
	if (selection[0] != '\0' && strcmp(selection, "none") != 0)
		cases_run(selection);
	if (option_is(boot.command_line, "poweroff", "ready"))
		power_off(true);
	supervisor_serve(never, NULL, NULL);
	return 0;
}
