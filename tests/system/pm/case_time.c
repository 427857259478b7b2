/* Sleeps, timers, limits, usage, the table. Clocks are compared with what was asked for, never with
 * how long it should have taken.
 */
#include "program.h"

static volatile unsigned int came;
static volatile struct pm_signal_info last;

static void note(uint32_t signal, const struct pm_signal_info *info, struct signal_frame *frame)
{
	(void)signal, (void)frame;
	last = *info;
	came++;
}

void case_time_sleep(void)
{
	const nanoseconds_t before = clock_now();
	struct pm_sleep_req request = {.flags = PM_TIME_ABSOLUTE, .time = 1};

	CHECK_EQ(sleep_for(0, NULL), 0);
	CHECK_EQ(sleep_for(7 * MILLISECOND, NULL), 0);
	CHECK(clock_now() >= before + 7 * MILLISECOND);
	CHECK_EQ(pm_sleep(&request, NULL), 0); /* long past */
	request.flags |= PM_TIME_REALTIME;
	CHECK_EQ(pm_sleep(&request, NULL), 0);
	request.flags = PM_TIME_ABSOLUTE;
	request.time = before + 20 * MILLISECOND;
	CHECK_EQ(pm_sleep(&request, NULL), 0);
	CHECK(clock_now() >= before + 20 * MILLISECOND);
	request.flags = 64;
	CHECK_EQ(pm_sleep(&request, NULL), -EINVAL);
}

static struct pm_timer_reply alarm_set(nanoseconds_t time, nanoseconds_t interval, u32 set)
{
	const struct pm_interval_timer_req request = {PM_TIMER_REAL, set, time, interval};
	struct pm_timer_reply reply;

	CHECK_EQ(pm_interval_timer(&request, &reply), 0);
	return reply;
}

void case_time_alarm(void)
{
	nanoseconds_t before = clock_now();
	pid32 child;

	handler_set(SIGNAL_ALARM, note, 0, 0);
	CHECK_EQ(alarm_set(5 * MILLISECOND, 0, 1).time, 0);
	while (came < 1)
		(void)sleep_for(1000 * MILLISECOND, NULL);
	CHECK(clock_now() >= before + 5 * MILLISECOND);
	CHECK_EQ(alarm_set(0, 0, 0).time, 0);
	before = clock_now();
	(void)alarm_set(2 * MILLISECOND, 3 * MILLISECOND, 1);
	while (came < 4)
		(void)sleep_for(1000 * MILLISECOND, NULL);
	CHECK(clock_now() >= before + 8 * MILLISECOND);
	CHECK_EQ(alarm_set(0, 0, 1).interval, 3 * MILLISECOND);
	(void)alarm_set(100000 * MILLISECOND, 0, 1);
	CHECK(alarm_set(0, 0, 0).time <= 100000 * MILLISECOND);
	child = child_make();
	if (child == 0) {
		CHECK_EQ(alarm_set(0, 0, 0).time, 0); /* not inherited */
		(void)mask_set(PM_SIGNAL_SETMASK, 0);
		action_set(SIGNAL_ALARM, PM_SIGNAL_DEFAULT, 0);
		(void)alarm_set(MILLISECOND, 0, 1);
		for (;;)
			yield();
	}
	CHECK_EQ(child_wait(child), SIGNAL_ALARM);
}

