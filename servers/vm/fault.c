/* What the kernel asks of its pager. Every fault and request is answered: with memory, a signal, or
 * an error for the copy; at once, or when a page of a file has come (pager.h).
 */
#include "fault.h"

#include "memory.h"
#include "page_round.h"
#include "pager.h"
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

/* The wait has begun: the access counts when it is tried again. */
static bool waits(struct vm_space *space, const struct page_wait *wait)
{
	USE(space);

	if (!pager_wait(wait))
		return false;
	space->faults--;
	vm_faults--;
	return true;
}

static void count_major(struct vm_space *space, const struct page_wait *wait)
{
	USE(space);

	space->faults_major += wait->file != NULL;
}

/* --- Faults ----------------------------------------------------------------------------------- */

/* False: the thread goes on later, or is no more. */
static bool fault_serve(const struct page_wait *wait)
{
	struct vm_space *space = vm_space_find(wait->space);
	enum fault_result result;

	if (space == NULL)
		return false; /* the space is gone, its threads with it */
	result = page_in(space, (vaddr_t)wait->address, access_of(wait->access));
	if (result == FAULT_WAITS && waits(space, wait))
		return false;
	count_major(space, wait);
	if (result != FAULT_DONE)
		fault_signal(wait->thread, result == FAULT_REFUSED ? SIGNAL_SEGV : SIGNAL_BUS);
	return true;
}

bool fault_handle(endpoint_t thread, const struct page_fault_message *fault)
{
	const struct page_wait wait = {
		.thread = thread,
		.space = fault->space,
		.access = fault->access,
		.address = fault->address,
	};

	pager_drop(thread);
	return fault_serve(&wait);
}

/* --- Requests --------------------------------------------------------------------------------- */

/* 0 or -errno; FAULT_WAITS: the answer comes later. */
static int request_serve(const struct page_wait *wait)
{
	struct vm_space *space = vm_space_find(wait->space);
	const uint64_t first = page_floor(wait->address);
	uint64_t end = wait->address + wait->bytes;

	if (space == NULL || end < wait->address || end > PROGRAM_HIGH)
		return -EFAULT;
	if (end - first > REQUEST_PAGES_MAX * ARCH_PAGE_SIZE)
		end = first + REQUEST_PAGES_MAX * ARCH_PAGE_SIZE;
	for (uint64_t page = first; page < end; page += ARCH_PAGE_SIZE) {
		const enum fault_result result =
			page_in(space, (vaddr_t)page, access_of(wait->access));

		if (page == first && result == FAULT_WAITS && waits(space, wait))
			return FAULT_WAITS;
		if (page == first)
			count_major(space, wait);
		if (result == FAULT_DONE)
			continue;
		if (page != first)
			return 0; /* the kernel asks again for the rest */
		return result == FAULT_NO_MEMORY ? -ENOMEM : -EFAULT;
	}
	return 0;
}

bool fault_request(endpoint_t thread, const struct memory_request_message *request)
{
	const struct page_wait wait = {
		.thread = thread,
		.space = request->space,
		.access = request->access,
		.is_request = true,
		.address = request->address,
		.bytes = request->bytes,
	};
	int result;

	pager_drop(thread);
	result = request_serve(&wait);
	message_page()->message.type = (uint32_t)result;
	return result != FAULT_WAITS;
}

/* --- What waited ------------------------------------------------------------------------------ */

static void fault_resume_request(const struct page_wait *wait, int result)
{
	struct sys_memreq_reply_req reply = {.thread = wait->thread, .result = -EFAULT};

	if (result == 0)
		reply.result = request_serve(wait);
	if (reply.result != FAULT_WAITS)
		(void)sys_vmctl_memreq_reply(&reply, NULL); /* it may have been killed meanwhile */
}

void fault_resume(const struct page_wait *wait, int result)
{
	const struct sys_fault_clear_req clear = {.thread = wait->thread};

	if (wait->is_request) {
		fault_resume_request(wait, result);
		return;
	}
	if (result != 0)
		fault_signal(wait->thread, SIGNAL_BUS);
	else if (!fault_serve(wait))
		return;
	(void)sys_vmctl_fault_clear(&clear, NULL); /* as above */
}
