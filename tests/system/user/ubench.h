/* Operations of programs on PM and VM, each done many times between two marks that the counting
 * plugin of tests/bench sees. Without the plugin the marks do nothing, and the elapsed time counts.
 */
#pragma once

#include <arch/bench.h>
#include <arch/layout.h>
#include <skerry/types.h>

/* The marks' ids; tests/system/bench has those below. */
enum ubench_id {
	ID_FORK_EXIT_WAIT = 64,
	ID_FORK_EXEC_WAIT,
	ID_EXEC_LOAD,
	ID_MAP_PAGE,
	ID_MAP_PAGE_TOUCHED,
	ID_MAP_1M,
	ID_MAP_1M_TOUCHED,
	ID_FAULT_ANONYMOUS,
	ID_FAULT_COW,
	ID_REGION_FIND,
	ID_REGION_FAULT,
	ID_REGION_UNMAP,
	ID_REGION_MAP,
	ID_REGION_PLACE,
};

#define UBENCH_MEMORY ((size_t)1 << 20)

#define UBENCH_INLINE __attribute__((always_inline)) static inline

/* The id must be a constant. The end may be in another program than the beginning. */
UBENCH_INLINE void ubench_begin(enum ubench_id id)
{
	arch_bench_mark(1, id);
}

UBENCH_INLINE void ubench_end(enum ubench_id id)
{
	arch_bench_mark(2, id);
}

nanoseconds_t ubench_now(void);

/* Memory to read and write, at `address` or, if that is 0, anywhere; flags: VM_MAP_*. Panics when
 * there is none. */
vaddr_t ubench_map(vaddr_t address, size_t bytes, uint32_t flags);
void ubench_unmap(vaddr_t address, size_t bytes);

/* Find, fault, unmap, map and place among 10, 100 ... 100,000 regions. */
void ubench_regions(bool counting);
