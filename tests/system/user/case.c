/* What cases share: failing, children, memory. */
#include "case.h"

#include <pm_call.h>
#include <sys_call.h>
#include <vm_call.h>

void case_fail(const char *file, int line, const char *text, long found)
{
	sys_print("# %s:%d: process %d: %s (%ld)\n", file, line, (int)own_pid(), text, found);
	program_exit(1);
}

pid32 child_make(void)
{
	const pid32 pid = program_fork();

	CHECK(pid >= 0);
	return pid;
}

pid32 child_idle(void)
{
	const pid32 pid = child_make();

	while (pid == 0)
		yield();
	return pid;
}

int child_wait(pid32 pid)
{
	int status = -1;

	CHECK_EQ(program_wait(pid, 0, &status), pid);
	return status;
}

void child_kill(pid32 pid)
{
	const struct pm_kill_req request = {.pid = pid, .signal = SIGNAL_KILL};

	CHECK_EQ(pm_kill(&request, NULL), 0);
	CHECK_EQ(child_wait(pid), SIGNAL_KILL);
}

static struct pm_getpid_reply pids(void)
{
	const struct pm_empty_req request = {};
	struct pm_getpid_reply reply = {0};

	(void)pm_getpid(&request, &reply);
	return reply;
}

pid32 own_pid(void)
{
	return pids().pid;
}

pid32 parent_pid(void)
{
	return pids().parent;
}

void yield(void)
{
	const struct sys_empty_req request = {};

	(void)sys_yield(&request, NULL);
}

void *memory_map(size_t bytes, uint32_t flags)
{
	const struct vm_mmap_req request = {
		.protection = VM_READ | VM_WRITE,
		.flags = flags,
		.bytes = bytes,
	};
	struct vm_address_reply reply;

	return vm_mmap(&request, &reply) == 0 ? (void *)(uintptr_t)reply.address : NULL;
}

void memory_unmap(void *start, size_t bytes)
{
	const struct vm_range_req request = {.address = (uintptr_t)start, .bytes = bytes};

	CHECK_EQ(vm_munmap(&request, NULL), 0);
}
