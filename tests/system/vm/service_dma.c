/* Cases of memory that devices reach. No device is needed: what matters is whose the frames are. */
#include "service_case.h"

#include "service_granter.h"
#include <arch/provoke.h>
#include <service.h>
#include <string.h>
#include <vm_call.h>

#define VGA ((uint64_t)ARCH_PLAY_MEMORY)
#define ENTRIES_MAX 1024u /* of one space */
#define CHECK_CALLS 1100u /* VM's own check comes by, in debug builds */

static int add(space_t space, uint64_t physical, uint64_t bytes)
{
	const struct vm_dma_req request = {.space = space, .physical = physical, .bytes = bytes};

	return vm_dma_add(&request, NULL);
}

static int take_back(space_t space, uint64_t physical, uint64_t bytes)
{
	const struct vm_dma_req request = {.space = space, .physical = physical, .bytes = bytes};

	return vm_dma_delete(&request, NULL);
}

static int get(uint64_t next, struct vm_dma_get_reply *found)
{
	const struct vm_dma_get_req request = {.next = next};

	return vm_dma_get(&request, found);
}

static void be_checked(void)
{
	for (unsigned int i = 0; i < CHECK_CALLS; i++)
		(void)statistics_get();
}

bool service_dma_unmap(void)
{
	const struct vm_statistics before = statistics_get();
	const long start = map(8 * PAGE, RW, VM_MAP_CONTIGUOUS);
	uint64_t physical, other_physical;
	long other;

	EXPECT_EQ(physical_of(start, 8 * PAGE, &physical), 0);
	EXPECT_EQ(add(0, physical, 8 * PAGE), 0);
	EXPECT_EQ(add(0, physical + PAGE, PAGE), 0); /* a part of it, for another transfer */
	EXPECT_EQ(statistics_get().frames_dma, before.frames_dma);
	EXPECT_EQ(unmap((uint64_t)start, 8 * PAGE), 0);
	EXPECT_EQ(statistics_get().frames_dma, before.frames_dma + 8);
	EXPECT_EQ(statistics_get().frames_user, before.frames_user);
	be_checked();
	other = map(8 * PAGE, RW, VM_MAP_CONTIGUOUS);
	EXPECT_EQ(physical_of(other, 8 * PAGE, &other_physical), 0);
	EXPECT(other_physical + 8 * PAGE <= physical || physical + 8 * PAGE <= other_physical);
	EXPECT_EQ(add(0, physical + 4 * PAGE, PAGE), -EFAULT); /* it stands there no more */
	EXPECT_EQ(take_back(0, physical, 8 * PAGE), 0);
	EXPECT_EQ(statistics_get().frames_dma, before.frames_dma + 1);
	EXPECT_EQ(take_back(0, physical + PAGE, PAGE), 0);
	EXPECT_EQ(statistics_get().frames_dma, before.frames_dma);
	EXPECT_EQ(unmap((uint64_t)other, 8 * PAGE), 0);
	/* Taken back before the unmap it was never more than a map. */
	other = map(2 * PAGE, RW, VM_MAP_CONTIGUOUS);
	EXPECT_EQ(physical_of(other, 2 * PAGE, &physical), 0);
	EXPECT_EQ(add(0, physical, 2 * PAGE), 0);
	EXPECT_EQ(take_back(0, physical, 2 * PAGE), 0);
	EXPECT_EQ(unmap((uint64_t)other, 2 * PAGE), 0);
	EXPECT_EQ(statistics_get().frames_dma, before.frames_dma);
	return true;
}

