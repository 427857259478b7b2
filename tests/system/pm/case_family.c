/* Parents, children, groups, sessions: stops, SIGCHLD, ids. */
#include "program.h"

#include <skerry/vm.h>

static volatile unsigned int came;
static volatile struct pm_signal_info last;

static void note(uint32_t signal, const struct pm_signal_info *info, struct signal_frame *frame)
{
	(void)signal, (void)frame;
	last = *info;
	came++;
}

#define STOPPED(signal) ((signal) << 8 | 0x7F)
#define CONTINUED 0xFFFF

void case_signal_stop(void)
{
	volatile u32 *counter = memory_map(ARCH_PAGE_SIZE, VM_MAP_SHARED);
	pid32 child;
	u32 seen;

	CHECK(counter != NULL);
	child = child_make();
	while (child == 0) {
		(*counter)++;
		yield();
	}
	while (*counter == 0)
		yield();
	CHECK_EQ(kill(child, SIGNAL_STOP), 0);
	CHECK_EQ(child_state(child, PM_WAIT_STOPPED), STOPPED(SIGNAL_STOP));
	CHECK_EQ(child_state(child, PM_WAIT_STOPPED | PM_WAIT_NOHANG), 0);
	seen = *counter;
	for (unsigned int i = 0; i < 100; i++)
		yield();
	CHECK_EQ(*counter, seen);
	CHECK_EQ(kill(child, SIGNAL_CONTINUE), 0);
	CHECK_EQ(child_state(child, PM_WAIT_CONTINUED), CONTINUED);
	while (*counter == seen)
		yield();
	/* A terminal's stop is a default that a handler may replace; a signal that ends comes when
	 * the process goes on, SIGKILL at once. */
	CHECK_EQ(kill(child, SIGNAL_STOP), 0);
	CHECK_EQ(kill(child, SIGNAL_TERMINATE), 0);
	CHECK_EQ(child_state(child, PM_WAIT_STOPPED | PM_WAIT_EXITED), STOPPED(SIGNAL_STOP));
	CHECK_EQ(child_state(child, PM_WAIT_EXITED | PM_WAIT_NOHANG), 0);
	CHECK_EQ(kill(child, SIGNAL_CONTINUE), 0);
	CHECK_EQ(child_wait(child), SIGNAL_TERMINATE);
	child = child_idle();
	CHECK_EQ(kill(child, SIGNAL_STOP), 0);
	child_kill(child);
}

void case_signal_child(void)
{
	pid32 child;
	int status;

	handler_set(SIGNAL_CHILD, note, 0, 0);
	child = child_make();
	if (child == 0)
		program_exit(3);
	while (came < 1)
		yield();
	CHECK_EQ(last.pid, child);
	CHECK_EQ(last.code, PM_SIGNAL_CODE_EXITED);
	CHECK_EQ(last.status, 3);
	CHECK_EQ(child_wait(child), EXITED(3));
	child = child_idle();
	CHECK_EQ(kill(child, SIGNAL_STOP), 0);
	CHECK_EQ(came, 2);
	CHECK_EQ(last.code, PM_SIGNAL_CODE_STOPPED);
	CHECK_EQ(last.status, SIGNAL_STOP);
	CHECK_EQ(kill(child, SIGNAL_CONTINUE), 0);
	CHECK_EQ(last.code, PM_SIGNAL_CODE_CONTINUED);
	handler_set(SIGNAL_CHILD, note, PM_SIGNAL_NOCLDSTOP, 0);
	CHECK_EQ(kill(child, SIGNAL_STOP), 0);
	CHECK_EQ(came, 3);
	CHECK_EQ(kill(child, SIGNAL_KILL), 0);
	while (came < 4) /* VFS hears of it first */
		yield();
	CHECK_EQ(last.code, PM_SIGNAL_CODE_KILLED);
	CHECK_EQ(last.status, SIGNAL_KILL);
	CHECK_EQ(child_wait(child), SIGNAL_KILL);
	handler_set(SIGNAL_CHILD, note, PM_SIGNAL_NOCLDWAIT | PM_SIGNAL_RESTART, 0);
	child = child_make();
	if (child == 0)
		program_exit(3);
	CHECK_EQ(program_wait(-1, 0, &status), -ECHILD);
	action_set(SIGNAL_CHILD, PM_SIGNAL_IGNORE, 0);
	child = child_make();
	if (child == 0)
		program_exit(3);
	CHECK_EQ(program_wait(child, 0, &status), -ECHILD);
}

