/* Threads and the words that they wait at. */
#include "pm_ask.h"

#include <skerry/kernel_page.h>
#include <arch/layout.h>
#include <string.h>

#define WAIT 0
#define WAKE 1
#define REQUEUE 3
#define CMP_REQUEUE 4
#define WAIT_BITSET 9
#define WAKE_BITSET 10
#define PRIVATE 128
#define REALTIME 256
#define ALL_BITS 0xFFFFFFFFu

/* On the new stack, from its top down: what PM tells the thread, what the creator does. */
struct beginning {
	struct pm_thread_place place;
	struct posix_thread thread;
};

int __skerry_thread_create(const struct posix_thread_wish *wish)
{
	const struct posix_call call = {
		.page = __skerry_message_page(),
		.trap = __skerry_trap,
	};
	struct beginning *beginning =
		(void *)((wish->stack - sizeof(struct beginning)) & ~(uintptr_t)15);
	const struct pm_thread_create_req request = {
		.entry = (uintptr_t)__skerry_thread_entry,
		.stack_pointer = (uintptr_t)beginning,
		.argument = (uintptr_t)&beginning->thread,
		.place = (uintptr_t)&beginning->place,
		.tid_address = (uintptr_t)wish->tid,
		.clear_address = (uintptr_t)wish->clear,
	};
	struct pm_thread_create_reply reply;
	int error;

	beginning->thread = (struct posix_thread){
		.function = wish->function,
		.argument = wish->argument,
		.pointer = wish->pointer,
	};
	error = PM_ASK(&call, PM_THREAD_CREATE, &request, &reply);
	return error != 0 ? error : reply.tid;
}

void __skerry_thread_exit(uintptr_t unmap, size_t bytes)
{
	const struct posix_call call = {
		.page = __skerry_message_page(),
		.trap = __skerry_trap,
	};
	const struct pm_thread_exit_req request = {unmap, bytes};

	(void)PM_ASK(&call, PM_THREAD_EXIT, &request, NULL);
	__builtin_trap();
}

long posix_do_set_tid_address(const struct posix_call *call)
{
	const struct pm_thread_clear_req request = {posix_address(call->argument[0])};
	struct pm_tid_reply reply;
	const int error = PM_ASK(call, PM_THREAD_CLEAR, &request, &reply);

	return error != 0 ? error : reply.tid;
}

long posix_do_sched_yield(const struct posix_call *call)
{
	return posix_kernel(call->page, SYS_YIELD, NULL, 0, NULL, 0);
}

/* Every CPU that runs: nobody is kept from one. */
long posix_do_sched_getaffinity(const struct posix_call *call)
{
	const struct kernel_page *page = (const struct kernel_page *)ARCH_KERNEL_PAGE;
	uint8_t *mask = (uint8_t *)call->argument[2];
	const size_t bytes = sizeof(uint64_t);

	if ((unsigned long)call->argument[1] < bytes)
		return -EINVAL;
	memset(mask, 0, bytes);
	for (unsigned int cpu = 0; cpu < page->cpu_count && cpu < 64; cpu++)
		mask[cpu / 8] |= (uint8_t)(1u << cpu % 8);
	return (long)bytes;
}

/* --- Futexes ---------------------------------------------------------------------------------- */

static u32 futex_flags(const struct posix_call *call)
{
	return call->argument[1] & PRIVATE ? 0 : PM_FUTEX_SHARED;
}

static long futex_wait(const struct posix_call *call, u32 bits, bool absolute)
{
	const struct posix_timespec *at = (const struct posix_timespec *)call->argument[3];
	struct pm_futex_wait_req request = {
		.address = posix_address(call->argument[0]),
		.value = (u32)call->argument[2],
		.bits = bits,
		.flags = futex_flags(call) | PM_TIME_ABSOLUTE,
		.time = PM_TIME_NEVER,
	};
	nanoseconds_t time;

	if (at != NULL && !posix_time_get(at, &time))
		return -EINVAL;
	if (at != NULL)
		request.time = absolute ? time : posix_clock(call->page, false) + time;
	if (absolute && (call->argument[1] & REALTIME))
		request.flags |= PM_TIME_REALTIME;
	return PM_ASK(call, PM_FUTEX_WAIT, &request, NULL);
}

static long futex_wake(const struct posix_call *call, u32 bits)
{
	const struct pm_futex_wake_req request = {
		.address = posix_address(call->argument[0]),
		.count = (u32)call->argument[2],
		.bits = bits,
		.flags = futex_flags(call),
	};
	struct pm_count_reply reply;
	const int error = PM_ASK(call, PM_FUTEX_WAKE, &request, &reply);

	return error != 0 ? error : (long)reply.count;
}

static long futex_requeue(const struct posix_call *call, u32 compare)
{
	const struct pm_futex_requeue_req request = {
		.address = posix_address(call->argument[0]),
		.target = posix_address(call->argument[4]),
		.wake = (u32)call->argument[2],
		.move = (u32)call->argument[3],
		.value = (u32)call->argument[5],
		.flags = futex_flags(call) | compare,
	};
	struct pm_count_reply reply;
	const int error = PM_ASK(call, PM_FUTEX_REQUEUE, &request, &reply);

	return error != 0 ? error : (long)reply.count;
}

long posix_do_futex(const struct posix_call *call)
{
	switch (call->argument[1] & ~(PRIVATE | REALTIME)) {
	case WAIT:
		return futex_wait(call, ALL_BITS, false);
	case WAIT_BITSET:
		return futex_wait(call, (u32)call->argument[5], true);
	case WAKE:
		return futex_wake(call, ALL_BITS);
	case WAKE_BITSET:
		return futex_wake(call, (u32)call->argument[5]);
	case REQUEUE:
		return futex_requeue(call, 0);
	case CMP_REQUEUE:
		return futex_requeue(call, PM_FUTEX_COMPARE);
	default:
		return -ENOSYS;
	}
}
