/* Cases of exit, wait, kill and faults. */
#include "case.h"

#include <pm_call.h>
#include <sys_call.h>
#include <vm_call.h>

static pid32 child_exit(int status)
{
	const pid32 pid = child_make();

	if (pid == 0)
		program_exit(status);
	return pid;
}

void case_exit_status(void)
{
	static const int statuses[] = {0, 1, 77, 255, 256 + 3, -1};
	struct sys_exit_req end;
	pid32 pid;

	for (unsigned int i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		CHECK_EQ(child_wait(child_exit(statuses[i])), EXITED(statuses[i]));
	/* The kernel's call ends a process as well. */
	pid = child_make();
	if (pid == 0) {
		end.status = 21;
		(void)sys_exit(&end, NULL);
	}
	CHECK_EQ(child_wait(pid), EXITED(21));
}

void case_wait_order(void)
{
	pid32 pid[6];
	int status;
	unsigned int seen = 0;

	for (unsigned int i = 0; i < 6; i++)
		pid[i] = child_exit((int)i);
	CHECK_EQ(child_wait(pid[4]), EXITED(4));
	CHECK_EQ(child_wait(pid[0]), EXITED(0));
	for (unsigned int i = 0; i < 4; i++) {
		CHECK(program_wait(-1, 0, &status) > 0);
		seen |= 1u << (status >> 8);
	}
	CHECK_EQ(seen, 1u << 1 | 1u << 2 | 1u << 3 | 1u << 5);
	CHECK_EQ(program_wait(-1, 0, &status), -ECHILD);
}

void case_wait_nohang(void)
{
	const pid32 idle = child_idle();
	pid32 pid;
	int status;

	CHECK_EQ(program_wait(idle, PM_WAIT_NOHANG, &status), 0);
	CHECK_EQ(program_wait(-1, PM_WAIT_NOHANG, &status), 0);
	pid = child_exit(5);
	while (program_wait(-1, PM_WAIT_NOHANG, &status) != pid)
		yield();
	CHECK_EQ(status, EXITED(5));
	CHECK_EQ(program_wait(pid, PM_WAIT_NOHANG, &status), -ECHILD);
	child_kill(idle);
}

void case_wait_refused(void)
{
	const struct pm_wait_req nothing = {.pid = -1, .flags = PM_WAIT_NOHANG};
	const pid32 idle = child_idle();
	int status;

	CHECK_EQ(program_wait(own_pid(), 0, &status), -ECHILD);
	CHECK_EQ(program_wait(99999, 0, &status), -ECHILD);
	CHECK_EQ(program_wait(-99999, 0, &status), -ECHILD);
	CHECK_EQ(program_wait(idle, 16, &status), -EINVAL);
	CHECK_EQ(pm_wait(&nothing, NULL), -EINVAL);
	child_kill(idle);
	CHECK_EQ(program_wait(-1, 0, &status), -ECHILD);
}

static int kill(pid32 pid, uint32_t signal)
{
	const struct pm_kill_req request = {.pid = pid, .signal = signal};

	return pm_kill(&request, NULL);
}

void case_kill_child(void)
{
	volatile pid32 *orphan = memory_map(ARCH_PAGE_SIZE, VM_MAP_SHARED);
	pid32 pid = child_idle(), waiter;

	CHECK_EQ(kill(pid, 0), 0);
	CHECK_EQ(kill(pid, SIGNAL_TERMINATE), 0);
	CHECK_EQ(kill(pid, SIGNAL_KILL), 0); /* a zombie is there still */
	CHECK_EQ(child_wait(pid), SIGNAL_TERMINATE);
	/* Itself. */
	pid = child_make();
	if (pid == 0)
		(void)kill(own_pid(), SIGNAL_HANGUP);
	CHECK_EQ(child_wait(pid), SIGNAL_HANGUP);
	/* One that waits for its own child, whose end nobody asks for then. */
	CHECK(orphan != NULL);
	waiter = child_make();
	if (waiter == 0) {
		*orphan = child_idle();
		(void)child_wait(*orphan);
	}
	while (*orphan == 0)
		yield();
	CHECK_EQ(kill(waiter, SIGNAL_INTERRUPT), 0);
	CHECK_EQ(child_wait(waiter), SIGNAL_INTERRUPT);
	CHECK_EQ(kill(*orphan, SIGNAL_KILL), 0);
	/* Its files are given back first. */
	while (kill(*orphan, 0) == 0)
		yield();
	CHECK_EQ(kill(*orphan, 0), -ESRCH);
}

void case_kill_refused(void)
{
	const pid32 pid = child_exit(0);

	CHECK_EQ(kill(own_pid(), 0), 0);
	CHECK_EQ(child_wait(pid), 0);
	CHECK_EQ(kill(pid, 0), -ESRCH);
	CHECK_EQ(kill(pid, SIGNAL_KILL), -ESRCH);
	CHECK_EQ(kill(-99999, SIGNAL_KILL), -ESRCH);
	CHECK_EQ(kill(own_pid(), 65), -EINVAL);
	CHECK_EQ(kill(own_pid(), 0xFFFFFFFFu), -EINVAL);
}

static void null_read(void)
{
	volatile uintptr_t near_null = 4; /* the compiler must not know it */

	(void)*(volatile int *)near_null;
}

static void text_write(void)
{
	*(volatile char *)(uintptr_t)&null_read = 0;
}

static void constant_write(void)
{
	static const int constant = 3;

	*(volatile int *)(uintptr_t)&constant = 4;
}

static void kernel_read(void)
{
	(void)*(volatile int *)(uintptr_t)ARCH_USER_LIMIT;
}

static void trap_instruction(void)
{
	__builtin_trap();
}

static void stack_overflow(void)
{
	volatile char frame[2048];

	frame[0] = 1;
	if (frame[0] == 1)
		stack_overflow();
	frame[1] = 2;
}

void case_fault_status(void)
{
	static const struct {
		void (*run)(void);
		int status;
	} faults[] = {
		{null_read, SIGNAL_SEGV},      {text_write, SIGNAL_SEGV},
		{constant_write, SIGNAL_SEGV}, {kernel_read, SIGNAL_SEGV},
		{stack_overflow, SIGNAL_SEGV}, {trap_instruction, SIGNAL_ILLEGAL},
	};

	for (unsigned int i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		const pid32 pid = child_make();

		if (pid == 0) {
			faults[i].run();
			program_exit((int)i); /* so that one knows which did not fault */
		}
		CHECK_EQ(child_wait(pid), faults[i].status);
	}
}
