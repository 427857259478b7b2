/* The service that tests what programs see: has PM run every case of cases.def as a program of its
 * own, and then compares what is in use with what was before. TAP; its exit status ends the
 * machine.
 *
 *   user         all cases                 user=NAME      only that one
 *   user=crash   this service faults       user=crash-pm  it has PM die
 */
#include <option.h>
#include <pm_call.h>
#include <service.h>
#include <skerry/info.h>
#include <skerry/signal.h>
#include <string.h>
#include <sys.h>
#include <sys_call.h>
#include <vm_call.h>

/* What must be as before; but VM may keep an empty page for each kind of its own objects. */
#define KEPT_MAX 16u

#define SLEEP_TIME 10000000ull /* 10 ms */
#define SLEEPS_MAX 1000u

struct balance {
	u64 frames_user;
	u64 frames_kernel;
	u64 spaces;
	u64 regions;
	u32 threads;
	u32 kernel_spaces;
};

static void balance_take(struct balance *balance)
{
	struct vm_statistics statistics;
	struct info_machine machine;
	const struct vm_info_req ask_vm = {
		.what = VM_INFO_STATISTICS,
		.address = (uintptr_t)&statistics,
		.bytes = sizeof(statistics),
	};
	const struct sys_info_req ask_kernel = {
		.what = INFO_MACHINE,
		.address = (uintptr_t)&machine,
		.size = sizeof(machine),
	};
	struct vm_info_reply reply;

	if (vm_info(&ask_vm, &reply) != 0 || sys_info(&ask_kernel, NULL) != 0)
		panic("no figures");
	*balance = (struct balance){
		.frames_user = statistics.frames_user,
		.frames_kernel = statistics.frames_kernel,
		.spaces = statistics.spaces,
		.regions = statistics.regions,
		.threads = machine.thread_used,
		.kernel_spaces = machine.space_used,
	};
}

static bool balance_is(const struct balance *before, const struct balance *now)
{
	return now->frames_user == before->frames_user && now->spaces == before->spaces &&
	       now->regions == before->regions && now->threads == before->threads &&
	       now->kernel_spaces == before->kernel_spaces &&
	       now->frames_kernel <= before->frames_kernel + KEPT_MAX;
}

static void sleep(nanoseconds_t time)
{
	const struct sys_alarm_req request = {.time = time};
	struct ipc_received received;

	if (sys_alarm(&request, NULL) != 0 || ipc_receive(EP_CLOCK, NULL, 0, &received) != 0)
		panic("cannot sleep");
}

/* An orphan may need a while to end. */
static bool balance_holds(const struct balance *before)
{
	struct balance now;

	for (unsigned int i = 0; i < SLEEPS_MAX; i++) {
		balance_take(&now);
		if (balance_is(before, &now))
			return true;
		sleep(SLEEP_TIME);
	}
	sys_print("# now, and at first: frames of users %llu, %llu, of VM %llu, %llu; spaces %llu, "
		  "%llu; regions %llu, %llu; threads %u, %u\n",
		  now.frames_user, before->frames_user, now.frames_kernel, before->frames_kernel,
		  now.spaces, before->spaces, now.regions, before->regions, now.threads,
		  before->threads);
	return false;
}

/* --- Programs --------------------------------------------------------------------------------- */

static int start_block(const char *name, const char *block, size_t bytes, unsigned int arguments,
		       pid32 *pid)
{
	const struct pm_exec_req request = {
		.name = (uintptr_t)name,
		.arguments = (uintptr_t)block,
		.argument_bytes = bytes,
		.argument_count = arguments,
	};
	struct pm_pid_reply reply = {0};
	const int error = pm_start(&request, &reply);

	*pid = reply.pid;
	return error;
}

static int wait_for(pid32 pid, int *status)
{
	const struct pm_wait_req request = {.pid = pid};
	struct pm_wait_reply reply = {0};
	const int error = pm_wait(&request, &reply);

	*status = reply.status;
	return error;
}

