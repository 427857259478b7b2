/* Cases of physical and contiguous memory, and of the kernel's copies. */
#include "service_case.h"

#include "tests/system/user/runner.h"
#include <arch/provoke.h>
#include <string.h>
#include <sys_call.h>

#define VGA ((uint64_t)ARCH_PLAY_MEMORY) /* configs/system.conf lists it */
#define VGA_BYTES 0x20000ull
#define TEXT 0x18000u /* where a PC's text is, in it */

int physical_of(long address, size_t bytes, uint64_t *physical)
{
	const struct sys_umap_req request = {
		.target = EP_SELF,
		.address = (uint64_t)address,
		.bytes = bytes,
	};
	struct sys_umap_reply reply = {0};
	const int error = sys_umap(&request, &reply);

	*physical = reply.physical;
	return error;
}

/* Is there a device's memory that may be written? */
static bool has_memory(void)
{
	if (VGA == 0)
		runner_skip("no device memory to play with");
	return VGA != 0;
}

static bool physical_is_mapped(void)
{
	const long start = map_physical(VGA, VGA_BYTES, RW);
	const long again = map_physical(VGA + TEXT, PAGE, VM_READ);
	volatile uint8_t *cell;
	struct vm_region_info region;
	uint64_t physical;

	EXPECT(start > 0 && again > 0);
	cell = byte_at(start + TEXT + 2 * (80 * 24 + 79));
	*cell = 'v';
	EXPECT_EQ(*cell, 'v');
	EXPECT_EQ(*byte_at(again + 2 * (80 * 24 + 79)), 'v');
	*cell = ' ';
	EXPECT_EQ(physical_of(again, PAGE, &physical), 0);
	EXPECT_EQ(physical, VGA + TEXT);
	EXPECT(region_get(0, (uint64_t)start, &region));
	EXPECT(strcmp(region.type, "physical") == 0);
	EXPECT_EQ(region.bytes, VGA_BYTES);
	EXPECT_EQ(unmap((uint64_t)start, VGA_BYTES), 0);
	EXPECT_EQ(unmap((uint64_t)again, PAGE), 0);
	return true;
}

bool service_physical(void)
{
	return !has_memory() || physical_is_mapped();
}

static bool physical_is_refused(void)
{
	static const struct {
		uint64_t physical, bytes;
		uint32_t protection;
		int error;
	} rows[] = {
		{VGA, 0, RW, -EINVAL},
		{VGA + 1, PAGE, RW, -EINVAL},
		{VGA, 100, RW, -EINVAL},
		{VGA, PAGE, 8, -EINVAL},
		{VGA - PAGE, PAGE, RW, -EPERM},
		{VGA - PAGE, 2 * PAGE, RW, -EPERM},
		{VGA + VGA_BYTES, PAGE, VM_READ, -EPERM},
		{VGA, VGA_BYTES + PAGE, RW, -EPERM},
		{0, PAGE, VM_READ, -EPERM},
		{0x100000, PAGE, VM_READ, -EPERM},
		{0x2000000, PAGE, VM_READ, -EPERM},
		{0xFEE00000u, PAGE, RW, -EPERM},
		{0xFFFFF000u, PAGE, RW, -EINVAL},
		{VGA, 0 - VGA, RW, -EINVAL},
		{VGA, 0x100000000ull - VGA, RW, -EINVAL},
		{0x100000000ull + VGA, PAGE, RW, -EINVAL},
		{VGA, 0x100000000ull + PAGE, RW, -EINVAL},
		{~0ull - PAGE + 1, PAGE, RW, -EINVAL},
		{~0ull - PAGE + 1, 2 * PAGE, RW, -EINVAL},
	};

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const long found =
			map_physical(rows[i].physical, rows[i].bytes, rows[i].protection);

		if (found != rows[i].error)
			sys_print("# row %u: %ld\n", i, found);
		EXPECT(found == rows[i].error);
	}
	return true;
}

bool service_physical_refused(void)
{
	return !has_memory() || physical_is_refused();
}