void case_time_timers(void)
{
	const struct pm_timer_create_req create = {.signal = SIGNAL_USER1, .value = 1234};
	struct pm_timer_id_reply id;
	struct pm_timer_set_req set = {.set = 1, .time = MILLISECOND, .interval = MILLISECOND};
	struct pm_timer_req which;
	struct pm_timer_reply old;
	struct pm_count_reply overrun;

	handler_set(SIGNAL_USER1, note, 0, 0);
	CHECK_EQ(pm_timer_create(&create, &id), 0);
	set.timer = which.timer = id.timer;
	CHECK_EQ(pm_timer_set(&set, &old), 0);
	CHECK_EQ(old.time, 0);
	while (came < 3)
		(void)sleep_for(1000 * MILLISECOND, NULL);
	CHECK_EQ(last.value, 1234);
	CHECK_EQ(last.code, PM_SIGNAL_CODE_TIMER);
	CHECK_EQ(last.pid, id.timer);
	(void)mask_set(PM_SIGNAL_BLOCK, BIT(SIGNAL_USER1));
	CHECK_EQ(sleep_for(20 * MILLISECOND, NULL), 0);
	came = 0;
	set.time = set.interval = 0;
	(void)mask_set(PM_SIGNAL_UNBLOCK, BIT(SIGNAL_USER1));
	CHECK(came > 0);
	CHECK_EQ(pm_timer_overrun(&which, &overrun), 0);
	CHECK_EQ(pm_timer_set(&set, &old), 0);
	CHECK_EQ(old.interval, MILLISECOND);
	CHECK_EQ(pm_timer_delete(&which, NULL), 0);
	CHECK_EQ(pm_timer_delete(&which, NULL), -EINVAL);
	for (unsigned int i = 0; i < PM_TIMERS_MAX; i++)
		CHECK_EQ(pm_timer_create(&create, &id), 0);
	CHECK_EQ(pm_timer_create(&create, &id), -EAGAIN);
}

void case_time_virtual(void)
{
	struct pm_interval_timer_req request = {PM_TIMER_VIRTUAL, 1, 3 * MILLISECOND, 0};
	struct pm_timer_reply old;

	handler_set(SIGNAL_VIRTUAL_ALARM, note, 0, 0);
	handler_set(SIGNAL_PROFILE, note, 0, 0);
	CHECK_EQ(pm_interval_timer(&request, &old), 0);
	while (came < 1)
		;
	CHECK_EQ(last.signal, SIGNAL_VIRTUAL_ALARM);
	request.which = PM_TIMER_PROF;
	request.interval = 2 * MILLISECOND;
	CHECK_EQ(pm_interval_timer(&request, &old), 0);
	while (came < 4)
		;
	CHECK_EQ(last.signal, SIGNAL_PROFILE);
	request.time = 0;
	CHECK_EQ(pm_interval_timer(&request, &old), 0);
	CHECK_EQ(old.interval, 2 * MILLISECOND);
	request.which = 3;
	CHECK_EQ(pm_interval_timer(&request, &old), -EINVAL);
}

void case_limits(void)
{
	struct pm_limit_req request = {.resource = PM_LIMIT_PROCESSES};
	struct pm_limit_reply old;
	pid32 child;

	CHECK_EQ(pm_limit(&request, &old), 0);
	CHECK(old.soft == PM_LIMIT_NONE && old.hard == PM_LIMIT_NONE);
	request.set = 1;
	request.soft = 5;
	request.hard = 4;
	CHECK_EQ(pm_limit(&request, &old), -EINVAL);
	child = child_make();
	if (child == 0) {
		request.soft = 1;
		CHECK_EQ(pm_limit(&request, &old), 0);
		child = child_make(); /* user 0 has no such limit */
		if (child == 0)
			program_exit(0);
		CHECK_EQ(child_wait(child), 0);
		CHECK_EQ(pm_user_set(&(struct pm_ids_req){PM_ID_SET, 77, 0, 0}, NULL), 0);
		CHECK_EQ(program_fork(), -EAGAIN);
		request.hard = 5;
		CHECK_EQ(pm_limit(&request, &old), -EPERM);
		request.soft = 2;
		request.hard = 4;
		CHECK_EQ(pm_limit(&request, &old), 0);
		child = child_make();
		if (child == 0) {
			request.set = 0;
			CHECK_EQ(pm_limit(&request, &old), 0);
			program_exit((int)old.soft);
		}
		program_exit(child_wait(child) == EXITED(2) ? 0 : 1);
	}
	CHECK_EQ(child_wait(child), 0);
	request.resource = PM_LIMITS;
	CHECK_EQ(pm_limit(&request, &old), -EINVAL);
	request.pid = 99998;
	CHECK_EQ(pm_limit(&request, &old), -ESRCH);
}