bool service_dma_private(void)
{
	const long start = map(2 * PAGE, RW, VM_MAP_POPULATE);
	const uint64_t copies = usage_get(0).faults_copied;
	uint64_t physical, now;
	space_t fork;

	EXPECT_EQ(physical_of(start, PAGE, &physical), 0);
	EXPECT_EQ(add(0, physical, PAGE), 0);
	byte_at(start)[5] = 1;
	be_checked();
	EXPECT_EQ(fork_of(0, service_start()->endpoint, &fork), 0);
	byte_at(start)[5] = 2;
	EXPECT_EQ(physical_of(start, PAGE, &now), 0);
	EXPECT_EQ(now, physical);
	EXPECT_EQ(usage_get(0).faults_copied, copies);
	EXPECT_EQ(add(fork, physical, PAGE), -EFAULT); /* it has a copy */
	EXPECT_EQ(space_end(fork), 0);
	EXPECT_EQ(take_back(0, physical, PAGE), 0);
	/* What a fork shares is not one's own before one writes. */
	EXPECT_EQ(fork_of(0, service_start()->endpoint, &fork), 0);
	EXPECT_EQ(add(0, physical, PAGE), -EFAULT);
	byte_at(start)[5] = 3;
	EXPECT_EQ(physical_of(start, PAGE, &physical), 0);
	EXPECT_EQ(add(0, physical, PAGE), 0);
	EXPECT_EQ(take_back(0, physical, PAGE), 0);
	EXPECT_EQ(space_end(fork), 0);
	EXPECT_EQ(unmap((uint64_t)start, 2 * PAGE), 0);
	return true;
}

bool service_dma_copied(void)
{
	const long buffer = map(8 * PAGE, RW, VM_MAP_POPULATE), other = map(8 * PAGE, RW, 0);
	const struct peer me = {.thread = service_start()->endpoint};
	const grant_t grant = granter_give(&me, other, 8 * PAGE, GRANT_READ | GRANT_WRITE);
	struct vm_safecopy_req copy = {
		.granter = me.thread,
		.grant = grant,
		.address = (uint64_t)buffer,
		.bytes = 8 * PAGE,
	};
	uint64_t physical, now;

	EXPECT_EQ(physical_of(buffer, PAGE, &physical), 0);
	EXPECT_EQ(add(0, physical, PAGE), 0);
	for (copy.write = 0; copy.write < 2; copy.write++) {
		memset((void *)(copy.write ? buffer : other), (int)copy.write + 3, 8 * PAGE);
		EXPECT_EQ(vm_safecopy(&copy, NULL), 0);
		memset((void *)buffer, 9, PAGE);
		EXPECT_EQ(physical_of(buffer, PAGE, &now), 0);
		EXPECT_EQ(now, physical);
		EXPECT_EQ(*byte_at(other), copy.write + 3);
	}
	EXPECT_EQ(take_back(0, physical, PAGE), 0);
	EXPECT_EQ(grant_revoke(granter(), grant), 0);
	EXPECT_EQ(unmap((uint64_t)buffer, 8 * PAGE), 0);
	EXPECT_EQ(unmap((uint64_t)other, 8 * PAGE), 0);
	return true;
}

/* A space that shows `pages` pages of ours, which it has under DMA. */
static bool driver_make(long shared, unsigned int pages, space_t *driver, uint64_t physical[])
{
	struct vm_page_in_req page_in = {
		.access = VM_READ,
		.address = (uint64_t)shared,
		.bytes = pages * PAGE,
	};

	EXPECT_EQ(fork_of(0, service_start()->endpoint, driver), 0);
	page_in.space = *driver;
	EXPECT_EQ(vm_page_in(&page_in, NULL), 0);
	for (unsigned int i = 0; i < pages; i++) {
		EXPECT_EQ(physical_of(shared + (long)(i * PAGE), PAGE, &physical[i]), 0);
		EXPECT_EQ(add(*driver, physical[i], PAGE), 0);
	}
	return true;
}

