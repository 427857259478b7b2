/* The service's side of peers (peer.h). */
#include "peer.h"
#include "service_case.h"

#include "tests/system/user/runner.h"
#include <skerry/info.h>
#include <string.h>
#include <sys.h>
#include <sys_call.h>
#include <vm_call.h>

#define POLL_TIME 100000ull /* 0.1 ms */
#define POLLS_MAX 100000u
#define KNOWN_MAX 64u

/* The last peers that came: one that has exited may still have its space for a while. */
static endpoint_t known[KNOWN_MAX];
static unsigned int known_count;

/* --- Finding them ----------------------------------------------------------------------------- */

static bool is_known(endpoint_t thread)
{
	for (unsigned int i = 0; i < KNOWN_MAX; i++) {
		if (known[i] == thread)
			return true;
	}
	return false;
}

static bool show_page(struct peer *peer)
{
	const struct vm_remap_req request = {
		.source = peer->space,
		.protection = RW,
		.address = PEER_PAGE,
		.bytes = PAGE,
	};
	struct vm_address_reply reply;

	if (vm_remap(&request, &reply) != 0)
		return false;
	peer->page = (volatile struct peer_page *)(uintptr_t)reply.address;
	return true;
}

/* A peer that is not known yet, once it has its page. */
static bool find_new(struct peer *peer)
{
	struct info_thread thread;
	struct vm_region_info region;
	u32 next = 0;

	while (runner_thread(&next, &thread)) {
		if (strcmp(thread.name, "vmcase") != 0 || is_known(thread.thread) ||
		    !region_get(thread.space, PEER_PAGE, &region) || region.address != PEER_PAGE)
			continue;
		peer->thread = thread.thread;
		peer->space = thread.space;
		return show_page(peer);
	}
	return false;
}

static bool meet(struct peer *peer)
{
	unsigned int polls = 0;

	while (!find_new(peer) && ++polls < POLLS_MAX)
		runner_sleep(POLL_TIME);
	while (polls < POLLS_MAX && peer->page->magic != PEER_MAGIC && ++polls < POLLS_MAX)
		runner_sleep(POLL_TIME);
	if (polls >= POLLS_MAX) {
		sys_print("# a peer does not come\n");
		return false;
	}
	known[known_count++ % KNOWN_MAX] = peer->thread;
	return true;
}

bool peer_start(struct peer *peer)
{
	const int error =
		program_start("vmcase", "vmcase\0@peer", sizeof("vmcase\0@peer"), 2, &peer->pid);

	return error == 0 && meet(peer);
}

/* --- Orders ----------------------------------------------------------------------------------- */

static int order(struct peer *peer, enum peer_order what)
{
	peer->page->result = -1;
	__atomic_store_n(&peer->page->order, what, __ATOMIC_RELEASE);
	for (unsigned int i = 0; i < POLLS_MAX; i++) {
		if (__atomic_load_n(&peer->page->order, __ATOMIC_ACQUIRE) == PEER_NOTHING)
			return peer->page->result;
		runner_sleep(POLL_TIME);
	}
	panic("a peer does not answer");
}

bool peer_fork(struct peer *peer, struct peer *child)
{
	child->pid = order(peer, PEER_FORK);
	if (child->pid <= 0 || !meet(child))
		return false;
	/* Its page still has the order that made it. */
	for (unsigned int i = 0; child->page->order != PEER_NOTHING && i < POLLS_MAX; i++)
		runner_sleep(POLL_TIME);
	return true;
}

bool peer_end(struct peer *peer, struct peer *parent)
{
	int status;

	__atomic_store_n(&peer->page->order, PEER_EXIT, __ATOMIC_RELEASE);
	if (parent != NULL) {
		parent->page->address = (uint64_t)peer->pid;
		status = order(parent, PEER_WAIT);
	} else if (program_end_of(peer->pid, &status) != 0) {
		return false;
	}
	return unmap((uintptr_t)peer->page, PAGE) == 0 && status == 0;
}

int peer_try_fork(struct peer *peer)
{
	return order(peer, PEER_TRY_FORK);
}

int peer_try_exec(struct peer *peer)
{
	return order(peer, PEER_TRY_EXEC);
}