static bool program_run(const char *name)
{
	char block[64] = "forker";
	const size_t at = sizeof("forker"), bytes = at + strlen(name) + 1;
	int status, error;
	pid32 pid;

	memcpy(block + at, name, bytes - at);
	error = start_block("forker", block, bytes, 2, &pid);
	if (error == 0)
		error = wait_for(pid, &status);
	if (error != 0)
		sys_print("# error %d\n", error);
	else if (status != 0)
		sys_print("# status %#x\n", (unsigned int)status);
	return error == 0 && status == 0;
}

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

	EXPECT(start_block("no such", "x", 2, 1, &pid) == -ENOENT);
	EXPECT(start_block("boot.table", "x", 2, 1, &pid) == -ENOEXEC);
	EXPECT(start_block("damaged.25", "x", 2, 1, &pid) == -ENOEXEC);
	EXPECT(start_block("hello", "x", 2, 2, &pid) == -EINVAL);
	EXPECT(start_block("hello", large, sizeof(large), 1, &pid) == -E2BIG);
	EXPECT(start_block("hello", (const char *)0x10, 8, 1, &pid) == -EFAULT);
	EXPECT(wait_for(-1, &status) == -ECHILD);
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
	const struct pm_wait_req any = {.pid = -1, .flags = PM_WAIT_NOHANG};
	struct pm_kill_req kill = {.signal = SIGNAL_TERMINATE};
	struct pm_wait_reply reply;
	int status;
	pid32 pid, idle;

	EXPECT(start_block("forker", "forker\0@idle", sizeof("forker\0@idle"), 2, &idle) == 0);
	EXPECT(start_block("hello", "hello\0you", sizeof("hello\0you"), 2, &pid) == 0);
	EXPECT(wait_for(pid, &status) == 0 && status == 2 << 8);
	EXPECT(pm_wait(&any, &reply) == 0 && reply.pid == 0);
	kill.pid = idle;
	EXPECT(pm_kill(&kill, NULL) == 0);
	EXPECT(wait_for(-1, &status) == 0 && status == SIGNAL_TERMINATE);
	EXPECT(wait_for(-1, &status) == -ECHILD);
	return true;
}

/* --- Cases ------------------------------------------------------------------------------------ */

static const struct {
	const char *name;
	const char *behaviour;
	bool (*run)(void); /* NULL: it is a program's */
} cases[] = {
#define USER_CASE(function, behaviour) {#function, behaviour, NULL},
#include "cases.def"
#undef USER_CASE
	{"service_start", "a refused start leaves nothing behind", service_start_refused},
	{"service_process", "a service is no process", service_is_no_process},
	{"service_children", "a service waits for what it started", service_children},
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

static bool selected(const char *wanted, unsigned int i)
{
	return wanted[0] == '\0' || strcmp(wanted, cases[i].name) == 0;
}

static unsigned int cases_run(const char *wanted)
{
	unsigned int number = 0, failed = 0;
	struct balance before;

	for (unsigned int i = 0; i < CASES; i++)
		number += selected(wanted, i);
	sys_print("TAP version 14\n1..%u\n", number);
	number = 0;
	balance_take(&before);
	for (unsigned int i = 0; i < CASES; i++) {
		bool passed;

		if (!selected(wanted, i))
			continue;
		passed = cases[i].run != NULL ? cases[i].run() : program_run(cases[i].name);
		passed = balance_holds(&before) && passed;
		failed += !passed;
		sys_print("%sok %u - user: %s\n", passed ? "" : "not ", ++number,
			  cases[i].behaviour);
	}
	return failed;
}

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
	unsigned int failed;

	service_init(given, "usuite");
	(void)option_value((const char *)(uintptr_t)given->command_line, "user", wanted,
			   sizeof(wanted));
	service_ready(0);
	if (strcmp(wanted, "crash") == 0)
		return crash();
	if (strcmp(wanted, "crash-pm") == 0 && crash_pm() != 0)
		return 1;
	failed = cases_run(wanted);
	sys_print("VERDICT %s\n", failed == 0 ? "pass" : "fail");
	return failed == 0 ? 0 : 1;
}
