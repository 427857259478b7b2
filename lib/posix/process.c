/* Processes: fork, exec, the end, waiting for children. */
#include "pm_ask.h"
#include "vm_ask.h"

#include <arch/layout.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* musl forks with clone(), and makes threads with __clone() (the overlay). */
long posix_do_clone(const struct posix_call *call)
{
	const struct pm_empty_req request = {};
	struct pm_pid_reply reply;
	const int error = PM_ASK(call, PM_FORK, &request, &reply);

	return error != 0 ? error : reply.pid;
}

/* --- Exec ------------------------------------------------------------------------------------- */

/* The strings of both lists one after another; counts bytes alone where `to` is NULL. */
static size_t strings_put(char *const *list, char *to, uint32_t *count)
{
	size_t used = 0;

	for (*count = 0; list != NULL && list[*count] != NULL; ++*count) {
		const size_t bytes = strlen(list[*count]) + 1;

		if (to != NULL)
			memcpy(to + used, list[*count], bytes);
		used += bytes;
	}
	return used;
}

static int block_map(const struct posix_call *call, size_t bytes, char **block)
{
	const struct vm_mmap_req request = {
		.protection = VM_READ | VM_WRITE,
		.bytes = (bytes + ARCH_PAGE_SIZE - 1) & ~(size_t)(ARCH_PAGE_SIZE - 1),
	};
	struct vm_address_reply reply = {0};
	const int error = VM_ASK(call, VM_MMAP, &request, &reply);

	*block = (char *)(uintptr_t)reply.address;
	return error;
}

static void block_unmap(const struct posix_call *call, char *block, size_t bytes)
{
	const struct vm_range_req request = {
		.address = (uintptr_t)block,
		.bytes = (bytes + ARCH_PAGE_SIZE - 1) & ~(size_t)(ARCH_PAGE_SIZE - 1),
	};

	(void)VM_ASK(call, VM_MUNMAP, &request, NULL);
}

long posix_do_execve(const struct posix_call *call)
{
	char *const *arguments = (char *const *)call->argument[1];
	char *const *environment = (char *const *)call->argument[2];
	struct pm_exec_req request = {.name = posix_address(call->argument[0])};
	char *block;
	size_t first, bytes;
	int error;

	first = strings_put(arguments, NULL, &request.argument_count);
	bytes = first + strings_put(environment, NULL, &request.environment_count);
	if (bytes > PM_ARGUMENT_BYTES_MAX)
		return -E2BIG;
	error = block_map(call, bytes, &block);
	if (error != 0)
		return error;
	(void)strings_put(arguments, block, &request.argument_count);
	(void)strings_put(environment, block + first, &request.environment_count);
	request.arguments = (uintptr_t)block;
	request.argument_bytes = bytes;
	error = PM_ASK(call, PM_EXEC, &request, NULL);
	block_unmap(call, block, bytes);
	return error;
}

/* --- The end ---------------------------------------------------------------------------------- */

long posix_do_exit_group(const struct posix_call *call)
{
	const struct pm_exit_req request = {.status = (int32_t)call->argument[0]};

	return PM_ASK(call, PM_EXIT, &request, NULL);
}

long posix_do_exit(const struct posix_call *call)
{
	const struct pm_thread_exit_req request = {0, 0};

	return PM_ASK(call, PM_THREAD_EXIT, &request, NULL);
}

/* --- Waiting ---------------------------------------------------------------------------------- */

/* As the kernel's calls have it: longs, microseconds. */
struct usage {
	long user[2], system[2];
	long peak_kilobytes;
	long unused_sizes[3];
	long faults_minor, faults_major;
	long unused_counts[8];
};

static void time_put(long to[2], nanoseconds_t time)
{
	to[0] = (long)(time / POSIX_SECOND);
	to[1] = (long)(time % POSIX_SECOND / 1000);
}

static void usage_put(struct usage *to, nanoseconds_t user, nanoseconds_t system, uint64_t peak)
{
	memset(to, 0, sizeof(*to));
	time_put(to->user, user);
	time_put(to->system, system);
	to->peak_kilobytes = (long)(peak / 1024);
}

static void waited_usage_put(struct usage *to, const struct pm_wait_reply *reply)
{
	usage_put(to, reply->user_time, reply->system_time, reply->peak_bytes);
	to->faults_minor = (long)reply->faults_minor;
	to->faults_major = (long)reply->faults_major;
}

static uint32_t wait_flags(long options)
{
	return (options & WNOHANG ? PM_WAIT_NOHANG : 0) |
	       (options & WSTOPPED ? PM_WAIT_STOPPED : 0) |
	       (options & WCONTINUED ? PM_WAIT_CONTINUED : 0) |
	       (options & WNOWAIT ? PM_WAIT_NOWAIT : 0);
}

