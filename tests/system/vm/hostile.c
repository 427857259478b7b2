/* One row a field and kind of bad value; each value of the kind is a request. */
#include "hostile.h"

#include <string.h>
#include <sys_ipc.h>

#define BAD_MAX 16u

/* Values that are wrong whatever else the request says. */
struct kind {
	unsigned int count;
	uint64_t value[BAD_MAX];
};

/* Not the start of a page that programs may have. */
static const struct kind bad_address = {
	12,
	{0, 1, ARCH_PAGE_SIZE - 1, 0x20000001, PROGRAM_END, PROGRAM_END + ARCH_PAGE_SIZE,
	 ARCH_KERNEL_PAGE, ARCH_KERNEL_BASE, 0xFFFFF000, 0x120000000ull, 0x8000000020000000ull,
	 ~0ull},
};

/* The same but 0, which stands for none. */
static const struct kind bad_heap = {
	7,
	{1, PROGRAM_END, ARCH_KERNEL_PAGE, ARCH_KERNEL_BASE, 0xFFFFF000, 0x120000000ull, ~0ull},
};

/* No number of whole pages, or more than there are. */
static const struct kind bad_bytes = {
	11,
	{0, 1, ARCH_PAGE_SIZE + 1, PROGRAM_END, ARCH_KERNEL_BASE, 0xFFFFF000, 0x100000000ull,
	 0x100001000ull, 0x7FFFFFFFFFFFF000ull, 0xFFFFFFFFFFFFF000ull, ~0ull},
};

static const struct kind odd_bytes = {5, {0, 1, ARCH_PAGE_SIZE + 1, 0x7FFFFFFF, ~0ull}};

static const struct kind huge_bytes = {
	7,
	{PROGRAM_END, ARCH_KERNEL_BASE, 0xFFFFF000, 0x100000000ull, 0x100001000ull,
	 0x7FFFFFFFFFFFF000ull, 0xFFFFFFFFFFFFF000ull},
};

static const struct kind bad_protection = {6, {8, 0x10, 0x80, 0x100, 0x80000000, 0xFFFFFFFF}};

static const struct kind bad_map_flags = {
	10,
	{0x80000000, 0xFFFFFFFF, VM_MAP_FIXED | VM_MAP_FIXED_NOREPLACE,
	 VM_MAP_SHARED | VM_MAP_CONTIGUOUS, VM_MAP_SHARED | VM_MAP_GROWS_DOWN,
	 VM_MAP_GUARD | VM_MAP_SHARED, VM_MAP_GUARD, VM_MAP_LOW, VM_MAP_LOW | VM_MAP_SHARED,
	 VM_MAP_CONTIGUOUS | VM_MAP_GROWS_DOWN},
};

static const struct kind bad_remap_flags = {
	5,
	{0x4, 0x80000000, 0xFFFFFFFF, VM_MREMAP_FIXED, VM_MREMAP_FIXED | 0x8},
};

/* Spaces that are none: slots past the table, generations that have not been. */
static const struct kind bad_space = {
	6, {0xFFF, 0xFFFFF001, 0x7FFFF002, 0xFFFFFFFF, 0x80000FFF, 0xFFF00000}};

static const struct kind bad_thread = {5, {EP_ANY, EP_SELF, VM_ENDPOINT, 0x7FFFFFF0, 0xFFFFFFF0}};

static const struct kind bad_what = {3, {0x100, 0x80000000, 0xFFFFFFFF}};

/* Nothing can be written there. */
static const struct kind bad_target = {
	9,
	{0, 8, PROGRAM_END - 8, PROGRAM_END, ARCH_KERNEL_PAGE, ARCH_KERNEL_BASE, 0xFFFFFFF8,
	 0x120000000ull, ~0ull - 7},
};

static const struct kind bad_physical = {4, {1, ARCH_PAGE_SIZE - 1, 0xA0001, ~0ull}};

