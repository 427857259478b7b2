/* The memory disk: one mapping that grows and shrinks. Reads end and writes stop at its end. */
#include "memory.h"

#include <arch/layout.h>
#include <skerry/errno.h>
#include <vm_call.h>

static struct {
	uint8_t *memory; /* NULL iff bytes is 0 */
	u64 bytes;
} disk;

static u64 within(const struct char_request *request)
{
	if (request->position >= disk.bytes)
		return 0;
	return request->bytes < disk.bytes - request->position ? request->bytes
							       : disk.bytes - request->position;
}

struct char_result ram_read(struct char_request *request)
{
	const u64 bytes = within(request);
	const int error =
		bytes == 0 ? 0
			   : char_store(request, 0, disk.memory + request->position, (size_t)bytes);

	return char_result(error != 0 ? error : (int64_t)bytes);
}

struct char_result ram_write(struct char_request *request)
{
	const u64 bytes = within(request);
	int error;

	if (bytes == 0)
		return char_result(request->bytes == 0 ? 0 : -ENOSPC);
	error = char_fetch(request, 0, disk.memory + request->position, (size_t)bytes);
	if (error == 0 && bytes < request->bytes)
		request->bytes = bytes; /* the rest does not fit: a short count */
	return char_result(error != 0 ? error : (int64_t)bytes);
}

static int map_new(u64 bytes, u64 *address)
{
	const struct vm_mmap_req request = {.protection = VM_READ | VM_WRITE, .bytes = bytes};
	struct vm_address_reply reply = {0};
	const int error = vm_mmap(&request, &reply);

	*address = reply.address;
	return error;
}

static int map_resize(u64 bytes, u64 *address)
{
	const struct vm_mremap_req request = {
		.flags = VM_MREMAP_MAYMOVE,
		.address = (uintptr_t)disk.memory,
		.old_bytes = disk.bytes,
		.new_bytes = bytes,
	};
	struct vm_address_reply reply = {0};
	const int error = vm_mremap(&request, &reply);

	*address = reply.address;
	return error;
}

static int map_end(void)
{
	const struct vm_range_req request = {
		.address = (uintptr_t)disk.memory,
		.bytes = disk.bytes,
	};

	return disk.bytes == 0 ? 0 : vm_munmap(&request, NULL);
}

static int resize(u64 bytes)
{
	u64 address = 0;
	int error;

	if (bytes % ARCH_PAGE_SIZE != 0 || bytes > UINTPTR_MAX)
		return -EINVAL;
	if (bytes == disk.bytes)
		return 0;
	if (bytes == 0)
		error = map_end();
	else
		error = disk.bytes == 0 ? map_new(bytes, &address) : map_resize(bytes, &address);
	if (error != 0)
		return error;
	/* Nothing fails from here. */
	disk.memory = (uint8_t *)(uintptr_t)address;
	disk.bytes = bytes;
	return 0;
}

struct char_result ram_ioctl(struct char_request *request)
{
	u64 bytes = disk.bytes;
	int error;

	if (request->number == RAM_SIZE_GET)
		return char_result(char_store(request, 0, &bytes, sizeof(bytes)));
	if (request->number != RAM_SIZE_SET)
		return char_result(-ENOTTY);
	error = char_fetch(request, 0, &bytes, sizeof(bytes));
	return char_result(error != 0 ? error : resize(bytes));
}