static struct pm_getpid_reply process_of(pid32 pid)
{
	const struct pm_pid_req request = {pid};
	struct pm_getpid_reply reply;

	CHECK_EQ(pm_process_group_get(&request, &reply), 0);
	return reply;
}

static int group_set(pid32 pid, pid32 group)
{
	const struct pm_process_group_req request = {pid, group};

	return pm_process_group_set(&request, NULL);
}

static int session_create(void)
{
	const struct pm_empty_req request = {};

	return pm_session_create(&request, NULL);
}

static int user_set(u32 rule, u32 real, u32 effective, u32 saved)
{
	const struct pm_ids_req request = {rule, real, effective, saved};

	return pm_user_set(&request, NULL);
}

void case_signal_group(void)
{
	pid32 first = child_idle(), second = child_idle(), third = child_idle(), child;
	const pid32 own = own_pid();

	CHECK_EQ(group_set(first, 0), 0);
	CHECK_EQ(group_set(second, first), 0);
	CHECK_EQ(kill(-first, 0), 0);
	CHECK_EQ(kill(-first, SIGNAL_TERMINATE), 0);
	CHECK_EQ(child_wait(first), SIGNAL_TERMINATE);
	CHECK_EQ(child_wait(second), SIGNAL_TERMINATE);
	CHECK_EQ(kill(-first, 0), -ESRCH);
	CHECK_EQ(child_state(third, PM_WAIT_EXITED | PM_WAIT_NOHANG), 0);
	child = child_make();
	if (child == 0) {
		CHECK_EQ(user_set(PM_ID_SET, 10, 0, 0), 0);
		CHECK_EQ(kill(own, SIGNAL_TERMINATE), -EPERM);
		CHECK_EQ(kill(third, 0), -EPERM);
		CHECK_EQ(kill(third, SIGNAL_CONTINUE), 0); /* of the same session */
		CHECK_EQ(kill(own_pid(), 0), 0);
		program_exit(0);
	}
	CHECK_EQ(child_wait(child), 0);
	child_kill(third);
	child = child_make();
	if (child == 0) {
		CHECK_EQ(group_set(0, 0), 0);
		(void)kill(0, SIGNAL_HANGUP); /* itself alone */
	}
	CHECK_EQ(child_wait(child), SIGNAL_HANGUP);
}

void case_process_groups(void)
{
	const struct pm_getpid_reply own = process_of(0);
	pid32 child;

	CHECK_EQ(own.pid, own_pid());
	child = child_make();
	if (child == 0) {
		const pid32 idle = child_idle();

		CHECK_EQ(process_of(0).group, own.group);
		CHECK_EQ(process_of(0).session, own.session);
		CHECK_EQ(group_set(0, 99998), -EPERM);
		CHECK_EQ(group_set(99998, 0), -ESRCH);
		CHECK_EQ(group_set(own.pid, 0), -ESRCH);
		CHECK_EQ(group_set(-1, 0), -EINVAL);
		CHECK_EQ(session_create(), 0);
		CHECK_EQ(session_create(), -EPERM);
		CHECK_EQ(process_of(0).session, own_pid());
		CHECK_EQ(process_of(0).group, own_pid());
		CHECK_EQ(group_set(0, 0), -EPERM);    /* it leads a session */
		CHECK_EQ(group_set(idle, 0), -EPERM); /* of another one */
		child_kill(idle);
		program_exit(0);
	}
	CHECK_EQ(child_wait(child), 0);
}

