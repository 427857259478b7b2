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

static const struct {
	const char *name;
	const char *behaviour;
} cases[] = {
#define USER_CASE(function, behaviour) {#function, behaviour},
#include "cases.def"
#undef USER_CASE
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

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

static pid32 start(const char *name)
{
	char block[64] = "forker";
	const size_t at = sizeof("forker");
	struct pm_exec_req request = {
		.name = (uintptr_t)block,
		.arguments = (uintptr_t)block,
		.argument_bytes = at + strlen(name) + 1,
		.argument_count = 2,
	};
	struct pm_pid_reply reply;
	int error;

	memcpy(block + at, name, strlen(name) + 1);
	error = pm_start(&request, &reply);
	if (error != 0)
		sys_print("# cannot start: %d\n", error);
	return error != 0 ? error : reply.pid;
}

static bool run(const char *name)
{
	struct pm_wait_req wait = {.pid = start(name)};
	struct pm_wait_reply end = {0};

	if (wait.pid <= 0 || pm_wait(&wait, &end) != 0)
		return false;
	if (end.status != 0)
		sys_print("# status %#x\n", (unsigned int)end.status);
	return end.status == 0;
}

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
		passed = run(cases[i].name);
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