long posix_do_wait4(const struct posix_call *call)
{
	const struct pm_wait_req request = {
		.pid = (pid32)call->argument[0],
		.flags = wait_flags(call->argument[2]) | PM_WAIT_EXITED,
	};
	int *status = (int *)call->argument[1];
	struct usage *usage = (struct usage *)call->argument[3];
	struct pm_wait_reply reply;
	const int error = PM_ASK(call, PM_WAIT, &request, &reply);

	if (error != 0)
		return error;
	if (reply.pid != 0 && status != NULL)
		*status = reply.status;
	if (reply.pid != 0 && usage != NULL)
		waited_usage_put(usage, &reply);
	return reply.pid;
}

/* The pid of PM_WAIT that means what waitid's two words do. */
static bool wait_pid(long kind, long id, pid32 *pid)
{
	switch (kind) {
	case P_ALL:
		*pid = -1;
		return true;
	case P_PID:
		*pid = (pid32)id;
		return id > 0;
	case P_PGID:
		*pid = -(pid32)id;
		return id == 0 || id > 1;
	default:
		return false;
	}
}

/* siginfo's code and status of what wait() would say. */
static void status_put(siginfo_t *info, int status)
{
	if (WIFEXITED(status)) {
		info->si_code = CLD_EXITED;
		info->si_status = WEXITSTATUS(status);
	} else if (WIFSTOPPED(status)) {
		info->si_code = CLD_STOPPED;
		info->si_status = WSTOPSIG(status);
	} else if (WIFCONTINUED(status)) {
		info->si_code = CLD_CONTINUED;
		info->si_status = SIGCONT;
	} else {
		info->si_code = WCOREDUMP(status) ? CLD_DUMPED : CLD_KILLED;
		info->si_status = WTERMSIG(status);
	}
}

long posix_do_waitid(const struct posix_call *call)
{
	const long options = call->argument[3];
	siginfo_t *info = (siginfo_t *)call->argument[2];
	struct usage *usage = (struct usage *)call->argument[4];
	struct pm_wait_req request = {
		.flags = wait_flags(options) | (options & WEXITED ? PM_WAIT_EXITED : 0),
	};
	struct pm_wait_reply reply;
	int error;

	if (!wait_pid(call->argument[0], call->argument[1], &request.pid) ||
	    !(options & (WEXITED | WSTOPPED | WCONTINUED)))
		return -EINVAL;
	error = PM_ASK(call, PM_WAIT, &request, &reply);
	if (error != 0)
		return error;
	if (info != NULL) {
		memset(info, 0, sizeof(*info));
		if (reply.pid != 0) {
			info->si_signo = SIGCHLD;
			info->si_pid = reply.pid;
			info->si_uid = reply.user;
			status_put(info, reply.status);
		}
	}
	if (usage != NULL && reply.pid != 0)
		waited_usage_put(usage, &reply);
	return 0;
}

/* --- Usage and limits ------------------------------------------------------------------------- */

static int usage_ask(const struct posix_call *call, uint32_t who, struct pm_usage_reply *usage)
{
	const struct pm_usage_req request = {who};

	return PM_ASK(call, PM_USAGE, &request, usage);
}

long posix_do_getrusage(const struct posix_call *call)
{
	struct usage *to = (struct usage *)call->argument[1];
	struct pm_usage_reply usage;
	const uint32_t who = call->argument[0] == RUSAGE_CHILDREN ? PM_USAGE_CHILDREN
			     : call->argument[0] == RUSAGE_SELF	  ? PM_USAGE_SELF
								  : PM_USAGE_THREAD;
	const int error = usage_ask(call, who, &usage);

	if (error != 0)
		return error;
	usage_put(to, usage.user_time, usage.system_time, usage.peak_bytes);
	to->faults_minor = (long)usage.faults_minor;
	to->faults_major = (long)usage.faults_major;
	return 0;
}

#define TICKS_PER_SECOND 100u /* musl's _SC_CLK_TCK */

static long ticks(nanoseconds_t time)
{
	return (long)(time / (POSIX_SECOND / TICKS_PER_SECOND));
}

long posix_do_times(const struct posix_call *call)
{
	long *to = (long *)call->argument[0];
	struct pm_usage_reply self, children;
	int error = usage_ask(call, PM_USAGE_SELF, &self);

	if (error == 0)
		error = usage_ask(call, PM_USAGE_CHILDREN, &children);
	if (error != 0)
		return error;
	if (to != NULL) {
		to[0] = ticks(self.user_time);
		to[1] = ticks(self.system_time);
		to[2] = ticks(children.user_time);
		to[3] = ticks(children.system_time);
	}
	return ticks(posix_clock(call->page, false));
}

long posix_do_prlimit(const struct posix_call *call)
{
	const struct rlimit *wanted = (const struct rlimit *)call->argument[2];
	struct rlimit *old = (struct rlimit *)call->argument[3];
	struct pm_limit_req request = {
		.pid = (pid32)call->argument[0],
		.resource = (u32)call->argument[1],
		.set = wanted != NULL,
	};
	struct pm_limit_reply reply;
	int error;

	if (wanted != NULL) {
		request.soft = wanted->rlim_cur;
		request.hard = wanted->rlim_max;
	}
	error = PM_ASK(call, PM_LIMIT, &request, &reply);
	if (error == 0 && old != NULL) {
		old->rlim_cur = reply.soft;
		old->rlim_max = reply.hard;
	}
	return error;
}