void case_wait_group(void)
{
	const pid32 idle = child_idle();
	pid32 child = child_make();
	int status;

	if (child == 0)
		program_exit(8);
	CHECK_EQ(child_state(child, PM_WAIT_EXITED | PM_WAIT_NOWAIT), EXITED(8));
	CHECK_EQ(child_state(child, PM_WAIT_EXITED | PM_WAIT_NOWAIT), EXITED(8));
	CHECK_EQ(group_set(idle, 0), 0);
	CHECK_EQ(program_wait(-idle, PM_WAIT_NOHANG, &status), 0);
	CHECK_EQ(program_wait(0, 0, &status), child);
	CHECK_EQ(program_wait(0, 0, &status), -ECHILD);
	CHECK_EQ(kill(idle, SIGNAL_KILL), 0);
	CHECK_EQ(program_wait(-idle, 0, &status), idle);
}

/* --- Users ------------------------------------------------------------------------------------ */

static struct pm_ids_reply ids(void)
{
	const struct pm_empty_req request = {};
	struct pm_ids_reply reply;

	CHECK_EQ(pm_user_get(&request, &reply), 0);
	return reply;
}

static void ids_are(u32 user, u32 effective, u32 saved)
{
	CHECK_EQ(ids().user, user);
	CHECK_EQ(ids().effective_user, effective);
	CHECK_EQ(ids().saved_user, saved);
}

void case_ids_set(void)
{
	const struct pm_ids_req group = {PM_ID_SET, 7, 0, 0};

	ids_are(0, 0, 0);
	CHECK_EQ(user_set(9, 1, 1, 1), -EINVAL);
	CHECK_EQ(user_set(PM_ID_SET, PM_ID_KEEP, 0, 0), -EINVAL);
	CHECK_EQ(user_set(PM_ID_SET_ALL, 1, 0, 3), 0);
	ids_are(1, 0, 3);
	CHECK_EQ(user_set(PM_ID_SET_PAIR, 5, 2, 0), 0);
	ids_are(5, 2, 2);
	/* No longer privileged. */
	CHECK_EQ(user_set(PM_ID_SET, 0, 0, 0), -EPERM);
	CHECK_EQ(user_set(PM_ID_SET, 5, 0, 0), 0);
	ids_are(5, 5, 2);
	CHECK_EQ(user_set(PM_ID_SET, 2, 0, 0), 0);
	ids_are(5, 2, 2);
	CHECK_EQ(user_set(PM_ID_SET_PAIR, 3, PM_ID_KEEP, 0), -EPERM);
	CHECK_EQ(user_set(PM_ID_SET_PAIR, PM_ID_KEEP, 5, 0), 0);
	ids_are(5, 5, 2);
	CHECK_EQ(user_set(PM_ID_SET_ALL, 2, PM_ID_KEEP, 7), -EPERM);
	CHECK_EQ(user_set(PM_ID_SET_ALL, 2, 2, 2), 0);
	ids_are(2, 2, 2);
	CHECK_EQ(user_set(PM_ID_SET_PAIR, 5, 5, 0), -EPERM);
	CHECK_EQ(pm_group_set(&group, NULL), -EPERM);
	CHECK_EQ(ids().group, 0);
}

void case_ids_groups(void)
{
	u32 groups[PM_GROUPS_MAX + 1] = {4, 5, 6}, found[PM_GROUPS_MAX] = {0};
	struct pm_groups_req request = {(uintptr_t)groups, 3};
	struct pm_count_reply reply;
	pid32 child;

	CHECK_EQ(pm_groups_set(&request, NULL), 0);
	request.count = PM_GROUPS_MAX + 1;
	CHECK_EQ(pm_groups_set(&request, NULL), -EINVAL);
	child = child_make();
	if (child == 0) {
		struct pm_groups_req get = {(uintptr_t)found, 0};

		CHECK_EQ(pm_groups_get(&get, &reply), 0);
		CHECK_EQ(reply.count, 3);
		get.count = 2;
		CHECK_EQ(pm_groups_get(&get, &reply), -EINVAL);
		get.count = PM_GROUPS_MAX;
		CHECK_EQ(pm_groups_get(&get, &reply), 0);
		CHECK(found[0] == 4 && found[1] == 5 && found[2] == 6 && found[3] == 0);
		CHECK_EQ(user_set(PM_ID_SET, 3, 0, 0), 0);
		CHECK_EQ(pm_groups_set(&(struct pm_groups_req){0, 0}, NULL), -EPERM);
		program_exit(0);
	}
	CHECK_EQ(child_wait(child), 0);
}
