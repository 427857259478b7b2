/* Calls to PM: one stub a row of skerry/pm.def (server_call.h says what they do). */
#pragma once

#include <server_call.h>
#include <skerry/pm.h>

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	typedef struct request name##_REQUEST;                                                     \
	typedef struct reply name##_REPLY;
#include <skerry/pm.def>
#undef CALL

SERVER_STUB(pm_fork, PM_FORK, PM_ENDPOINT)
SERVER_STUB(pm_exec, PM_EXEC, PM_ENDPOINT)
SERVER_STUB(pm_exit, PM_EXIT, PM_ENDPOINT)
SERVER_STUB(pm_wait, PM_WAIT, PM_ENDPOINT)
SERVER_STUB(pm_getpid, PM_GETPID, PM_ENDPOINT)
SERVER_STUB(pm_kill, PM_KILL, PM_ENDPOINT)
SERVER_STUB(pm_start, PM_START, PM_ENDPOINT)
SERVER_STUB(pm_thread_create, PM_THREAD_CREATE, PM_ENDPOINT)
SERVER_STUB(pm_thread_exit, PM_THREAD_EXIT, PM_ENDPOINT)
SERVER_STUB(pm_thread_clear, PM_THREAD_CLEAR, PM_ENDPOINT)
SERVER_STUB(pm_futex_wait, PM_FUTEX_WAIT, PM_ENDPOINT)
SERVER_STUB(pm_futex_wake, PM_FUTEX_WAKE, PM_ENDPOINT)
SERVER_STUB(pm_futex_requeue, PM_FUTEX_REQUEUE, PM_ENDPOINT)
SERVER_STUB(pm_signal_action, PM_SIGNAL_ACTION, PM_ENDPOINT)
SERVER_STUB(pm_signal_mask, PM_SIGNAL_MASK, PM_ENDPOINT)
SERVER_STUB(pm_signal_pending, PM_SIGNAL_PENDING, PM_ENDPOINT)
SERVER_STUB(pm_signal_suspend, PM_SIGNAL_SUSPEND, PM_ENDPOINT)
SERVER_STUB(pm_signal_wait, PM_SIGNAL_WAIT, PM_ENDPOINT)
SERVER_STUB(pm_signal_stack, PM_SIGNAL_STACK, PM_ENDPOINT)
SERVER_STUB(pm_signal_return, PM_SIGNAL_RETURN, PM_ENDPOINT)
SERVER_STUB(pm_signal_queue, PM_SIGNAL_QUEUE, PM_ENDPOINT)
SERVER_STUB(pm_signal_send, PM_SIGNAL_SEND, PM_ENDPOINT)
SERVER_STUB(pm_user_get, PM_USER_GET, PM_ENDPOINT)
SERVER_STUB(pm_user_set, PM_USER_SET, PM_ENDPOINT)
SERVER_STUB(pm_group_set, PM_GROUP_SET, PM_ENDPOINT)
SERVER_STUB(pm_groups_get, PM_GROUPS_GET, PM_ENDPOINT)
SERVER_STUB(pm_groups_set, PM_GROUPS_SET, PM_ENDPOINT)
SERVER_STUB(pm_process_group_set, PM_PROCESS_GROUP_SET, PM_ENDPOINT)
SERVER_STUB(pm_process_group_get, PM_PROCESS_GROUP_GET, PM_ENDPOINT)
SERVER_STUB(pm_session_create, PM_SESSION_CREATE, PM_ENDPOINT)
SERVER_STUB(pm_interval_timer, PM_INTERVAL_TIMER, PM_ENDPOINT)
SERVER_STUB(pm_timer_create, PM_TIMER_CREATE, PM_ENDPOINT)
SERVER_STUB(pm_timer_set, PM_TIMER_SET, PM_ENDPOINT)
SERVER_STUB(pm_timer_overrun, PM_TIMER_OVERRUN, PM_ENDPOINT)
SERVER_STUB(pm_timer_delete, PM_TIMER_DELETE, PM_ENDPOINT)
SERVER_STUB(pm_sleep, PM_SLEEP, PM_ENDPOINT)
SERVER_STUB(pm_clock_set, PM_CLOCK_SET, PM_ENDPOINT)
SERVER_STUB(pm_limit, PM_LIMIT, PM_ENDPOINT)
SERVER_STUB(pm_usage, PM_USAGE, PM_ENDPOINT)
SERVER_STUB(pm_processes, PM_PROCESSES, PM_ENDPOINT)
SERVER_STUB(pm_name, PM_NAME, PM_ENDPOINT)

/* A row without a stub does not compile. */
#define CALL(name, nr, request, reply, handler, right, what)                                       \
	_Static_assert(name##_STUB == 0, #name " has no stub");
#include <skerry/pm.def>
#undef CALL