int peer_call(struct peer *peer, uint32_t type, const void *request, size_t bytes, void *reply,
	      size_t reply_bytes)
{
	int code;

	peer->page->type = type;
	memcpy((void *)(uintptr_t)peer->page->payload, request, bytes);
	code = order(peer, PEER_CALL);
	if (reply != NULL)
		memcpy(reply, (const void *)(uintptr_t)peer->page->payload, reply_bytes);
	return code;
}

/* --- Memory ----------------------------------------------------------------------------------- */

int peer_read(struct peer *peer, uint64_t address)
{
	peer->page->address = address;
	return order(peer, PEER_READ);
}

void peer_write(struct peer *peer, uint64_t address, uint8_t value)
{
	peer_fill(peer, address, 1, value);
}

int peer_peek(const struct peer *peer, uint64_t address)
{
	uint8_t found = 0;
	const struct sys_copy_req request = {
		.source = peer->thread,
		.destination = EP_SELF,
		.source_address = address,
		.destination_address = (uintptr_t)&found,
		.bytes = 1,
	};
	const int error = sys_vircopy(&request, NULL);

	return error != 0 ? error : found;
}

static int pages_order(struct peer *peer, enum peer_order what, uint64_t start, unsigned int pages,
		       uint8_t seed, uint8_t step)
{
	peer->page->address = start;
	peer->page->pages = pages;
	peer->page->seed = seed;
	peer->page->step = step;
	return order(peer, what);
}

void peer_fill(struct peer *peer, uint64_t start, unsigned int pages, uint8_t seed)
{
	(void)pages_order(peer, PEER_FILL, start, pages, seed, 1);
}

bool peer_holds(struct peer *peer, uint64_t start, unsigned int pages, uint8_t seed)
{
	const int wrong = pages_order(peer, PEER_HOLDS, start, pages, seed, 1);

	if (wrong >= 0)
		sys_print("# page %d is not %#x\n", wrong, (uint8_t)(seed + wrong));
	return wrong < 0;
}

bool peer_is_zero(struct peer *peer, uint64_t start, unsigned int pages)
{
	return pages_order(peer, PEER_HOLDS, start, pages, 0, 0) < 0;
}

/* --- Calls ------------------------------------------------------------------------------------ */

long peer_map(struct peer *peer, uint64_t bytes, uint32_t protection, uint32_t flags)
{
	const struct vm_mmap_req request = {
		.protection = protection, .flags = flags, .bytes = bytes};
	struct vm_address_reply reply;
	const int error =
		peer_call(peer, VM_MMAP, &request, sizeof(request), &reply, sizeof(reply));

	return error != 0 ? error : (long)reply.address;
}

int peer_unmap(struct peer *peer, uint64_t address, uint64_t bytes)
{
	const struct vm_range_req request = {.address = address, .bytes = bytes};

	return peer_call(peer, VM_MUNMAP, &request, sizeof(request), NULL, 0);
}

int peer_protect(struct peer *peer, uint64_t address, uint64_t bytes, uint32_t protection)
{
	const struct vm_mprotect_req request = {
		.protection = protection, .address = address, .bytes = bytes};

	return peer_call(peer, VM_MPROTECT, &request, sizeof(request), NULL, 0);
}

long peer_remap(struct peer *peer, uint64_t address, uint64_t old_bytes, uint64_t new_bytes)
{
	const struct vm_mremap_req request = {
		.flags = VM_MREMAP_MAYMOVE,
		.address = address,
		.old_bytes = old_bytes,
		.new_bytes = new_bytes,
	};
	struct vm_address_reply reply;
	const int error =
		peer_call(peer, VM_MREMAP, &request, sizeof(request), &reply, sizeof(reply));

	return error != 0 ? error : (long)reply.address;
}

void own_fill(long start, unsigned int pages, uint8_t seed)
{
	for (unsigned int i = 0; i < pages; i++)
		*byte_at(start + i * PAGE) = (uint8_t)(seed + i);
}

bool own_holds(long start, unsigned int pages, uint8_t seed)
{
	for (unsigned int i = 0; i < pages; i++)
		EXPECT_EQ(*byte_at(start + i * PAGE), (uint8_t)(seed + i));
	return true;
}