bool service_dma_death(void)
{
	const uint64_t frames_dma = statistics_get().frames_dma;
	const long shared = map(2 * PAGE, RW, VM_MAP_SHARED | VM_MAP_POPULATE);
	struct vm_dma_get_reply found;
	uint64_t physical[2];
	space_t driver;

	EXPECT(driver_make(shared, 2, &driver, physical));
	EXPECT_EQ(get(0, &found), -ENOENT); /* it lives */
	EXPECT_EQ(take_back(driver, physical[0], PAGE), 0);
	EXPECT_EQ(space_end(driver), 0);
	EXPECT_EQ(get(0, &found), 0);
	EXPECT_EQ(found.space, driver);
	EXPECT_EQ(found.physical, physical[1]);
	EXPECT_EQ(found.bytes, PAGE);
	EXPECT_EQ(get(found.next, &found), -ENOENT);
	EXPECT_EQ(statistics_get().frames_dma, frames_dma); /* we have it still */
	EXPECT_EQ(unmap((uint64_t)shared, 2 * PAGE), 0);
	EXPECT_EQ(statistics_get().frames_dma, frames_dma + 1);
	be_checked();
	EXPECT_EQ(take_back(0, physical[1], PAGE), -ENOENT);
	EXPECT_EQ(take_back(driver, physical[0], PAGE), -ENOENT);
	EXPECT_EQ(take_back(driver, physical[1], PAGE), 0);
	EXPECT_EQ(take_back(driver, physical[1], PAGE), -ENOENT);
	EXPECT_EQ(get(0, &found), -ENOENT);
	EXPECT_EQ(statistics_get().frames_dma, frames_dma);
	return true;
}

bool service_dma_several(void)
{
	const long shared = map(6 * PAGE, RW, VM_MAP_SHARED | VM_MAP_POPULATE);
	struct vm_dma_get_reply found = {0};
	uint64_t physical[2][3];
	space_t driver[2];

	EXPECT(driver_make(shared, 3, &driver[0], physical[0]));
	EXPECT(driver_make(shared + 3 * (long)PAGE, 3, &driver[1], physical[1]));
	EXPECT_EQ(space_end(driver[1]), 0);
	EXPECT_EQ(space_end(driver[0]), 0);
	/* In the order they were added, whoever died first; each is given back when it is found. */
	for (unsigned int i = 0; i < 6; i++) {
		EXPECT_EQ(get(found.next, &found), 0);
		EXPECT_EQ(found.space, driver[i / 3]);
		EXPECT_EQ(found.physical, physical[i / 3][i % 3]);
		if (i % 2 == 0)
			EXPECT_EQ(take_back(found.space, found.physical, found.bytes), 0);
	}
	EXPECT_EQ(get(found.next, &found), -ENOENT);
	for (unsigned int i = 1; i < 6; i += 2) {
		EXPECT_EQ(get(0, &found), 0);
		EXPECT_EQ(found.physical, physical[i / 3][i % 3]);
		EXPECT_EQ(take_back(found.space, found.physical, found.bytes), 0);
	}
	EXPECT_EQ(get(0, &found), -ENOENT);
	EXPECT_EQ(unmap((uint64_t)shared, 6 * PAGE), 0);
	return true;
}

