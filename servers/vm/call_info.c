/* What VM tells about memory. */
#include "call.h"

#include "memory.h"
#include "page_round.h"
#include "type.h"
#include <skerry/kernel_call.h>
#include <string.h>
#include <sys_call.h>

/* Into the caller's memory, which is paged in first. */
static int copy_out(const struct vm_caller *caller, uint64_t to, const void *from, size_t bytes)
{
	const struct sys_copy_req request = {
		.source = EP_SELF,
		.destination = caller->thread,
		.source_address = (uintptr_t)from,
		.destination_address = to,
		.bytes = bytes,
		.flags = CPF_TRY,
	};
	vaddr_t page = (vaddr_t)page_floor(to);

	if (to >= PROGRAM_HIGH || bytes > PROGRAM_HIGH - to)
		return -EFAULT;
	for (; page < to + bytes; page += ARCH_PAGE_SIZE) {
		USE(caller->space);

		if (space_fault(&caller->space->space, page, REGION_WRITE) != FAULT_DONE)
			return -EFAULT;
	}
	return sys_vircopy(&request, NULL) == 0 ? 0 : -EFAULT;
}

static unsigned int region_total;

static void regions_count(struct vm_space *space)
{
	region_total += space->space.regions.count;
}

static void statistics_fill(struct vm_statistics *to)
{
	struct frames_statistics now;

	frames_statistics(&frames, &now);
	region_total = 0;
	vm_spaces_visit(regions_count);
	*to = (struct vm_statistics){
		.page_size = ARCH_PAGE_SIZE,
		.frames = now.total,
		.frames_free = now.use[FRAME_FREE],
		.frames_kernel = now.use[FRAME_TABLE] + now.use[FRAME_OBJECT],
		.frames_user =
			now.use[FRAME_ANONYMOUS] + now.use[FRAME_DEVICE] + now.use[FRAME_KERNEL],
		.frames_dma = now.use[FRAME_HELD],
		.largest_free = now.longest_run,
		.spaces = vm_spaces_count(),
		.regions = region_total,
		.faults = vm_faults,
		.copies = vm_copies,
		.frames_cache = now.use[FRAME_CACHE],
		.frames_reclaimed = cache.reclaimed,
	};
}

static void usage_fill(const struct vm_space *space, struct vm_usage *to)
{
	struct page_reference reference;
	unsigned int i = 0;
	page_t page = 0;
	paddr_t table;

	*to = (struct vm_usage){
		.total = space->space.regions.bytes,
		.resident = (u64)space->space.pages.count * ARCH_PAGE_SIZE,
		.tables = ARCH_PAGE_SIZE,
		.faults = space->faults,
		.faults_copied = space->faults_copied,
		.heap_end = space->heap_end,
	};
	for (; pages_next(&space->space.pages, page, UINTPTR_MAX, &reference);
	     page = reference.page + 1)
		to->shared += frame_references(&frames, reference.frame) > 1 ? ARCH_PAGE_SIZE : 0;
	while (page_table_next(&space->table, &i, &table))
		to->tables += ARCH_PAGE_SIZE;
}

static uint32_t flags_of(const struct region *region)
{
	return (region->flags & REGION_SHARED ? VM_MAP_SHARED : 0) |
	       (region->floor < region->start ? VM_MAP_GROWS_DOWN : 0) |
	       (region->type == &type_contiguous ? VM_MAP_CONTIGUOUS : 0) |
	       (region->type == &type_guard ? VM_MAP_GUARD : 0);
}

static void region_fill(const struct region *region, struct vm_region_info *to)
{
	struct page_reference reference;
	page_t page = region->start / ARCH_PAGE_SIZE;
	const page_t end = region->end / ARCH_PAGE_SIZE;
	size_t length = 0;

	*to = (struct vm_region_info){
		.address = region->start,
		.bytes = region->end - region->start,
		.protection = (region->flags & REGION_READ ? VM_READ : 0) |
			      (region->flags & REGION_WRITE ? VM_WRITE : 0) |
			      (region->flags & REGION_EXECUTE ? VM_EXECUTE : 0),
		.flags = flags_of(region),
	};
	while (region->type->name[length] != '\0' && length < sizeof(to->type) - 1)
		length++;
	memcpy(to->type, region->type->name, length);
	for (; pages_next(&region->space->pages, page, end, &reference); page = reference.page + 1)
		to->resident += ARCH_PAGE_SIZE;
}

static int regions_copy(const struct vm_caller *caller, struct vm_space *space,
			const struct vm_info_req *req, struct vm_info_reply *rep)
{
	struct region *region = req->next < PROGRAM_HIGH
					? region_from(&space->space.regions, (vaddr_t)req->next)
					: NULL;
	struct vm_region_info info;
	int error;

	for (; region != NULL; region = region_next(region)) {
		if (req->bytes - rep->bytes < sizeof(info)) {
			rep->next = region->start;
			break;
		}
		region_fill(region, &info);
		error = copy_out(caller, req->address + rep->bytes, &info, sizeof(info));
		if (error != 0)
			return error;
		rep->bytes += sizeof(info);
	}
	return 0;
}

int vm_do_getrusage(const struct vm_caller *caller, const struct vm_space_req *req,
		    struct vm_getrusage_reply *rep)
{
	int error;
	const struct vm_space *space = call_space(caller, req->space, &error);

	if (space == NULL)
		return error;
	rep->peak = (u64)pages_peak(&space->space.pages) * ARCH_PAGE_SIZE;
	rep->faults_minor = space->faults - space->faults_major;
	rep->faults_major = space->faults_major;
	rep->faults_copied = space->faults_copied;
	return 0;
}

int vm_do_info(const struct vm_caller *caller, const struct vm_info_req *req,
	       struct vm_info_reply *rep)
{
	int error;
	struct vm_space *space = call_space(caller, req->space, &error);
	union {
		struct vm_statistics statistics;
		struct vm_usage usage;
	} info;

	if (space == NULL)
		return error;
	switch (req->what) {
	case VM_INFO_STATISTICS:
		statistics_fill(&info.statistics);
		rep->bytes = sizeof(info.statistics);
		break;
	case VM_INFO_USAGE:
		usage_fill(space, &info.usage);
		rep->bytes = sizeof(info.usage);
		break;
	case VM_INFO_REGIONS:
		return regions_copy(caller, space, req, rep);
	case VM_INFO_CHECK:
		return vm_check() ? 0 : -EINVAL;
	default:
		return -EINVAL;
	}
	if (rep->bytes > req->bytes)
		rep->bytes = req->bytes;
	return copy_out(caller, req->address, &info, (size_t)rep->bytes);
}
