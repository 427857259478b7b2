/* Signals: actions, masks, waiting, and the function that PM enters for every handler.
 *
 * PM keeps the actions. A handler is entered through signal_enter(), which makes a siginfo and a
 * ucontext of PM's frame, and puts back into the frame what the handler changed.
 */
#include "context.h"
#include "pm_ask.h"

#include <signal.h>
#include <skerry/signal_frame.h>
#include <string.h>
#include <sys/time.h>
#include <ucontext.h>

#define SET_BYTES 8

/* As musl hands it to rt_sigaction. */
struct action {
	void (*handler)(int);
	unsigned long flags;
	void (*restorer)(void);
	u32 mask[2];
};

static uint64_t set_get(const void *set)
{
	const u32 *word = set;

	return word[0] | (uint64_t)word[1] << 32;
}

static void set_put(void *set, uint64_t value)
{
	u32 *word = set;

	word[0] = (u32)value;
	word[1] = (u32)(value >> 32);
}

/* --- Delivery --------------------------------------------------------------------------------- */

static void info_put(siginfo_t *to, const struct pm_signal_info *from)
{
	memset(to, 0, sizeof(*to));
	to->si_signo = from->signal;
	to->si_code = from->code;
	if (from->code == PM_SIGNAL_CODE_TIMER) {
		to->si_timerid = from->pid;
		to->si_overrun = (int)from->user;
	} else if (from->signal == SIGSEGV || from->signal == SIGBUS || from->signal == SIGILL ||
		   from->signal == SIGFPE) {
		to->si_addr = (void *)(uintptr_t)from->value;
		if (from->code > 0)
			return;
		to->si_pid = from->pid;
		to->si_uid = from->user;
	} else {
		to->si_pid = from->pid;
		to->si_uid = from->user;
	}
	if (from->signal == SIGCHLD && from->code > 0)
		to->si_status = from->status;
	else
		to->si_value.sival_ptr = (void *)(uintptr_t)from->value;
}

static void stack_put(stack_t *to, const struct pm_signal_info *info)
{
	to->ss_sp = (void *)(uintptr_t)info->stack;
	to->ss_size = (size_t)info->stack_bytes;
	to->ss_flags = (int)info->stack_flags;
}

static void handler_run(int signal, struct signal_frame *frame, const struct pm_signal_info *info)
{
	ucontext_t context;
	siginfo_t details;

	if (!(info->flags & SA_SIGINFO)) {
		((void (*)(int))(uintptr_t)info->handler)(signal);
		return;
	}
	memset(&context, 0, sizeof(context));
	info_put(&details, info);
	stack_put(&context.uc_stack, info);
	set_put(&context.uc_sigmask, frame->mask);
	posix_context_out(&context, &frame->context);
	((void (*)(int, siginfo_t *, void *))(uintptr_t)info->handler)(signal, &details, &context);
	posix_context_in(&context, &frame->context);
	frame->mask = set_get(&context.uc_sigmask);
}

/* Never returns: PM goes on with the frame's context, and ends a process whose frame is none. */
static void signal_enter(int signal, struct signal_frame *frame)
{
	const struct pm_signal_info *info = (const struct pm_signal_info *)frame->info;
	struct pm_signal_return_req request = {.frame = (uintptr_t)frame};
	const struct posix_call call = {
		.page = __skerry_message_page(),
		.trap = __skerry_trap,
	};

	handler_run(signal, frame, info);
	request.mask = frame->mask;
	(void)PM_ASK(&call, PM_SIGNAL_RETURN, &request, NULL);
	__builtin_trap();
}

/* --- Actions ---------------------------------------------------------------------------------- */

long posix_do_rt_sigaction(const struct posix_call *call)
{
	const struct action *wanted = (const struct action *)call->argument[1];
	struct action *old = (struct action *)call->argument[2];
	struct pm_signal_action_req request = {
		.signal = (u32)call->argument[0],
		.set = wanted != NULL,
	};
	struct pm_signal_action_reply reply;
	int error;

	if (wanted != NULL) {
		request.handler = (uintptr_t)wanted->handler;
		request.entry = (uintptr_t)signal_enter;
		request.restorer = (uintptr_t)signal_enter;
		request.mask = set_get(wanted->mask);
		request.flags = (u32)wanted->flags & ~(u32)SA_RESTORER;
	}
	error = PM_ASK(call, PM_SIGNAL_ACTION, &request, &reply);
	if (error == 0 && old != NULL) {
		memset(old, 0, sizeof(*old));
		old->handler = (void (*)(int))(uintptr_t)reply.handler;
		old->flags = reply.flags;
		set_put(old->mask, reply.mask);
	}
	return error;
}

