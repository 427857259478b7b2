/* Letting victims go on: whatever holds one is ended, so that most of them run most of the time.
 * What is done depends on what came back, but the next step does not.
 */
#include "fuzz.h"

#define RTS_IPC (RTS_SENDING | RTS_RECEIVE_ANY | RTS_RECEIVE_FROM | RTS_REPLY_WAIT)

static void held_mend(struct choice *c, endpoint_t thread, uint32_t rts)
{
	if (rts & RTS_STOPPED)
		(void)MAKE(c, SYS_RUNCTL, &((struct sys_runctl_req){thread, RUNCTL_RESUME}));
	if (rts & RTS_BOOTINHIBIT)
		(void)MAKE(c, SYS_THREAD_RELEASE, &((struct sys_thread_release_req){thread}));
	if (rts & RTS_NO_PRIV)
		victim_allow(c, thread);
	if (rts & RTS_PAGEFAULT)
		(void)MAKE(c, SYS_VMCTL_FAULT_CLEAR, &((struct sys_fault_clear_req){thread}));
	if (rts & RTS_VMREQUEST)
		(void)MAKE(c, SYS_VMCTL_MEMREQ_REPLY,
			   &((struct sys_memreq_reply_req){thread, -EFAULT}));
	if (rts & RTS_NO_QUANTUM)
		(void)MAKE(c, SYS_SCHEDCTL,
			   &((struct sys_schedctl_req){.thread = thread,
						       .scheduler = scheduler(c),
						       .priority = WORKER_PRIORITY}));
}

static void victim_end(struct choice *c, endpoint_t thread)
{
	if (one_in(c, 4))
		(void)MAKE(c, SYS_KILL, &((struct sys_kill_req){thread, 1}));
	if (MAKE(c, SYS_CLEAR, &((struct sys_clear_req){thread})) == 0)
		victim_forget(thread);
}

static void message_end(struct choice *c, endpoint_t thread, uint32_t rts)
{
	const struct sys_runctl_req stop_late = {thread, RUNCTL_STOP | RUNCTL_DELAY};

	if ((rts & RTS_SENDING) && one_in(c, 4))
		(void)MAKE(c, SYS_RUNCTL, &stop_late);
	(void)MAKE(c, SYS_IPC_CANCEL, &((struct sys_ipc_cancel_req){thread}));
	if ((rts & RTS_REPLY_WAIT) && one_in(c, 2))
		victim_end(c, thread);
}

void victim_mend(struct choice *c)
{
	struct info_thread info;
	const endpoint_t thread = victim(c);
	const struct sys_info_req request = {
		.what = INFO_THREAD,
		.index = endpoint_slot(thread),
		.address = (vaddr_t)&info,
		.size = sizeof(info),
	};
	struct sys_info_reply reply;

	if (!(c->worker->role.calls >> SYS_CLEAR & 1) || is_protected(thread) ||
	    MAKE2(c, SYS_INFO, &request, &reply) != 0 || info.thread != thread)
		return;
	if (info.rts & (RTS_EXITED | RTS_SIGNALED))
		victim_end(c, thread);
	else if (info.rts & RTS_IPC)
		message_end(c, thread, info.rts);
	else
		held_mend(c, thread, info.rts);
}
