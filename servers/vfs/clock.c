/* The time: the kernel says how long ago it began, the kernel page when that was. */
#include "clock.h"

#include <arch/layout.h>
#include <skerry/kernel_page.h>
#include <sys_call.h>

uint64_t clock_now(void)
{
	const struct sys_times_req request = {.thread = EP_SELF};
	struct sys_times_reply reply = {0};

	(void)sys_times(&request, &reply);
	return reply.now;
}

uint64_t clock_today(void)
{
	const struct kernel_page *page = (const struct kernel_page *)ARCH_KERNEL_PAGE;
	uint64_t offset;
	uint32_t sequence;

	do {
		sequence = __atomic_load_n(&page->clock.sequence, __ATOMIC_ACQUIRE);
		offset = page->clock.realtime_offset;
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while (sequence % 2 != 0 || sequence != page->clock.sequence);
	return clock_now() + offset;
}
