/* The program that does what the service asks (peer.h). */
#include "peer.h"

#include "tests/system/user/case.h"
#include <sys_ipc.h>

#define LOOKS 10000u

static int call(struct peer_page *page)
{
	struct message *message = &message_page()->message;
	int code;

	message->type = page->type;
	memcpy(message->payload, page->payload, sizeof(page->payload));
	code = ipc_call(VM_ENDPOINT);
	memcpy(page->payload, message->payload, sizeof(page->payload));
	return code != 0 ? code : (int)message->type;
}

static int try_fork(void)
{
	const pid32 pid = program_fork();

	if (pid == 0)
		program_exit(6);
	return pid > 0 && child_wait(pid) == EXITED(6) ? 0 : pid;
}

/* The page that has another byte; -1: none. */
static int first_wrong(const struct peer_page *page)
{
	for (unsigned int i = 0; i < page->pages; i++) {
		if (*byte_at((long)page->address + (long)i * PAGE) !=
		    (uint8_t)(page->seed + page->step * i))
			return (int)i;
	}
	return -1;
}

static int obey(struct peer_page *page, uint32_t order)
{
	switch (order) {
	case PEER_CALL:
		return call(page);
	case PEER_READ:
		return *byte_at((long)page->address);
	case PEER_FILL:
		for (unsigned int i = 0; i < page->pages; i++)
			*byte_at((long)page->address + (long)i * PAGE) =
				(uint8_t)(page->seed + page->step * i);
		return 0;
	case PEER_HOLDS:
		return first_wrong(page);
	case PEER_FORK: /* the child goes on with a page of its own */
		return (int)child_make();
	case PEER_TRY_FORK:
		return try_fork();
	case PEER_TRY_EXEC:
		return program_exec("hello", "hello", sizeof("hello"), 1);
	case PEER_WAIT:
		return child_wait((pid32)page->address);
	default:
		return -1;
	}
}

/* The next order. Mostly without a call to the kernel: on a loaded host others want its lock. */
static uint32_t order_wait(const struct peer_page *page)
{
	for (;;) {
		for (unsigned int i = 0; i < LOOKS; i++) {
			const uint32_t order = page->order;

			if (order != PEER_NOTHING)
				return order;
		}
		yield();
	}
}

int peer_serve(void)
{
	struct peer_page *page = (struct peer_page *)map_at(
		PEER_PAGE, PAGE, RW, VM_MAP_FIXED_NOREPLACE | VM_MAP_POPULATE);
	uint32_t order;

	page->magic = PEER_MAGIC;
	while ((order = order_wait(page)) != PEER_EXIT) {
		page->result = obey(page, order);
		__atomic_store_n(&page->order, PEER_NOTHING, __ATOMIC_RELEASE);
	}
	return 0;
}