static bool physical_changes(void)
{
	const long start = map_physical(VGA, 8 * PAGE, RW);
	uint64_t physical;
	long moved;

	EXPECT(start > 0);
	EXPECT_EQ(*byte_at(start + 7 * PAGE) & 0, 0);
	EXPECT_EQ(remap((uint64_t)start, 8 * PAGE, 9 * PAGE, VM_MREMAP_MAYMOVE, 0), -EINVAL);
	EXPECT_EQ(unmap((uint64_t)start + 2 * PAGE, PAGE), 0);
	EXPECT_EQ(protect((uint64_t)start + 3 * PAGE, 2 * PAGE, VM_READ), 0);
	EXPECT_EQ(*byte_at(start + 4 * PAGE) & 0, 0);
	EXPECT_EQ(physical_of(start + 4 * PAGE, PAGE, &physical), 0);
	EXPECT_EQ(physical, VGA + 4 * PAGE);
	EXPECT_EQ(protect((uint64_t)start + 7 * PAGE, PAGE, VM_READ), 0); /* one that is there */
	for (unsigned int i = 0; i < 1100; i++) /* VM's own check comes by, in debug builds */
		(void)statistics_get();
	moved = remap((uint64_t)start + 4 * PAGE, PAGE, PAGE, VM_MREMAP_MAYMOVE | VM_MREMAP_FIXED,
		      (uint64_t)start - 64 * PAGE);
	EXPECT_EQ(moved, start - 64 * PAGE);
	EXPECT_EQ(*byte_at(moved) & 0, 0);
	EXPECT_EQ(physical_of(moved, PAGE, &physical), 0);
	EXPECT_EQ(physical, VGA + 4 * PAGE);
	EXPECT_EQ(unmap((uint64_t)moved, PAGE), 0);
	EXPECT_EQ(unmap((uint64_t)start, 8 * PAGE), 0);
	return true;
}

bool service_physical_change(void)
{
	return !has_memory() || physical_changes();
}

bool service_contiguous(void)
{
	const uint64_t frames = statistics_get().frames_user;
	const long start = map(40 * PAGE, RW, VM_MAP_CONTIGUOUS);
	uint64_t physical, last;

	EXPECT(start > 0);
	EXPECT_EQ(statistics_get().frames_user, frames + 40);
	EXPECT_EQ(physical_of(start, 40 * PAGE, &physical), 0);
	EXPECT_EQ(physical_of(start + 39 * PAGE, PAGE, &last), 0);
	EXPECT_EQ(last, physical + 39 * PAGE);
	for (size_t i = 0; i < 40 * PAGE; i++)
		EXPECT_EQ(byte_at(start)[i], 0);
	memset((void *)start, 0xCC, 40 * PAGE);
	EXPECT_EQ(remap((uint64_t)start, 40 * PAGE, 41 * PAGE, VM_MREMAP_MAYMOVE, 0), -EINVAL);
	/* Two that touch stay two. */
	EXPECT_EQ(protect((uint64_t)start + PAGE, PAGE, VM_READ), 0);
	EXPECT_EQ(protect((uint64_t)start + PAGE, PAGE, RW), 0);
	byte_at(start)[PAGE] = 1;
	EXPECT_EQ(unmap((uint64_t)start + 10 * PAGE, 10 * PAGE), 0);
	EXPECT_EQ(statistics_get().frames_user, frames + 30);
	EXPECT_EQ(physical_of(start + 20 * PAGE, PAGE, &last), 0);
	EXPECT_EQ(last, physical + 20 * PAGE);
	EXPECT_EQ(unmap((uint64_t)start, 40 * PAGE), 0);
	EXPECT_EQ(statistics_get().frames_user, frames);
	return true;
}

bool service_contiguous_low(void)
{
	const long start = map(16 * PAGE, RW, VM_MAP_CONTIGUOUS | VM_MAP_LOW);
	uint64_t physical;

	EXPECT(start > 0);
	EXPECT_EQ(physical_of(start, 16 * PAGE, &physical), 0);
	EXPECT(ARCH_LOW_MEMORY_END == 0 || physical + 16 * PAGE <= ARCH_LOW_MEMORY_END);
	EXPECT_EQ(unmap((uint64_t)start, 16 * PAGE), 0);
	return true;
}

bool service_contiguous_refused(void)
{
	const struct vm_statistics before = statistics_get();
	long start;

	EXPECT_EQ(map((before.largest_free + 1) * PAGE, RW, VM_MAP_CONTIGUOUS), -ENOMEM);
	if (ARCH_LOW_MEMORY_END != 0) {
		EXPECT_EQ(map(ARCH_LOW_MEMORY_END + PAGE, RW, VM_MAP_CONTIGUOUS | VM_MAP_LOW),
			  -ENOMEM);
	}
	EXPECT_EQ(statistics_get().regions, before.regions);
	EXPECT_EQ(statistics_get().frames_user, before.frames_user);
	/* A refused one takes nothing away. */
	start = map_at(0x10000000, PAGE, RW, VM_MAP_FIXED_NOREPLACE);
	EXPECT_EQ(start, 0x10000000);
	*byte_at(start) = 5;
	EXPECT_EQ(map_at((uint64_t)start, (before.largest_free + 1) * PAGE, RW,
			 VM_MAP_CONTIGUOUS | VM_MAP_FIXED_NOREPLACE),
		  -EEXIST);
	EXPECT_EQ(*byte_at(start), 5);
	EXPECT_EQ(unmap((uint64_t)start, PAGE), 0);
	return true;
}

