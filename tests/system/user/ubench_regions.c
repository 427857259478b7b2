/* What a space's number of regions costs: single pages with holes between them, 10 to 100,000, and
 * operations on those in the middle.
 */
#include "ubench.h"

#include <skerry/vm.h>
#include <sys.h>
#include <vm_call.h>

#define COUNT_LOWEST 10u
#define COUNT_HIGHEST 100000u
#define ROUNDS 200u
#define BASE ((vaddr_t)0x10000000)
#define SPACING ((vaddr_t)2 * ARCH_PAGE_SIZE)
#define SHUFFLE 7919u /* a prime: every region comes once, in no order */

enum { STEP_FIND, STEP_FAULT, STEP_UNMAP, STEP_MAP, STEP_PLACE, STEPS };

static const struct {
	const char *name;
	enum ubench_id id;
} steps[STEPS] = {
	[STEP_FIND] = {"find", ID_REGION_FIND},	   [STEP_FAULT] = {"fault", ID_REGION_FAULT},
	[STEP_UNMAP] = {"unmap", ID_REGION_UNMAP}, [STEP_MAP] = {"map", ID_REGION_MAP},
	[STEP_PLACE] = {"place", ID_REGION_PLACE},
};

static nanoseconds_t elapsed[STEPS];

static void make(unsigned int count)
{
	for (uint64_t i = 0; i < count; i++)
		(void)ubench_map(BASE + (vaddr_t)(i * SHUFFLE % count) * SPACING, ARCH_PAGE_SIZE,
				 VM_MAP_FIXED_NOREPLACE);
}

/* Looked up and refused: something is there. */
static void find(vaddr_t page)
{
	const struct vm_mmap_req request = {
		.protection = VM_READ,
		.flags = VM_MAP_FIXED_NOREPLACE,
		.address = page,
		.bytes = ARCH_PAGE_SIZE,
	};
	int error;

	ubench_begin(ID_REGION_FIND);
	error = vm_mmap(&request, NULL);
	ubench_end(ID_REGION_FIND);
	if (error == 0)
		panic("a region was missing");
}

static void fault(vaddr_t page)
{
	ubench_begin(ID_REGION_FAULT);
	*(volatile char *)page = 1;
	ubench_end(ID_REGION_FAULT);
}

static void unmap(vaddr_t page)
{
	ubench_begin(ID_REGION_UNMAP);
	ubench_unmap(page, ARCH_PAGE_SIZE);
	ubench_end(ID_REGION_UNMAP);
}

static void map(vaddr_t page)
{
	ubench_begin(ID_REGION_MAP);
	(void)ubench_map(page, ARCH_PAGE_SIZE, VM_MAP_FIXED_NOREPLACE);
	ubench_end(ID_REGION_MAP);
}

static void place(vaddr_t page)
{
	ubench_begin(ID_REGION_PLACE);
	page = ubench_map(0, ARCH_PAGE_SIZE, 0);
	ubench_end(ID_REGION_PLACE);
	ubench_unmap(page, ARCH_PAGE_SIZE);
}

static void (*const runs[STEPS])(vaddr_t page) = {
	[STEP_FIND] = find, [STEP_FAULT] = fault, [STEP_UNMAP] = unmap,
	[STEP_MAP] = map,   [STEP_PLACE] = place,
};

/* All rounds of a step in a row; pages that were unmapped are mapped again by the next one. */
static void measure(unsigned int count)
{
	const unsigned int rounds = count < ROUNDS ? count : ROUNDS;
	const vaddr_t first = BASE + (count - rounds) / 2 * SPACING;

	for (unsigned int done = 0; done < ROUNDS; done += rounds) {
		for (unsigned int step = 0; step < STEPS; step++) {
			const nanoseconds_t start = ubench_now();

			for (unsigned int i = 0; i < rounds; i++)
				runs[step](first + i * SPACING);
			elapsed[step] += ubench_now() - start;
		}
	}
}

void ubench_regions(bool counting)
{
	for (unsigned int count = COUNT_LOWEST; count <= COUNT_HIGHEST; count *= 10) {
		make(count);
		for (unsigned int step = 0; step < STEPS; step++) {
			elapsed[step] = 0;
			if (counting)
				sys_print("bench %u vm.region.%s.%u\n",
					  (unsigned int)steps[step].id, steps[step].name, count);
		}
		measure(count);
		for (unsigned int step = 0; step < STEPS && !counting; step++)
			sys_print("batch vm.region.%s.%u %u %llu\n", steps[step].name, count,
				  ROUNDS, elapsed[step]);
		ubench_unmap(BASE, count * SPACING);
	}
}
