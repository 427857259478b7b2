/* tmpfs: files in memory. The first volume is the root, filled from the boot archive's root.cpio.
 */
#include "ops.h"

#include "store.h"
#include <arch/layout.h>
#include <skerry/kernel_page.h>
#include <sys.h>
#include <sys_call.h>
#include <vm_call.h>

/* All volumes together get at most that part of memory. */
#define PART 2u

void *pages_take(void)
{
	const struct vm_mmap_req request = {
		.protection = VM_READ | VM_WRITE,
		.flags = VM_MAP_POPULATE,
		.bytes = STORE_PAGE,
	};
	struct vm_address_reply reply;

	return vm_mmap(&request, &reply) == 0 ? (void *)(uintptr_t)reply.address : NULL;
}

void pages_give(void *page)
{
	const struct vm_range_req request = {.address = (uintptr_t)page, .bytes = STORE_PAGE};
	const int error = vm_munmap(&request, NULL);

	assert(error == 0);
}

uint64_t time_now(void)
{
	const struct kernel_page *page = (const struct kernel_page *)ARCH_KERNEL_PAGE;
	const struct sys_times_req request = {.thread = EP_SELF};
	struct sys_times_reply reply = {0};

	(void)sys_times(&request, &reply);
	return reply.now + page->clock.realtime_offset;
}

static int init(uint32_t kind)
{
	const struct kernel_page *page = (const struct kernel_page *)ARCH_KERNEL_PAGE;

	(void)kind; /* what an old instance had is lost with its memory */
	store_init(page->memory_bytes / STORE_PAGE / PART);
	return first_make();
}

static const struct sef_ops ops = {.init = init};

int sys_main(uintptr_t argument)
{
	fsdriver_run(&tmpfs, (const struct service_start *)argument, &ops);
}