/* --- Copies ----------------------------------------------------------------------------------- */

static int copy(long from, long to, size_t bytes, uint32_t flags)
{
	const struct sys_copy_req request = {
		.source = EP_SELF,
		.destination = EP_SELF,
		.source_address = (uint64_t)from,
		.destination_address = (uint64_t)to,
		.bytes = bytes,
		.flags = flags,
	};

	return sys_vircopy(&request, NULL);
}

/* By the kernel: a fault of a service is its end. */
bool service_contiguous_hidden(void)
{
	const long start = map(2 * PAGE, 0, VM_MAP_CONTIGUOUS), other = map(PAGE, RW, 0);

	EXPECT(start > 0 && other > 0);
	EXPECT_EQ(copy(start, other, 8, CPF_TRY), -EFAULT);
	EXPECT_EQ(copy(start, other, 8, 0), -EFAULT);
	EXPECT_EQ(protect((uint64_t)start, PAGE, VM_READ), 0);
	EXPECT_EQ(copy(start, other, 8, 0), 0);
	EXPECT_EQ(copy(other, start, 8, 0), -EFAULT);
	EXPECT_EQ(protect((uint64_t)start, PAGE, RW), 0);
	EXPECT_EQ(copy(other, start, 8, 0), 0);
	EXPECT_EQ(protect((uint64_t)start, PAGE, 0), 0);
	EXPECT_EQ(copy(start, other, 8, 0), -EFAULT);
	EXPECT_EQ(unmap((uint64_t)start, 2 * PAGE), 0);
	EXPECT_EQ(unmap((uint64_t)other, PAGE), 0);
	return true;
}

#define LARGE 100u /* pages: more than one request to VM */

bool service_copy_in(void)
{
	const long from = map(LARGE * PAGE, RW, 0), to = map(LARGE * PAGE, RW, 0);
	const struct sys_memset_req fill = {
		.target = EP_SELF,
		.value = 0x3C,
		.address = (uint64_t)from + 100,
		.bytes = (LARGE - 1) * PAGE,
	};

	EXPECT_EQ(copy(from, to, LARGE * PAGE, CPF_TRY), -EFAULT);
	EXPECT_EQ(sys_memset(&fill, NULL), 0);
	EXPECT_EQ(copy(from + 3, to + 1, LARGE * PAGE - 8, 0), 0);
	EXPECT_EQ(copy(from + 3, to + 1, LARGE * PAGE - 8, CPF_TRY), 0);
	for (size_t i = 0; i < LARGE * PAGE - 8; i++)
		EXPECT_EQ(byte_at(to)[i + 1], byte_at(from)[i + 3]);
	EXPECT_EQ(byte_at(to)[98], 0x3C);
	EXPECT_EQ(byte_at(to)[97], 0);
	EXPECT_EQ(unmap((uint64_t)from, LARGE * PAGE), 0);
	EXPECT_EQ(unmap((uint64_t)to, LARGE * PAGE), 0);
	return true;
}

bool service_copy_refused(void)
{
	const long start = map(8 * PAGE, RW, 0), hole = start + 2 * PAGE;
	const long read = start + 5 * PAGE;

	EXPECT_EQ(unmap((uint64_t)hole, PAGE), 0);
	EXPECT_EQ(protect((uint64_t)read, PAGE, VM_READ), 0);
	EXPECT_EQ(copy(hole, start, 8, 0), -EFAULT);
	EXPECT_EQ(copy(start, hole, 8, 0), -EFAULT);
	EXPECT_EQ(copy(hole - 4, start, 8, 0), -EFAULT);
	EXPECT_EQ(copy(start, hole - 4, 8, 0), -EFAULT);
	EXPECT_EQ(copy(start, read, 8, 0), -EFAULT);
	EXPECT_EQ(copy(start, read + PAGE - 4, 8, 0), -EFAULT);
	EXPECT_EQ(copy(read, start, 8, 0), 0);
	EXPECT_EQ(copy(start, 0, 8, 0), -EFAULT);
	EXPECT_EQ(copy(0, start, 8, 0), -EFAULT);
	EXPECT_EQ(copy(start, (long)(PROGRAM_END - 4), 8, 0), -EFAULT);
	EXPECT_EQ(copy(start, ARCH_KERNEL_PAGE, 8, 0), -EFAULT);
	EXPECT_EQ(unmap((uint64_t)start, 8 * PAGE), 0);
	return true;
}
