/* Calls whose handlers are not there yet. */
#include "call.h"

#define LATER(handler, request, reply)                                                             \
	struct answer handler(endpoint_t caller, const struct request *req, struct reply *rep)     \
	{                                                                                          \
		(void)caller, (void)req, (void)rep;                                                \
		return answer(-ENOSYS);                                                            \
	}

LATER(pm_do_thread_create, pm_thread_create_req, pm_thread_create_reply)
LATER(pm_do_thread_exit, pm_thread_exit_req, pm_empty_reply)
LATER(pm_do_thread_clear, pm_thread_clear_req, pm_tid_reply)
LATER(pm_do_futex_wait, pm_futex_wait_req, pm_empty_reply)
LATER(pm_do_futex_wake, pm_futex_wake_req, pm_count_reply)
LATER(pm_do_futex_requeue, pm_futex_requeue_req, pm_count_reply)
LATER(pm_do_signal_action, pm_signal_action_req, pm_signal_action_reply)
LATER(pm_do_signal_mask, pm_signal_mask_req, pm_signal_set_reply)
LATER(pm_do_signal_pending, pm_empty_req, pm_signal_set_reply)
LATER(pm_do_signal_suspend, pm_signal_mask_req, pm_empty_reply)
LATER(pm_do_signal_wait, pm_signal_wait_req, pm_signal_wait_reply)
LATER(pm_do_signal_stack, pm_signal_stack_req, pm_signal_stack_reply)
LATER(pm_do_signal_return, pm_signal_return_req, pm_empty_reply)
LATER(pm_do_signal_queue, pm_signal_queue_req, pm_empty_reply)
LATER(pm_do_signal_send, pm_signal_send_req, pm_empty_reply)
LATER(pm_do_user_get, pm_empty_req, pm_ids_reply)
LATER(pm_do_user_set, pm_ids_req, pm_empty_reply)
LATER(pm_do_group_set, pm_ids_req, pm_empty_reply)
LATER(pm_do_groups_get, pm_groups_req, pm_count_reply)
LATER(pm_do_groups_set, pm_groups_req, pm_empty_reply)
LATER(pm_do_process_group_set, pm_process_group_req, pm_empty_reply)
LATER(pm_do_process_group_get, pm_pid_req, pm_getpid_reply)
LATER(pm_do_session_create, pm_empty_req, pm_pid_reply)
LATER(pm_do_interval_timer, pm_interval_timer_req, pm_timer_reply)
LATER(pm_do_timer_create, pm_timer_create_req, pm_timer_id_reply)
LATER(pm_do_timer_set, pm_timer_set_req, pm_timer_reply)
LATER(pm_do_timer_overrun, pm_timer_req, pm_count_reply)
LATER(pm_do_timer_delete, pm_timer_req, pm_empty_reply)
LATER(pm_do_sleep, pm_sleep_req, pm_sleep_reply)
LATER(pm_do_clock_set, pm_clock_set_req, pm_empty_reply)
LATER(pm_do_limit, pm_limit_req, pm_limit_reply)
LATER(pm_do_usage, pm_usage_req, pm_usage_reply)
LATER(pm_do_processes, pm_processes_req, pm_processes_reply)
LATER(pm_do_name, pm_name_req, pm_empty_reply)