long posix_do_rt_sigprocmask(const struct posix_call *call)
{
	const void *set = (const void *)call->argument[1];
	void *old = (void *)call->argument[2];
	const struct pm_signal_mask_req request = {
		.how = set == NULL ? PM_SIGNAL_GETMASK : (u32)call->argument[0],
		.set = set == NULL ? 0 : set_get(set),
	};
	struct pm_signal_set_reply reply;
	int error;

	if (set != NULL && request.how > PM_SIGNAL_SETMASK)
		return -EINVAL;
	error = PM_ASK(call, PM_SIGNAL_MASK, &request, &reply);
	if (error == 0 && old != NULL)
		set_put(old, reply.set);
	return error;
}

long posix_do_rt_sigpending(const struct posix_call *call)
{
	const struct pm_empty_req request = {};
	struct pm_signal_set_reply reply;
	const int error = PM_ASK(call, PM_SIGNAL_PENDING, &request, &reply);

	if (error == 0)
		set_put((void *)call->argument[0], reply.set);
	return error;
}

long posix_do_rt_sigsuspend(const struct posix_call *call)
{
	const struct pm_signal_mask_req request = {.set = set_get((void *)call->argument[0])};

	return PM_ASK_ONCE(call, PM_SIGNAL_SUSPEND, &request, NULL);
}

long posix_do_rt_sigtimedwait(const struct posix_call *call)
{
	siginfo_t *info = (siginfo_t *)call->argument[1];
	const struct posix_timespec *limit = (const struct posix_timespec *)call->argument[2];
	struct pm_signal_wait_req request = {
		.set = set_get((void *)call->argument[0]),
		.time = PM_TIME_NEVER,
	};
	struct pm_signal_wait_reply reply;
	nanoseconds_t time;
	int error;

	if (limit != NULL && !posix_time_get(limit, &time))
		return -EINVAL;
	if (limit != NULL)
		request.time = time;
	error = PM_ASK_ONCE(call, PM_SIGNAL_WAIT, &request, &reply);
	if (error != 0)
		return error;
	if (info != NULL) {
		const struct pm_signal_info taken = {
			.value = reply.value,
			.signal = reply.signal,
			.code = reply.code,
			.pid = reply.pid,
			.user = reply.user,
			.status = reply.status,
		};

		info_put(info, &taken);
	}
	return reply.signal;
}

long posix_do_sigaltstack(const struct posix_call *call)
{
	const stack_t *wanted = (const stack_t *)call->argument[0];
	stack_t *old = (stack_t *)call->argument[1];
	struct pm_signal_stack_req request = {
		.stack_pointer = (uintptr_t)__builtin_frame_address(0),
		.set = wanted != NULL,
	};
	struct pm_signal_stack_reply reply;
	int error;

	if (wanted != NULL) {
		request.address = (uintptr_t)wanted->ss_sp;
		request.bytes = wanted->ss_size;
		request.flags = (u32)wanted->ss_flags;
	}
	error = PM_ASK(call, PM_SIGNAL_STACK, &request, &reply);
	if (error == 0 && old != NULL) {
		old->ss_sp = (void *)(uintptr_t)reply.address;
		old->ss_size = (size_t)reply.bytes;
		old->ss_flags = (int)reply.flags;
	}
	return error;
}

/* --- Sending ---------------------------------------------------------------------------------- */

long posix_do_kill(const struct posix_call *call)
{
	const struct pm_kill_req request = {
		.pid = (pid32)call->argument[0],
		.signal = (u32)call->argument[1],
	};

	return PM_ASK(call, PM_KILL, &request, NULL);
}

static long thread_signal(const struct posix_call *call, pid32 pid, long tid, long signal)
{
	const struct pm_signal_queue_req request = {
		.pid = pid,
		.tid = (pid32)tid,
		.signal = (u32)signal,
		.code = PM_SIGNAL_CODE_THREAD,
	};

	return tid <= 0 ? -EINVAL : PM_ASK(call, PM_SIGNAL_QUEUE, &request, NULL);
}

long posix_do_tkill(const struct posix_call *call)
{
	return thread_signal(call, 0, call->argument[0], call->argument[1]);
}

long posix_do_tgkill(const struct posix_call *call)
{
	return thread_signal(call, (pid32)call->argument[0], call->argument[1], call->argument[2]);
}

long posix_do_rt_sigqueueinfo(const struct posix_call *call)
{
	const siginfo_t *info = (const siginfo_t *)call->argument[2];
	const struct pm_signal_queue_req request = {
		.pid = (pid32)call->argument[0],
		.signal = (u32)call->argument[1],
		.code = info->si_code,
		.value = (uintptr_t)info->si_value.sival_ptr,
	};

	return PM_ASK(call, PM_SIGNAL_QUEUE, &request, NULL);
}
