/* Cases of what a program may not do. */
#include "vm_case.h"

#include <pm_call.h>
#include <sys_call.h>
#include <vm_call.h>

void case_rights_others(void)
{
	const struct vm_space_create_req create = {.thread = EP_NONE};
	const struct vm_space_fork_req fork = {.thread = EP_SELF};
	const struct vm_space_req space = {.space = 0};
	const struct vm_set_rights_req rights = {.rights = VM_RIGHTS_ALL};

	CHECK_EQ(vm_space_create(&create, NULL), -ENOTALLOWED);
	CHECK_EQ(vm_space_fork(&fork, NULL), -ENOTALLOWED);
	CHECK_EQ(vm_space_destroy(&space, NULL), -ENOTALLOWED);
	CHECK_EQ(vm_space_ending(&space, NULL), -ENOTALLOWED);
	CHECK_EQ(vm_message_page(&space, NULL), -ENOTALLOWED);
	CHECK_EQ(vm_set_rights(&rights, NULL), -ENOTALLOWED);
}

void case_rights_services(void)
{
	const struct vm_space_req space = {.space = 0};
	const struct vm_dma_req dma = {.bytes = PAGE};
	const struct vm_dma_get_req get = {.next = 0};
	const struct vm_empty_req empty = {};
	const struct vm_update_req update = {0, 0};
	const struct vm_memctl_req pin = {.what = VM_MEMCTL_PIN};
	const struct vm_page_in_req page_in = {.access = VM_READ, .bytes = PAGE};

	CHECK_EQ(vm_dma_add(&dma, NULL), -ENOTALLOWED);
	CHECK_EQ(vm_dma_delete(&dma, NULL), -ENOTALLOWED);
	CHECK_EQ(vm_dma_get(&get, NULL), -ENOTALLOWED);
	CHECK_EQ(vm_watch_exit(&space, NULL), -ENOTALLOWED);
	CHECK_EQ(vm_query_exit(&empty, NULL), -ENOTALLOWED);
	CHECK_EQ(vm_notify_signal(&space, NULL), -ENOTALLOWED);
	CHECK_EQ(vm_update(&update, NULL), -ENOTALLOWED);
	CHECK_EQ(vm_prepare(&space, NULL), -ENOTALLOWED);
	CHECK_EQ(vm_memctl(&pin, NULL), -ENOTALLOWED);
	CHECK_EQ(vm_space_clear(&space, NULL), -ENOTALLOWED);
	CHECK_EQ(vm_page_in(&page_in, NULL), -ENOTALLOWED);
}

/* Spaces in use are somebody's: RS's, PM's or this program's own. */
void case_space_unknown(void)
{
	unsigned int refused = 0, allowed = 0;
	struct vm_usage usage;

	for (space_t slot = 0; slot < 64; slot++) {
		for (space_t generation = 0; generation < 64; generation++) {
			const space_t id = generation << 12 | slot;
			const int error =
				info_get(id, VM_INFO_USAGE, &usage, sizeof(usage), 0, NULL);

			if (id == 0)
				continue;
			CHECK(error == 0 || error == -ESRCH || error == -ENOTALLOWED);
			refused += error == -ENOTALLOWED;
			allowed += error == 0;
			if (error == 0)
				continue;
			CHECK_EQ(map_in(id, 0, PAGE, RW, 0), error);
			CHECK_EQ(unmap_in(id, PAGE, PAGE), error);
			CHECK_EQ(protect_in(id, PAGE, PAGE, RW), error);
			CHECK_EQ(remap_in(id, PAGE, PAGE, PAGE, 0, 0), error);
		}
	}
	CHECK(refused >= 3 && allowed <= 1);
	CHECK_EQ(info_get(~0u, VM_INFO_USAGE, &usage, sizeof(usage), 0, NULL), -ESRCH);
	CHECK_EQ(map_in(~0u, 0, PAGE, RW, 0), -ESRCH);
}

void case_rights_cache(void)
{
	const struct vm_cache_set_req set = {.address = PAGE, .pages = 1};
	const struct vm_cache_map_req map_blocks = {.bytes = PAGE};
	const struct vm_cache_forget_req forget = {.bytes = PAGE};
	const struct vm_cache_clear_req clear = {.device = 1};
	const struct vm_cache_dirty_req dirty = {.device = 1};
	const struct vm_map_file_req map_file = {.pages = 1};
	const struct vm_file_ready_req ready = {.request = 0};

	CHECK_EQ(vm_cache_set(&set, NULL), -ENOTALLOWED);
	CHECK_EQ(vm_cache_map(&map_blocks, NULL), -ENOTALLOWED);
	CHECK_EQ(vm_cache_forget(&forget, NULL), -ENOTALLOWED);
	CHECK_EQ(vm_cache_clear(&clear, NULL), -ENOTALLOWED);
	CHECK_EQ(vm_cache_dirty(&dirty, NULL), -ENOTALLOWED);
	CHECK_EQ(vm_map_file(&map_file, NULL), -ENOTALLOWED);
	CHECK_EQ(vm_file_ready(&ready, NULL), -ENOTALLOWED);
}

void case_rights_physical(void)
{
	CHECK_EQ(map_physical(PHYSICAL_NO_RAM, PAGE, RW), -ENOTALLOWED);
	CHECK_EQ(map_physical(1, 1, 99), -ENOTALLOWED);
	CHECK_EQ(map(PAGE, RW, VM_MAP_CONTIGUOUS), -ENOTALLOWED);
	CHECK_EQ(map(PAGE, RW, VM_MAP_CONTIGUOUS | VM_MAP_LOW), -ENOTALLOWED);
}

void case_calls_unknown(void)
{
	static const uint32_t types[] = {
		VM_BRK + 0x100, VM_BRK + 0xFFFF, PM_GETPID, 0, 1, ~0u,
	};

	for (unsigned int i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct message *message = &message_page()->message;

		message->type = types[i];
		CHECK_EQ(ipc_call(VM_ENDPOINT), 0);
		CHECK_EQ((int)message->type, -EBADCALL);
	}
}

/* SYS_DIAG reads what it prints, and does not ask VM for what is not there. */
void case_kernel_reads(void)
{
	const long start = map(4 * PAGE, RW, 0);
	struct sys_diag_req request = {.operation = DIAG_PRINT};
	const struct {
		uint64_t address;
		int error;
	} rows[] = {
		{(uint64_t)start + PAGE - 2, 0},
		{(uint64_t)start + 2 * PAGE - 2, -EFAULT}, /* into one not there yet */
		{(uint64_t)start + 3 * PAGE - 2, -EFAULT}, /* into one without access */
		{(uint64_t)start + 4 * PAGE - 2, -EFAULT},
		{0, -EFAULT},
		{PROGRAM_END, -EFAULT},
		{ARCH_KERNEL_BASE, -EFAULT},
		{~0ull - 1, -EFAULT},
	};

	CHECK_EQ(protect(start + 3 * PAGE, PAGE, 0), 0);
	pages_fill(start, 2, 1);
	request.bytes = 4;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int error;

		request.address = rows[i].address;
		error = sys_diag(&request, NULL);
		if (error != rows[i].error)
			case_fail(__FILE__, (int)i, "row", error);
	}
	CHECK_EQ(unmap(start, 4 * PAGE), 0);
}
