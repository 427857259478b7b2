/* The puppet's side: serve the slot until it says exit. */
#include "puppet.h"

#include "vm_case.h"
#include <vm_call.h>

#define OWN_DEVICE 0x77u
#define OWN_PAGES 4u
#define FILL_MAX ((size_t)8 << 20)

static volatile struct puppet_slot *const slots = (volatile struct puppet_slot *)PUPPET_CONTROL;

static long compare(uint64_t address, uint64_t bytes, uint64_t from)
{
	const uint64_t inode = from >> 32, offset = from & 0xFFFFFFFF;

	for (uint64_t i = 0; i < bytes; i++) {
		if (*byte_at((long)(address + i)) != file_byte(inode, offset + i))
			return -(long)i - 1;
	}
	return 1;
}

static long file_map(uint64_t address, space_t space)
{
	const struct vm_map_file_req request = {
		.space = space,
		.address = address,
		.device = OWN_DEVICE,
		.inode = 1,
		.file_bytes = OWN_PAGES * PAGE,
		.pages = OWN_PAGES,
		.protection = RW,
		.limit = RW,
		.flags = VM_MAP_FIXED | VM_MAP_SHARED,
	};

	return vm_map_file(&request, NULL);
}

static int memory_fill(void)
{
	const pid32 pid = child_make();

	for (size_t bytes = FILL_MAX; pid == 0 && bytes >= (size_t)PAGE; bytes /= 2) {
		long start;

		while ((start = map(bytes, RW, VM_MAP_POPULATE)) > 0)
			;
		CHECK_EQ(start, -ENOMEM);
	}
	if (pid == 0)
		program_exit(0);
	return child_wait(pid);
}

static long serve(const struct puppet_slot *asked)
{
	switch (asked->command) {
	case PUPPET_READ:
		return *byte_at((long)asked->a);
	case PUPPET_WRITE:
		*byte_at((long)asked->a) = (uint8_t)asked->b;
		return 0;
	case PUPPET_COMPARE:
		return compare(asked->a, asked->b, asked->c);
	case PUPPET_TOUCH:
		return asked->b ? touch_write((long)asked->a) : touch_read((long)asked->a);
	case PUPPET_UNMAP:
		return unmap(asked->a, asked->b);
	case PUPPET_PROTECT:
		return protect(asked->a, asked->b, (uint32_t)asked->c);
	case PUPPET_REMAP:
		return remap(asked->a, asked->b, asked->c, VM_MREMAP_MAYMOVE, 0);
	case PUPPET_MAP:
		return map_at(asked->a, asked->b, RW, VM_MAP_FIXED);
	case PUPPET_WAIT:
		return child_wait((pid32)asked->a);
	case PUPPET_EXEC:
		return program_exec((const char *)(uintptr_t)asked->a, "x", sizeof("x"), 1);
	case PUPPET_INFO:
		return info_get(0, VM_INFO_STATISTICS, (void *)(uintptr_t)asked->a,
				sizeof(struct vm_statistics), 0, NULL);
	case PUPPET_FILE:
		return file_map(asked->a, (space_t)asked->b);
	case PUPPET_FILL:
		return memory_fill();
	default:
		program_exit((int)asked->a);
	}
}

void puppet_run(void)
{
	volatile struct puppet_slot *slot = &slots[0];
	struct vm_region_info region;

	while (!region_get(0, PUPPET_CONTROL, &region) || region.address != PUPPET_CONTROL)
		yield();
	for (;;) {
		struct puppet_slot asked;
		long result;

		while (slot->asked == slot->done)
			yield();
		asked = *slot;
		result = asked.command == PUPPET_FORK ? child_make() : serve(&asked);
		if (asked.command == PUPPET_FORK && result == 0) {
			slot = &slots[asked.a];
			continue;
		}
		slot->result = result;
		slot->done = slot->done + 1;
	}
}
