/* Programs run for a service, and the figures of VM and the kernel before and after. */
#include "runner.h"

#include <option.h>
#include <pm_call.h>
#include <service.h>
#include <skerry/info.h>
#include <string.h>
#include <sys.h>
#include <sys_call.h>
#include <vm_call.h>

/* What must be as before; but VM may keep an empty page for each kind of its own objects. */
#define KEPT_MAX 16u

#define SLEEPS_MAX 1000u

u64 suite_number(const char *name, u64 fallback)
{
	return option_integer((const char *)(uintptr_t)service_start()->command_line, name,
			      fallback);
}

void balance_take(struct balance *balance)
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
		.frames_user = statistics.frames_user + statistics.frames_dma,
		.frames_cache = statistics.frames_cache,
		.frames_kernel = statistics.frames_kernel,
		.spaces = statistics.spaces,
		.regions = statistics.regions,
		.threads = machine.thread_used,
		.kernel_spaces = machine.space_used,
	};
}

static bool balance_is(const struct balance *before, const struct balance *now)
{
	return now->frames_user == before->frames_user &&
	       now->frames_cache == before->frames_cache && now->spaces == before->spaces &&
	       now->regions == before->regions && now->threads == before->threads &&
	       now->kernel_spaces == before->kernel_spaces &&
	       now->frames_kernel <= before->frames_kernel + KEPT_MAX;
}

void runner_sleep(nanoseconds_t time)
{
	const struct sys_alarm_req request = {.time = time};
	struct ipc_received received;

	if (sys_alarm(&request, NULL) != 0 || ipc_receive(EP_CLOCK, NULL, 0, &received) != 0)
		panic("cannot sleep");
}

bool balance_holds(const struct balance *before)
{
	struct balance now;

	for (unsigned int i = 0; i < SLEEPS_MAX; i++) {
		balance_take(&now);
		if (balance_is(before, &now))
			return true;
		runner_sleep(RUNNER_SLEEP_TIME);
	}
	sys_print("# now, and at first: frames of users %llu, %llu, of the cache %llu, %llu, of VM "
		  "%llu, %llu; spaces %llu, "
		  "%llu; regions %llu, %llu; threads %u, %u\n",
		  now.frames_user, before->frames_user, now.frames_cache, before->frames_cache,
		  now.frames_kernel, before->frames_kernel, now.spaces, before->spaces, now.regions,
		  before->regions, now.threads, before->threads);
	return false;
}

/* --- Programs --------------------------------------------------------------------------------- */

int program_start(const char *name, const char *block, size_t bytes, unsigned int arguments,
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

int program_end_of(pid32 pid, int *status)
{
	const struct pm_wait_req request = {.pid = pid, .flags = PM_WAIT_EXITED};
	struct pm_wait_reply reply = {0};
	const int error = pm_wait(&request, &reply);

	*status = reply.status;
	return error;
}

static bool program_run(const char *program, const char *name)
{
	char block[64];
	const size_t at = strlen(program) + 1, bytes = at + strlen(name) + 1;
	int status, error;
	pid32 pid;

	memcpy(block, program, at);
	memcpy(block + at, name, bytes - at);
	error = program_start(program, block, bytes, 2, &pid);
	if (error == 0)
		error = program_end_of(pid, &status);
	if (error != 0)
		sys_print("# error %d\n", error);
	else if (status != 0)
		sys_print("# status %#x\n", (unsigned int)status);
	return error == 0 && status == 0;
}

/* --- Cases ------------------------------------------------------------------------------------ */

static bool selected(const char *wanted, const struct runner_case *test)
{
	return wanted[0] == '\0' || strcmp(wanted, test->name) == 0;
}

static bool keeps, kept;

bool runner_program_kept(const char *program, const char *name)
{
	kept = true;
	return program_run(program, name);
}

void runner_keeps(void)
{
	keeps = true;
}

static bool case_run(const struct runner_suite *suite, const struct runner_case *test,
		     const struct balance *before)
{
	const bool passed =
		test->run != NULL ? test->run() : program_run(suite->program, test->name);

	return (keeps || kept || balance_holds(before)) && passed;
}

bool runner_thread(u32 *next, struct info_thread *found)
{
	struct sys_info_req request = {
		.what = INFO_THREAD,
		.index = *next,
		.address = (uintptr_t)found,
		.size = sizeof(*found),
	};

	for (; sys_info(&request, NULL) == 0; request.index++) {
		if (!(found->rts & RTS_FREE)) {
			*next = request.index + 1;
			return true;
		}
	}
	return false;
}

static const char *skipped;

void runner_skip(const char *reason)
{
	skipped = reason;
}

int runner_run(const struct runner_suite *suite, const char *wanted)
{
	unsigned int number = 0, failed = 0;
	struct balance before;

	for (unsigned int i = 0; i < suite->count; i++)
		number += selected(wanted, &suite->cases[i]);
	sys_print("TAP version 14\n1..%u\n", number);
	number = 0;
	balance_take(&before);
	for (unsigned int i = 0; i < suite->count; i++) {
		const struct runner_case *test = &suite->cases[i];
		bool passed;

		if (!selected(wanted, test))
			continue;
		skipped = NULL;
		kept = false;
		passed = case_run(suite, test, &before);
		failed += !passed;
		sys_print("%sok %u - %s %s: %s%s%s\n", passed ? "" : "not ", ++number, suite->name,
			  test->name, test->behaviour, skipped != NULL ? " # SKIP " : "",
			  skipped != NULL ? skipped : "");
		if (!passed || kept)
			balance_take(&before); /* its loss is not that of the next */
	}
	sys_print("VERDICT %s\n", failed == 0 ? "pass" : "fail");
	return failed == 0 ? 0 : 1;
}
