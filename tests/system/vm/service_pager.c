/* The service as a file system: VM's cache calls, and a pager whose files have file_byte() in them.
 */
#include "pager.h"

#include <string.h>
#include <sys.h>
#include <sys_call.h>
#include <sys_ipc.h>
#include <vm_call.h>

#define TICK 1000000ull /* 1 ms */
#define TICKS_MAX 10000u

struct pager pager;

static struct {
	uint64_t inode, page;
	long address; /* 0: not mapped */
} named[NAMED_PAGES];

/* --- The cache -------------------------------------------------------------------------------- */

int cache_set(uint64_t offset, uint64_t inode, uint64_t inode_offset, long address, uint32_t pages,
	      uint32_t flags)
{
	const struct vm_cache_set_req request = {
		.device = DEVICE,
		.offset = offset,
		.inode = inode,
		.inode_offset = inode_offset,
		.address = (uint64_t)address,
		.pages = pages,
		.flags = flags,
	};

	return vm_cache_set(&request, NULL);
}

static long blocks_map(uint64_t inode, uint64_t offset, uint64_t bytes, uint32_t protection,
		       uint32_t flags)
{
	const struct vm_cache_map_req request = {
		.device = DEVICE,
		.inode = inode,
		.offset = offset,
		.bytes = bytes,
		.protection = protection,
		.flags = flags,
	};
	struct vm_address_reply reply = {0};
	const int error = vm_cache_map(&request, &reply);

	return error != 0 ? error : (long)reply.address;
}

long cache_map(uint64_t offset, uint64_t bytes, uint32_t protection)
{
	return blocks_map(0, offset, bytes, protection, 0);
}

long cache_map_file(uint64_t inode, uint64_t offset, uint64_t bytes, uint32_t protection)
{
	return blocks_map(inode, offset, bytes, protection, VM_CACHE_FILE);
}

static long blocks_forget(struct vm_cache_forget_req *request)
{
	struct vm_count_reply reply = {0};
	int error;

	request->device = DEVICE;
	error = vm_cache_forget(request, &reply);
	return error != 0 ? error : (long)reply.count;
}

long cache_forget(uint64_t offset, uint64_t bytes)
{
	struct vm_cache_forget_req request = {.offset = offset, .bytes = bytes};

	return blocks_forget(&request);
}

long cache_forget_file(uint64_t inode, uint64_t offset, uint64_t bytes)
{
	struct vm_cache_forget_req request = {
		.inode = inode, .offset = offset, .bytes = bytes, .flags = VM_CACHE_FILE};

	return blocks_forget(&request);
}

long cache_truncate(uint64_t inode, uint64_t offset, uint64_t bytes, uint64_t file_bytes)
{
	struct vm_cache_forget_req request = {
		.inode = inode,
		.offset = offset,
		.bytes = bytes,
		.file_bytes = file_bytes,
		.flags = VM_CACHE_FILE | VM_CACHE_SIZE,
	};

	return blocks_forget(&request);
}

long cache_clear(void)
{
	const struct vm_cache_clear_req request = {.device = DEVICE};
	struct vm_count_reply reply = {0};
	const int error = vm_cache_clear(&request, &reply);

	return error != 0 ? error : (long)reply.count;
}

/* --- Pages ------------------------------------------------------------------------------------ */

volatile uint8_t *pager_page(uint64_t inode, uint64_t page)
{
	for (unsigned int i = 0; i < NAMED_PAGES; i++) {
		if (named[i].address != 0 && named[i].inode == inode && named[i].page == page)
			return byte_at(named[i].address);
	}
	panic("the pager has no page %llu of inode %llu", page, inode);
}

int pager_read(uint64_t inode, uint64_t page)
{
	unsigned int i = 0;
	int error;

	while (named[i].address != 0)
		if (++i == NAMED_PAGES)
			panic("the pager has no room");
	named[i].inode = inode;
	named[i].page = page;
	named[i].address = map(PAGE, RW, 0);
	if (named[i].address < 0)
		panic("the pager has no memory");
	for (long byte = 0; byte < PAGE; byte++)
		byte_at(named[i].address)[byte] = file_byte(inode, page * PAGE + (uint64_t)byte);
	error = cache_set(place_of(inode, page), inode, page * PAGE, named[i].address, 1,
			  VM_CACHE_FILE);
	if (error != 0) {
		(void)unmap((uint64_t)named[i].address, PAGE);
		named[i].address = 0;
	}
	return error;
}

void pager_unmap(void)
{
	for (unsigned int i = 0; i < NAMED_PAGES; i++) {
		if (named[i].address != 0 && unmap((uint64_t)named[i].address, PAGE) != 0)
			panic("the pager cannot unmap");
		named[i].address = 0;
	}
}

void pager_start(void)
{
	struct ipc_received received;

	while (ipc_receive(EP_ANY, NULL, IPC_NONBLOCK, &received) == 0)
		; /* what was said of the files of the case before */
	memset(&pager, 0, sizeof(pager));
}

long pager_end(void)
{
	pager_unmap();
	return cache_clear();
}

/* --- Messages --------------------------------------------------------------------------------- */

static int ready(const struct pager_read_req *read, int result)
{
	const struct vm_file_ready_req request = {.request = read->request, .result = result};

	return vm_file_ready(&request, NULL);
}

/* A page that is there already may be asked for: its reader came too late to see it. */
static int read_serve(const struct pager_read_req *read)
{
	const int error = pager_read(read->token, read->offset / PAGE);

	return ready(read, error == -EEXIST ? 0 : error);
}

static void read_take(const struct pager_read_req *read)
{
	pager.reads++;
	if (pager.mode == PAGER_HOLDS)
		pager.request[pager.held++] = *read;
	else if (pager.mode == PAGER_SERVES)
		(void)read_serve(read);
	else
		(void)ready(read, pager.mode == PAGER_FAILS ? -EIO : 0);
}

int pager_answer(void)
{
	int error = 0;

	while (pager.held > 0 && error == 0)
		error = read_serve(&pager.request[--pager.held]);
	return error;
}

/* One message, or a millisecond. */
static void tick(void)
{
	const struct sys_alarm_req alarm = {.time = TICK}, disarm = {.time = 0};
	struct ipc_received received;
	struct message message;

	if (sys_alarm(&alarm, NULL) != 0 || ipc_receive(EP_ANY, NULL, 0, &received) != 0)
		panic("cannot receive");
	message = message_page()->message;
	(void)sys_alarm(&disarm, NULL);
	if (message.source != VM_ENDPOINT)
		return;
	if (message.type == PAGER_READ) {
		read_take((const struct pager_read_req *)message.payload);
	} else if (message.type == PAGER_CLOSED &&
		   ((const struct pager_closed_req *)message.payload)->token < PUPPET_TOKENS) {
		memcpy(&pager.last_closed, message.payload, sizeof(pager.last_closed));
		pager.closed++;
	}
}

void pager_serve(unsigned int milliseconds)
{
	while (milliseconds-- > 0)
		tick();
}

bool pager_reads(unsigned int count)
{
	for (unsigned int i = 0; pager.reads < count && i < TICKS_MAX; i++)
		tick();
	return pager.reads == count;
}

bool pager_closes(unsigned int count)
{
	for (unsigned int i = 0; pager.closed < count && i < TICKS_MAX; i++)
		tick();
	return pager.closed == count;
}
