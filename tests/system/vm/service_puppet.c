/* Puppets, held by the service. */
#include "pager.h"
#include "service_case.h"

#include "tests/system/user/runner.h"
#include <pm_call.h>
#include <skerry/info.h>
#include <string.h>
#include <sys_call.h>
#include <vm_call.h>

#define TICKS_MAX 10000u
#define CONTROL_DEVICE (DEVICE + 1) /* control pages are dirty all the time */

/* A program of that name that is no other puppet. */
static bool program_find(struct puppet *puppet, space_t other)
{
	struct info_thread found;
	u32 next = 0;

	while (runner_thread(&next, &found)) {
		if (strcmp(found.name, "vmcase") != 0 || found.space == other)
			continue;
		puppet->space = found.space;
		puppet->thread = found.thread;
		return true;
	}
	return false;
}

bool puppet_start(struct puppet *puppet, unsigned int number)
{
	static space_t first;
	const long control = map(PAGE, RW, 0);
	struct vm_cache_set_req set = {
		.device = CONTROL_DEVICE, .pages = 1, .flags = VM_CACHE_FILE};

	EXPECT(control > 0);
	memset((void *)control, 0, PAGE);
	puppet->slots = (volatile struct puppet_slot *)control;
	puppet->token = PUPPET_TOKENS + number;
	set.inode = puppet->token;
	set.offset = place_of(puppet->token, 0);
	set.address = (uint64_t)control;
	EXPECT_EQ(vm_cache_set(&set, NULL), 0);
	EXPECT_EQ(program_start("vmcase", "vmcase\0@puppet", sizeof("vmcase\0@puppet"), 2,
				&puppet->pid),
		  0);
	EXPECT(program_find(puppet, number == 0 ? 0 : first));
	if (number == 0)
		first = puppet->space;
	EXPECT_EQ(file_map(puppet, PUPPET_CONTROL, puppet->token, 0, 1, PAGE, RW,
			   VM_MAP_SHARED | VM_MAP_FIXED),
		  0);
	return true;
}

static bool control_end(struct puppet *puppet)
{
	const struct vm_cache_forget_req forget = {
		.device = CONTROL_DEVICE,
		.offset = place_of(puppet->token, 0),
		.bytes = PAGE,
	};
	struct vm_count_reply reply;

	EXPECT_EQ(unmap((uintptr_t)puppet->slots, PAGE), 0);
	EXPECT_EQ(vm_cache_forget(&forget, &reply), 0);
	EXPECT_EQ(reply.count, 1);
	return true;
}

bool puppet_end(struct puppet *puppet)
{
	int status;

	puppet_ask(puppet, 0, PUPPET_EXIT, 0, 0, 0);
	EXPECT_EQ(program_end_of(puppet->pid, &status), 0);
	EXPECT_EQ(status, 0);
	return control_end(puppet);
}

int puppet_buried(struct puppet *puppet)
{
	int status;

	if (program_end_of(puppet->pid, &status) != 0 || !control_end(puppet))
		return -1;
	return status;
}

void puppet_ask(struct puppet *puppet, unsigned int slot, enum puppet_command command, uint64_t a,
		uint64_t b, uint64_t c)
{
	volatile struct puppet_slot *to = &puppet->slots[slot];

	to->command = command;
	to->a = a;
	to->b = b;
	to->c = c;
	__sync_synchronize();
	to->asked = to->asked + 1;
}

long puppet_result(struct puppet *puppet, unsigned int slot)
{
	volatile struct puppet_slot *of = &puppet->slots[slot];

	for (unsigned int i = 0; of->done != of->asked && i < TICKS_MAX; i++)
		pager_serve(1);
	return of->done == of->asked ? (long)of->result : PUPPET_SILENT;
}

long puppet_do(struct puppet *puppet, enum puppet_command command, uint64_t a, uint64_t b,
	       uint64_t c)
{
	puppet_ask(puppet, 0, command, a, b, c);
	return puppet_result(puppet, 0);
}

long file_map(const struct puppet *puppet, long address, uint64_t inode, uint64_t offset,
	      uint32_t pages, uint64_t file_bytes, uint32_t protection, uint32_t flags)
{
	const struct vm_map_file_req request = {
		.space = puppet->space,
		.token = (uint32_t)inode,
		.address = (uint64_t)address,
		.device = inode < PUPPET_TOKENS ? DEVICE : CONTROL_DEVICE,
		.inode = inode,
		.offset = offset,
		.file_bytes = file_bytes,
		.pages = pages,
		.protection = (uint8_t)protection,
		.limit = (uint8_t)(protection | (flags & VM_MAP_SHARED ? 0 : RW)),
		.flags = (uint16_t)flags,
	};
	struct vm_address_reply reply = {0};
	const int error = vm_map_file(&request, &reply);

	if (error == 0 && reply.address != (uint64_t)address)
		return -1;
	return error;
}

bool puppet_sees(struct puppet *puppet, long address, uint64_t bytes, uint64_t inode,
		 uint64_t offset)
{
	const long found =
		puppet_do(puppet, PUPPET_COMPARE, (uint64_t)address, bytes, inode << 32 | offset);

	EXPECT_EQ(found, 1);
	return true;
}
