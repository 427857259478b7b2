/* The service that tests what programs see: has PM run every case of cases.def as a program of its
 * own, and then compares what is in use with what was before. TAP; its exit status ends the
 * machine.
 *
 *   user         all cases                 user=NAME      only that one
 *   user=crash   this service faults       user=crash-pm  it has PM die
 */
#include "runner.h"

#include <option.h>
#include <pm_call.h>
#include <sef.h>
#include <skerry/signal.h>
#include <string.h>
#include <sys.h>
#include <sys_call.h>

/* --- What a service may ask of PM ------------------------------------------------------------- */

#define EXPECT(condition)                                                                          \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			sys_print("# line %d: %s\n", __LINE__, #condition);                        \
			return false;                                                              \
		}                                                                                  \
	} while (0)

static bool service_start_refused(void)
{
	static char large[PM_ARGUMENT_BYTES_MAX + 1];
	int status;
	pid32 pid;

	EXPECT(program_start("no such", "x", 2, 1, &pid) == -ENOENT);
	EXPECT(program_start("boot.table", "x", 2, 1, &pid) == -ENOEXEC);
	EXPECT(program_start("damaged.25", "x", 2, 1, &pid) == -ENOEXEC);
	EXPECT(program_start("hello", "x", 2, 2, &pid) == -EINVAL);
	EXPECT(program_start("hello", large, sizeof(large), 1, &pid) == -E2BIG);
	EXPECT(program_start("hello", (const char *)0x10, 8, 1, &pid) == -EFAULT);
	EXPECT(program_end_of(-1, &status) == -ECHILD);
	return true;
}

static bool service_is_no_process(void)
{
	const struct pm_empty_req empty = {};
	const struct pm_exec_req exec = {0};
	const struct pm_exit_req exit = {0};

	EXPECT(pm_fork(&empty, NULL) == -ENOTALLOWED);
	EXPECT(pm_getpid(&empty, NULL) == -ENOTALLOWED);
	EXPECT(pm_exec(&exec, NULL) == -ENOTALLOWED);
	EXPECT(pm_exit(&exit, NULL) == -ENOTALLOWED);
	return true;
}

static bool service_children(void)
{
	const struct pm_wait_req any = {.pid = -1, .flags = PM_WAIT_NOHANG | PM_WAIT_EXITED};
	struct pm_kill_req kill = {.signal = SIGNAL_TERMINATE};
	struct pm_wait_reply reply;
	int status;
	pid32 pid, idle;

	EXPECT(program_start("forker", "forker\0@idle", sizeof("forker\0@idle"), 2, &idle) == 0);
	EXPECT(program_start("hello", "hello\0you", sizeof("hello\0you"), 2, &pid) == 0);
	EXPECT(program_end_of(pid, &status) == 0 && status == 2 << 8);
	EXPECT(pm_wait(&any, &reply) == 0 && reply.pid == 0);
	kill.pid = idle;
	EXPECT(pm_kill(&kill, NULL) == 0);
	EXPECT(program_end_of(-1, &status) == 0 && status == SIGNAL_TERMINATE);
	EXPECT(program_end_of(-1, &status) == -ECHILD);
	return true;
}

/* --- Cases ------------------------------------------------------------------------------------ */

static const struct runner_case cases[] = {
#define USER_CASE(function, behaviour) {#function, behaviour, NULL},
#include "cases.def"
#undef USER_CASE
	{"service_start", "a refused start leaves nothing behind", service_start_refused},
	{"service_process", "a service is no process", service_is_no_process},
	{"service_children", "a service waits for what it started", service_children},
};

static const struct runner_suite suite = {"user", "forker", cases,
					  sizeof(cases) / sizeof(cases[0])};

/* --- Deliberate ends, for RS to report -------------------------------------------------------- */

static int crash(void)
{
	volatile uintptr_t near_null = 8; /* the compiler must not know it */

	return *(volatile int *)near_null;
}

static int crash_pm(void)
{
	const struct sys_kill_req request = {.thread = PM_ENDPOINT, .signal = SIGNAL_SEGV};

	return sys_kill(&request, NULL);
}

int sys_main(uintptr_t argument)
{
	const struct service_start *given = (const struct service_start *)argument;
	char wanted[32] = "";

	sef_startup(given, "usuite", NULL);
	(void)option_value((const char *)(uintptr_t)given->command_line, "user", wanted,
			   sizeof(wanted));
	if (strcmp(wanted, "crash") == 0)
		return crash();
	if (strcmp(wanted, "crash-pm") == 0 && crash_pm() != 0)
		return 1;
	return runner_run(&suite, wanted);
}