/* Rights nobody has. */
static const struct kind bad_rights = {4, {0x40000000, 0x80000000, 0xC0000000, 0xFFFFFFFF}};

static struct {
	struct vm_brk_req brk;
	struct vm_mmap_req map, map_fixed;
	struct vm_range_req range;
	struct vm_mprotect_req protect;
	struct vm_mremap_req remap, remap_fixed;
	struct vm_info_req info;
	struct vm_map_physical_req physical;
	struct vm_space_create_req create;
	struct vm_space_fork_req fork;
	struct vm_space_req one;
	struct vm_set_rights_req rights;
} good;

static struct vm_statistics info_room;

struct row {
	uint32_t type;
	uint32_t right;
	int error;
	const void *request;
	const char *field;
	size_t size, at, width;
	const struct kind *bad;
};

#define ROW(type, right, request, field, bad, error)                                               \
	{                                                                                          \
		type, right, error, &good.request, #request "." #field, sizeof(good.request),      \
			(size_t)((const char *)&good.request.field - (const char *)&good.request), \
			sizeof(good.request.field), &bad                                           \
	}

#define OWN VM_RIGHT_MEMORY
#define OTHERS VM_RIGHT_OTHERS

static const struct row rows[] = {
	ROW(VM_BRK, OTHERS, brk, address, bad_heap, -EINVAL),
	ROW(VM_BRK, OTHERS, brk, space, bad_space, -ESRCH),
	ROW(VM_MMAP, OWN, map, space, bad_space, -ESRCH),
	ROW(VM_MMAP, OWN, map, protection, bad_protection, -EINVAL),
	ROW(VM_MMAP, OWN, map, flags, bad_map_flags, -EINVAL),
	ROW(VM_MMAP, OWN, map, bytes, odd_bytes, -EINVAL),
	ROW(VM_MMAP, OWN, map, bytes, huge_bytes, -ENOMEM),
	ROW(VM_MMAP, OWN, map_fixed, address, bad_address, -EINVAL),
	ROW(VM_MMAP, OWN, map_fixed, bytes, bad_bytes, -EINVAL),
	ROW(VM_MUNMAP, OWN, range, space, bad_space, -ESRCH),
	ROW(VM_MUNMAP, OWN, range, address, bad_address, -EINVAL),
	ROW(VM_MUNMAP, OWN, range, bytes, bad_bytes, -EINVAL),
	ROW(VM_MPROTECT, OWN, protect, space, bad_space, -ESRCH),
	ROW(VM_MPROTECT, OWN, protect, protection, bad_protection, -EINVAL),
	ROW(VM_MPROTECT, OWN, protect, address, bad_address, -EINVAL),
	ROW(VM_MPROTECT, OWN, protect, bytes, bad_bytes, -EINVAL),
	ROW(VM_MREMAP, OWN, remap, space, bad_space, -ESRCH),
	ROW(VM_MREMAP, OWN, remap, flags, bad_remap_flags, -EINVAL),
	ROW(VM_MREMAP, OWN, remap, address, bad_address, -EINVAL),
	ROW(VM_MREMAP, OWN, remap, old_bytes, bad_bytes, -EINVAL),
	ROW(VM_MREMAP, OWN, remap, new_bytes, odd_bytes, -EINVAL),
	ROW(VM_MREMAP, OWN, remap, new_bytes, huge_bytes, -ENOMEM),
	ROW(VM_MREMAP, OWN, remap_fixed, new_address, bad_address, -EINVAL),
	ROW(VM_MREMAP, OWN, remap_fixed, new_bytes, bad_bytes, -EINVAL),
	ROW(VM_INFO, OWN, info, space, bad_space, -ESRCH),
	ROW(VM_INFO, OWN, info, what, bad_what, -EINVAL),
	ROW(VM_INFO, OWN, info, address, bad_target, -EFAULT),
	ROW(VM_MAP_PHYSICAL, VM_RIGHT_PHYSICAL, physical, space, bad_space, -ESRCH),
	ROW(VM_MAP_PHYSICAL, VM_RIGHT_PHYSICAL, physical, protection, bad_protection, -EINVAL),
	ROW(VM_MAP_PHYSICAL, VM_RIGHT_PHYSICAL, physical, bytes, odd_bytes, -EINVAL),
	ROW(VM_MAP_PHYSICAL, VM_RIGHT_PHYSICAL, physical, physical, bad_physical, -EINVAL),
	ROW(VM_SPACE_CREATE, OTHERS, create, thread, bad_thread, -ESRCH),
	ROW(VM_SPACE_FORK, OTHERS, fork, parent, bad_space, -ESRCH),
	ROW(VM_SPACE_FORK, OTHERS, fork, thread, bad_thread, -ESRCH),
	ROW(VM_SPACE_DESTROY, OTHERS, one, space, bad_space, -ESRCH),
	ROW(VM_SPACE_ENDING, OTHERS, one, space, bad_space, -ESRCH),
	ROW(VM_MESSAGE_PAGE, OTHERS, one, space, bad_space, -ESRCH),
	ROW(VM_SET_RIGHTS, OTHERS, rights, space, bad_space, -ESRCH),
	ROW(VM_SET_RIGHTS, OTHERS, rights, rights, bad_rights, -ENOTALLOWED),
};

