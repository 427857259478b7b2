/* Loading: VM makes the memory, lib/exec says which, the kernel copies from the archive. */
#include <loader.h>

#include <arch/layout.h>
#include <exec.h>
#include <skerry/kernel_call.h>
#include <vm_call.h>

/* What VM cannot map or the kernel not fill, for want of memory or because the file asks for the
 * impossible. */
static int refusal(int error)
{
	return error == 0 || error == -ENOMEM ? error : -ENOEXEC;
}

/* The memory is mapped and writable: only frames can be missing. */
static int put(uint64_t to, const void *from, uint64_t bytes)
{
	return loader_put(to, from, bytes) == 0 ? 0 : -ENOMEM;
}

/* What exec_load() hands to its call-backs. */
struct loading {
	const struct loader_plan *plan;
	struct exec_image image;
};

/* Does the file fill every page of the segment that begins there? */
static bool is_filled(const struct exec_image *image, uint64_t address, uint64_t size)
{
	for (unsigned int i = 0; i < image->segment_count; i++) {
		const struct exec_segment *segment = &image->segments[i];

		if (segment->vaddr - address < ARCH_PAGE_SIZE)
			return segment->vaddr + segment->file_size >
			       address + size - ARCH_PAGE_SIZE;
	}
	return false;
}

/* With frames at once where all will be written: else the copy asks VM for them. */
static int segment_map(void *context, uint64_t address, uint64_t size, uint32_t flags)
{
	const struct loading *loading = context;
	const struct vm_mmap_req request = {
		.space = loading->plan->space,
		.protection = VM_READ | VM_WRITE,
		.flags = VM_MAP_FIXED_NOREPLACE |
			 (is_filled(&loading->image, address, size) ? VM_MAP_POPULATE : 0),
		.address = address,
		.bytes = size,
	};

	(void)flags;
	return refusal(vm_mmap(&request, NULL));
}

static int segment_copy(void *context, uint64_t address, uint64_t file_offset, uint64_t size)
{
	const struct loading *loading = context;

	return put(address, (const char *)loading->plan->file + file_offset, size);
}

static int segment_protect(void *context, uint64_t address, uint64_t size, uint32_t flags)
{
	const struct loading *loading = context;
	const struct vm_mprotect_req request = {
		.space = loading->plan->space,
		.protection = VM_READ | (flags & EXEC_WRITE ? VM_WRITE : 0) |
			      (flags & EXEC_EXECUTE ? VM_EXECUTE : 0),
		.address = address,
		.bytes = size,
	};

	if (request.protection == (VM_READ | VM_WRITE))
		return 0;
	return refusal(vm_mprotect(&request, NULL));
}

static int image_load(struct loading *loading)
{
	static const struct exec_ops ops = {
		.map = segment_map, .copy = segment_copy, .protect = segment_protect};
	const struct exec_target target = {
		.machine = ARCH_ELF_MACHINE,
		.bits = sizeof(uintptr_t) * 8,
		.page_size = ARCH_PAGE_SIZE,
		.low = ARCH_PAGE_SIZE,
		.high = ARCH_USER_LIMIT,
	};
	struct exec_memory archived = {loading->plan->file, loading->plan->file_bytes};
	const struct exec_file file = {exec_memory_read, &archived, archived.size};
	struct exec_image *image = &loading->image;

	if (exec_read(&target, &file, image) != 0 || image->is_dynamic || image->has_interpreter)
		return -ENOEXEC;
	return exec_load(&ops, loading, image, 0);
}

static int heap_place(const struct loader_plan *plan, const struct exec_image *image)
{
	const struct vm_brk_req request = {.address = image->high, .space = plan->space};

	return refusal(vm_brk(&request, NULL));
}

static int stack_make(const struct loader_plan *plan, struct loader_program *program)
{
	const struct vm_mmap_req request = {
		.space = plan->space,
		.protection = VM_READ | VM_WRITE,
		.flags = plan->stack_flags,
		.bytes = plan->stack_bytes,
	};
	struct vm_address_reply reply;
	const int error = refusal(vm_mmap(&request, &reply));

	if (error == 0)
		program->stack_top = (uintptr_t)reply.address + plan->stack_bytes;
	return error;
}

int loader_load(const struct loader_plan *plan, struct loader_program *program)
{
	struct loading loading = {.plan = plan};
	const struct exec_image *image = &loading.image;
	int error = image_load(&loading);

	if (error == 0)
		error = heap_place(plan, image);
	if (error == 0)
		error = stack_make(plan, program);
	if (error != 0)
		return error;
	program->entry = (uintptr_t)image->entry;
	program->headers = (uintptr_t)image->phdr_address;
	program->header_size = image->phdr_size;
	program->header_count = image->phdr_count;
	return 0;
}
