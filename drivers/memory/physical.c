/* /dev/mem: for each piece that is copied a window on physical memory. Its bytes go through a
 * buffer, in words where they lie so: the kernel copies only what is RAM, devices may not take
 * bytes. VM shows nobody the RAM that it manages (EPERM).
 */
#include "memory.h"

#include <arch/layout.h>
#include <skerry/errno.h>
#include <vm_call.h>

static uint8_t buffer[ARCH_PAGE_SIZE] __attribute__((aligned(8)));

/* The page that holds the position. */
static int window_open(u64 position, volatile uint8_t **window)
{
	const struct vm_map_physical_req request = {
		.protection = VM_READ | VM_WRITE,
		.physical = position & ~(u64)(ARCH_PAGE_SIZE - 1),
		.bytes = ARCH_PAGE_SIZE,
	};
	struct vm_address_reply reply = {0};
	const int error = vm_map_physical(&request, &reply);

	*window = (volatile uint8_t *)(uintptr_t)reply.address;
	return error;
}

static void window_close(volatile uint8_t *window)
{
	const struct vm_range_req request = {
		.address = (uintptr_t)window,
		.bytes = ARCH_PAGE_SIZE,
	};

	(void)vm_munmap(&request, NULL);
}

/* from and to lie alike within a word. */
static void device_copy(volatile uint8_t *to, const volatile uint8_t *from, size_t bytes)
{
	while (bytes > 0) {
		if ((uintptr_t)from % 4 == 0 && (uintptr_t)to % 4 == 0 && bytes >= 4) {
			*(volatile u32 *)to = *(const volatile u32 *)from;
			to += 4, from += 4, bytes -= 4;
		} else {
			*to++ = *from++;
			bytes--;
		}
	}
}

/* Within one page. */
static int piece_copy(struct char_request *request, u64 done, size_t bytes, bool write)
{
	const size_t at = (size_t)((request->position + done) % ARCH_PAGE_SIZE);
	volatile uint8_t *window;
	int error = write ? char_fetch(request, done, buffer + at, bytes) : 0;

	if (error != 0)
		return error;
	error = window_open(request->position + done, &window);
	if (error != 0)
		return error;
	if (write)
		device_copy(window + at, buffer + at, bytes);
	else
		device_copy(buffer + at, window + at, bytes);
	window_close(window);
	return write ? 0 : char_store(request, done, buffer + at, bytes);
}

static struct char_result physical_copy(struct char_request *request, bool write)
{
	u64 done = 0;

	if (request->position + request->bytes < request->position)
		return char_result(-EINVAL);
	while (done < request->bytes) {
		const u64 left = request->bytes - done;
		const u64 room = ARCH_PAGE_SIZE - (request->position + done) % ARCH_PAGE_SIZE;
		const size_t bytes = (size_t)(left < room ? left : room);
		const int error = piece_copy(request, done, bytes, write);

		if (error != 0)
			return char_result(done > 0 ? (int64_t)done : error);
		done += bytes;
	}
	return char_result((int64_t)done);
}

struct char_result physical_read(struct char_request *request)
{
	return physical_copy(request, false);
}

struct char_result physical_write(struct char_request *request)
{
	return physical_copy(request, true);
}