static void good_fill(space_t space, long start, unsigned int pages)
{
	const u64 address = (u64)start, bytes = pages * PAGE;

	good.brk = (struct vm_brk_req){.space = space, .address = 0x500000};
	good.map = (struct vm_mmap_req){.space = space, .protection = VM_READ, .bytes = bytes};
	good.map_fixed = good.map;
	good.map_fixed.address = address;
	good.map_fixed.flags = VM_MAP_FIXED;
	good.range = (struct vm_range_req){.space = space, .address = address, .bytes = bytes};
	good.protect = (struct vm_mprotect_req){
		.space = space, .protection = VM_READ, .address = address, .bytes = bytes};
	good.remap = (struct vm_mremap_req){
		.space = space,
		.flags = VM_MREMAP_MAYMOVE,
		.address = address,
		.old_bytes = bytes,
		.new_bytes = bytes,
	};
	good.remap_fixed = good.remap;
	good.remap_fixed.flags = VM_MREMAP_MAYMOVE | VM_MREMAP_FIXED;
	good.remap_fixed.new_address = address + 2 * bytes;
	good.info = (struct vm_info_req){
		.space = space,
		.address = (uintptr_t)&info_room,
		.bytes = sizeof(info_room),
	};
	good.physical =
		(struct vm_map_physical_req){.space = space, .protection = VM_READ, .bytes = PAGE};
	good.fork.parent = space;
	good.one.space = space;
	good.rights.space = space;
}

bool hostile_get(unsigned int number, uint32_t rights, space_t space, long start,
		 unsigned int pages, struct hostile *hostile)
{
	good_fill(space, start, pages);
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];

		if (row->right & ~rights)
			continue;
		if (number >= row->bad->count) {
			number -= row->bad->count;
			continue;
		}
		memset(hostile, 0, sizeof(*hostile));
		memcpy(hostile->request, row->request, row->size);
		memcpy(hostile->request + row->at, &row->bad->value[number], row->width);
		hostile->type = row->type;
		hostile->error = row->error;
		hostile->field = row->field;
		hostile->value = row->bad->value[number];
		return true;
	}
	return false;
}

int hostile_ask(const struct hostile *hostile)
{
	struct message *message = &message_page()->message;
	int error;

	message->type = hostile->type;
	memcpy(message->payload, hostile->request, sizeof(hostile->request));
	error = ipc_call(VM_ENDPOINT);
	return error != 0 ? error : (int)message->type;
}
