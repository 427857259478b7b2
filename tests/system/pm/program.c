/* PM's calls for cases. */
#include "program.h"

#include <sys_call.h>

void helper_start(struct helper *helper, int (*function)(void *), void *argument)
{
	CHECK(program_thread_create(&helper->thread, function, argument, helper->stack,
				    STACK_BYTES) > 0);
}

void helper_join(const struct helper *helper)
{
	program_thread_join(&helper->thread);
}

int futex_wait(volatile u32 *word, u32 value, uint32_t flags, nanoseconds_t time)
{
	const struct pm_futex_wait_req request = {
		.address = (uintptr_t)word,
		.value = value,
		.bits = ~0u,
		.flags = flags,
		.time = time,
	};

	return pm_futex_wait(&request, NULL);
}

int futex_wake(volatile u32 *word, u32 count, uint32_t flags)
{
	const struct pm_futex_wake_req request = {(uintptr_t)word, count, ~0u, flags};
	struct pm_count_reply reply;
	const int error = pm_futex_wake(&request, &reply);

	return error != 0 ? error : (int)reply.count;
}

/* --- Signals ---------------------------------------------------------------------------------- */

static void entry(uint32_t signal, struct signal_frame *frame)
{
	struct pm_signal_info info;
	struct pm_signal_return_req end = {(uintptr_t)frame, 0};

	memcpy(&info, frame->info, sizeof(info));
	((handler_function)(uintptr_t)info.handler)(signal, &info, frame);
	end.mask = frame->mask;
	(void)pm_signal_return(&end, NULL);
	__builtin_trap();
}

void handler_set(uint32_t signal, handler_function handler, uint32_t flags, u64 mask)
{
	const struct pm_signal_action_req request = {
		.signal = signal,
		.set = 1,
		.handler = (uintptr_t)handler,
		.entry = (uintptr_t)entry,
		.mask = mask,
		.flags = flags,
	};

	CHECK_EQ(pm_signal_action(&request, NULL), 0);
}

void action_set(uint32_t signal, u64 action, uint32_t flags)
{
	const struct pm_signal_action_req request = {
		.signal = signal, .set = 1, .handler = action, .flags = flags};

	CHECK_EQ(pm_signal_action(&request, NULL), 0);
}

u64 mask_set(uint32_t how, u64 set)
{
	const struct pm_signal_mask_req request = {set, how};
	struct pm_signal_set_reply reply;

	CHECK_EQ(pm_signal_mask(&request, &reply), 0);
	return reply.set;
}

u64 signals_pending(void)
{
	const struct pm_empty_req request = {};
	struct pm_signal_set_reply reply;

	CHECK_EQ(pm_signal_pending(&request, &reply), 0);
	return reply.set;
}

int kill(pid32 pid, uint32_t signal)
{
	const struct pm_kill_req request = {.pid = pid, .signal = signal};

	return pm_kill(&request, NULL);
}

int thread_kill(pid32 tid, uint32_t signal)
{
	const struct pm_signal_queue_req request = {
		.pid = own_pid(), .tid = tid, .signal = signal, .code = PM_SIGNAL_CODE_THREAD};

	return pm_signal_queue(&request, NULL);
}

/* --- Time, children --------------------------------------------------------------------------- */

int sleep_for(nanoseconds_t time, nanoseconds_t *left)
{
	const struct pm_sleep_req request = {.time = time};
	struct pm_sleep_reply reply;
	const int error = pm_sleep(&request, &reply);

	if (left != NULL)
		*left = reply.left;
	return error;
}

nanoseconds_t clock_now(void)
{
	const struct sys_times_req request = {.thread = EP_SELF};
	struct sys_times_reply reply;

	CHECK_EQ(sys_times(&request, &reply), 0);
	return reply.now;
}

int child_state(pid32 pid, uint32_t flags)
{
	const struct pm_wait_req request = {.pid = pid, .flags = flags};
	struct pm_wait_reply reply;

	CHECK_EQ(pm_wait(&request, &reply), 0);
	CHECK(reply.pid == pid || reply.pid == 0);
	return reply.pid == 0 ? 0 : reply.status;
}
