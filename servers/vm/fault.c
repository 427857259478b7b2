/* What the kernel asks of its pager. Every fault and request is answered at once: with memory, a
 * signal, or an error for the copy.
 */
#include "fault.h"

#include "memory.h"
#include "page_round.h"
#include "vm_space.h"
#include <skerry/signal.h>
#include <sys.h>
#include <sys_call.h>
#include <sys_thread.h>

#define REQUEST_PAGES_MAX 32u /* at a time; the kernel asks again for what follows */

static uint32_t access_of(uint32_t fault_access)
{
	if (fault_access & FAULT_WRITE)
		return REGION_WRITE;
	return fault_access & FAULT_EXECUTE ? REGION_EXECUTE : REGION_READ;
}

/* The thread has it before the fault is answered, so it does not run in between. */
static void fault_signal(endpoint_t thread, uint32_t signal)
{
	const struct sys_kill_req request = {.thread = thread, .signal = signal};

	(void)sys_kill(&request, NULL); /* it may have been killed meanwhile */
}

static enum fault_result page_in(struct vm_space *space, vaddr_t address, uint32_t access)
{
	enum fault_result result;

	if (space->ending)
		return FAULT_REFUSED;
	{
		USE(space);
		memory_level = vm_space_level(space);
		space->faults++;
		vm_faults++;
		result = space_fault(&space->space, address, access);
	}
	return result;
}

bool fault_handle(endpoint_t thread, const struct page_fault_message *fault)
{
	struct vm_space *space = vm_space_find(fault->space);

	if (space == NULL)
		return false; /* the space is gone, its threads with it */
	switch (page_in(space, (vaddr_t)fault->address, access_of(fault->access))) {
	case FAULT_DONE:
		break;
	case FAULT_WAITS:
		return false;
	case FAULT_REFUSED:
		fault_signal(thread, SIGNAL_SEGV);
		break;
	case FAULT_NO_MEMORY:
		fault_signal(thread, SIGNAL_BUS);
		break;
	}
	return true;
}

static int request_serve(const struct memory_request_message *request)
{
	struct vm_space *space = vm_space_find(request->space);
	const uint64_t first = page_floor(request->address);
	uint64_t end = request->address + request->bytes;

	if (space == NULL || end < request->address || end > PROGRAM_HIGH)
		return -EFAULT;
	if (end - first > REQUEST_PAGES_MAX * ARCH_PAGE_SIZE)
		end = first + REQUEST_PAGES_MAX * ARCH_PAGE_SIZE;
	for (uint64_t page = first; page < end; page += ARCH_PAGE_SIZE) {
		switch (page_in(space, (vaddr_t)page, access_of(request->access))) {
		case FAULT_DONE:
			break;
		case FAULT_NO_MEMORY:
			return page == first ? -ENOMEM : 0;
		default:
			return page == first ? -EFAULT : 0;
		}
	}
	return 0;
}

bool fault_request(const struct memory_request_message *request)
{
	message_page()->message.type = (uint32_t)request_serve(request);
	return true;
}