bool service_dma_refused(void)
{
	const long around = map(6 * PAGE, RW, VM_MAP_CONTIGUOUS), start = around + PAGE,
		   screen = VGA != 0 ? map_physical(VGA, PAGE, RW) : map(PAGE, RW, 0);
	uint64_t physical;
	space_t other;

	EXPECT_EQ(physical_of(start, 4 * PAGE, &physical), 0);
	/* The frames on both sides are nobody's, and stay so. */
	EXPECT_EQ(add(0, physical - PAGE, PAGE), 0);
	EXPECT_EQ(add(0, physical + 4 * PAGE, PAGE), 0);
	EXPECT_EQ(unmap((uint64_t)around, PAGE), 0);
	EXPECT_EQ(unmap((uint64_t)start + 4 * PAGE, PAGE), 0);
	EXPECT_EQ(space_make(&other), 0);
	const struct {
		space_t space;
		uint64_t physical, bytes;
		int error;
	} rows[] = {
		{0, physical, 0, -EINVAL},
		{0, physical + 1, PAGE, -EINVAL},
		{0, physical, PAGE + 1, -EINVAL},
		{0, ~0ull - PAGE + 1, PAGE, -EINVAL},
		{0, physical, ~0ull - PAGE + 1, -EINVAL},
		{0, 0x100000000ull + physical, PAGE, -EINVAL},
		{0, 0xFFFFF000u, PAGE, -EFAULT},
		{0, 0, PAGE, -EFAULT},
		{0, VGA, PAGE, -EFAULT}, /* a device's own memory is not VM's to keep */
		{0, physical, 5 * PAGE, -EFAULT},
		{0, physical - PAGE, 2 * PAGE, -EFAULT},
		{other, physical, PAGE, -EFAULT},
		{other + 4096, physical, PAGE, -ESRCH},
	};

	EXPECT_EQ(byte_at(screen)[0] & 0, 0);
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const int found = add(rows[i].space, rows[i].physical, rows[i].bytes);

		if (found != rows[i].error)
			sys_print("# row %u: %d\n", i, found);
		EXPECT(found == rows[i].error);
	}
	EXPECT_EQ(add(0, physical, 4 * PAGE), 0);
	EXPECT_EQ(add(0, physical, 4 * PAGE), -EEXIST);
	EXPECT_EQ(take_back(0, physical, 3 * PAGE), -ENOENT);
	EXPECT_EQ(take_back(0, physical + PAGE, 3 * PAGE), -ENOENT);
	EXPECT_EQ(take_back(other, physical, 4 * PAGE), -ENOENT);
	EXPECT_EQ(take_back(0, physical, 4 * PAGE + 1), -EINVAL);
	EXPECT_EQ(take_back(0, physical, 4 * PAGE), 0);
	EXPECT_EQ(take_back(0, physical - PAGE, PAGE), 0);
	EXPECT_EQ(take_back(0, physical + 4 * PAGE, PAGE), 0);
	EXPECT_EQ(space_end(other), 0);
	EXPECT_EQ(unmap((uint64_t)start, 4 * PAGE), 0);
	EXPECT_EQ(unmap((uint64_t)screen, PAGE), 0);
	return true;
}

/* The i-th of all ranges in 64 pages. */
static void range_at(unsigned int i, uint64_t *offset, uint64_t *bytes)
{
	*offset = i % 32 * PAGE;
	*bytes = (i / 32 + 1) * PAGE;
}

bool service_dma_many(void)
{
	const long start = map(65 * PAGE, RW, VM_MAP_CONTIGUOUS);
	uint64_t physical, offset, bytes;

	EXPECT_EQ(physical_of(start, 65 * PAGE, &physical), 0);
	for (unsigned int i = 0; i < ENTRIES_MAX; i++) {
		range_at(i, &offset, &bytes);
		EXPECT_EQ(add(0, physical + offset, bytes), 0);
	}
	EXPECT_EQ(add(0, physical + 64 * PAGE, PAGE), -ENOSPC);
	EXPECT_EQ(take_back(0, physical + 64 * PAGE, PAGE), -ENOENT);
	EXPECT_EQ(unmap((uint64_t)start, 65 * PAGE), 0);
	for (unsigned int i = 0; i < ENTRIES_MAX; i++) {
		range_at(i, &offset, &bytes);
		EXPECT_EQ(take_back(0, physical + offset, bytes), 0);
	}
	EXPECT_EQ(statistics_get().frames_dma, 0);
	return true;
}

bool service_dma_cleared(void)
{
	const long shared = map(PAGE, RW, VM_MAP_SHARED | VM_MAP_POPULATE);
	struct vm_dma_get_reply found;
	struct vm_space_req request;
	uint64_t physical[1];

	EXPECT(driver_make(shared, 1, &request.space, physical));
	EXPECT_EQ(vm_space_clear(&request, NULL), 0);
	EXPECT_EQ(get(0, &found), 0);
	EXPECT_EQ(found.space, request.space);
	EXPECT_EQ(take_back(request.space, physical[0], PAGE), 0);
	EXPECT_EQ(get(0, &found), -ENOENT);
	EXPECT_EQ(space_end(request.space), 0);
	EXPECT_EQ(unmap((uint64_t)shared, PAGE), 0);
	return true;
}