static struct pm_usage_reply usage(u32 who)
{
	const struct pm_usage_req request = {who};
	struct pm_usage_reply reply;

	CHECK_EQ(pm_usage(&request, &reply), 0);
	return reply;
}

void case_usage(void)
{
	const nanoseconds_t own = usage(PM_USAGE_SELF).user_time;
	pid32 child;

	while (usage(PM_USAGE_SELF).user_time < own + 2 * MILLISECOND)
		;
	CHECK(usage(PM_USAGE_THREAD).user_time >= own + 2 * MILLISECOND);
	CHECK_EQ(usage(PM_USAGE_CHILDREN).user_time, 0);
	child = child_make();
	if (child == 0) {
		while (usage(PM_USAGE_SELF).user_time < 2 * MILLISECOND)
			;
		program_exit(0);
	}
	CHECK_EQ(child_wait(child), 0);
	CHECK(usage(PM_USAGE_CHILDREN).user_time >= 2 * MILLISECOND);
	CHECK(usage(PM_USAGE_CHILDREN).peak_bytes > 0);
	CHECK(usage(PM_USAGE_CHILDREN).faults_minor > 0);
	CHECK_EQ(pm_usage(&(struct pm_usage_req){9}, NULL), -EINVAL);
}

/* The table's entry of a process, found two at a time. */
static struct pm_process_info entry_of(pid32 pid)
{
	struct pm_process_info info[2];
	struct pm_processes_req request = {.address = (uintptr_t)info, .count = 2};
	struct pm_processes_reply reply;

	do {
		CHECK_EQ(pm_processes(&request, &reply), 0);
		for (unsigned int i = 0; i < reply.count; i++) {
			CHECK(info[i].pid >= request.next);
			if (info[i].pid == pid)
				return info[i];
		}
		request.next = reply.next;
	} while (reply.next != 0);
	return (struct pm_process_info){.pid = 0};
}

void case_table(void)
{
	const pid32 own = own_pid(), idle = child_idle();
	struct pm_process_info info = entry_of(own);

	CHECK_EQ(info.pid, own);
	CHECK_EQ(info.threads, 1);
	CHECK_EQ(info.state, PM_STATE_RUNS);
	CHECK(strcmp(info.name, "pmcase") == 0);
	CHECK_EQ(info.argument_bytes, sizeof("pmcase\0table"));
	CHECK(memcmp((const void *)(uintptr_t)info.arguments, "pmcase\0table", 13) == 0);
	CHECK_EQ(entry_of(idle).parent, own);
	CHECK_EQ(kill(idle, SIGNAL_STOP), 0);
	CHECK_EQ(entry_of(idle).state, PM_STATE_STOPPED);
	CHECK_EQ(kill(idle, SIGNAL_KILL), 0);
	CHECK_EQ(entry_of(idle).state, PM_STATE_ZOMBIE);
	CHECK_EQ(child_wait(idle), SIGNAL_KILL);
	CHECK_EQ(entry_of(idle).pid, 0);
	CHECK_EQ(pm_processes(&(struct pm_processes_req){.address = 16, .count = 1}, NULL),
		 -EFAULT);
}

void case_host_name(void)
{
	char name[PM_HOST_NAME_MAX + 1], old[PM_HOST_NAME_MAX + 1];
	struct pm_name_req get = {(uintptr_t)name, sizeof(name), 0};
	struct pm_name_req set = {(uintptr_t) "rock", 4, 1};

	CHECK_EQ(pm_name(&get, NULL), 0);
	memcpy(old, name, sizeof(old));
	CHECK_EQ(pm_name(&set, NULL), 0);
	CHECK_EQ(pm_name(&get, NULL), 0);
	CHECK(strcmp(name, "rock") == 0);
	set.bytes = PM_HOST_NAME_MAX + 1;
	CHECK_EQ(pm_name(&set, NULL), -EINVAL);
	set = (struct pm_name_req){(uintptr_t)old, (u32)strlen(old), 1};
	CHECK_EQ(pm_name(&set, NULL), 0);
}
