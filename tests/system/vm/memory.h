/* VM's calls with plain arguments. Who answers an address answers -errno instead when refused. */
#pragma once

#include <arch/layout.h>
#include <skerry/vm.h>

#define PAGE ((long)ARCH_PAGE_SIZE)
#define PHYSICAL_NO_RAM 0xFFF00000ull /* in configs/system.conf */
#define RW (VM_READ | VM_WRITE)

/* What `vmcase @ask` has mapped when it begins to ask. */
#define ASKER_BYTES (1u << 20)

/* Programs end below; what VM refuses from there on. */
#define PROGRAM_END ((uintptr_t)ARCH_PROGRAM_END)

long map_in(space_t space, uint64_t address, uint64_t bytes, uint32_t protection, uint32_t flags);
int unmap_in(space_t space, uint64_t address, uint64_t bytes);
int protect_in(space_t space, uint64_t address, uint64_t bytes, uint32_t protection);
long remap_in(space_t space, uint64_t address, uint64_t old_bytes, uint64_t new_bytes,
	      uint32_t flags, uint64_t new_address);
long map_physical(uint64_t physical, uint64_t bytes, uint32_t protection);
long heap_set(uint64_t address);

/* VM_INFO; *reply may be NULL. */
int info_get(space_t space, uint32_t what, void *to, uint64_t bytes, uint64_t next,
	     struct vm_info_reply *reply);
struct vm_statistics statistics_get(void);
struct vm_usage usage_get(space_t space);

/* The first region that ends above the address; false: there is none. */
bool region_get(space_t space, uint64_t address, struct vm_region_info *region);

static inline long map_at(uint64_t address, uint64_t bytes, uint32_t protection, uint32_t flags)
{
	return map_in(0, address, bytes, protection, flags);
}

static inline long map(uint64_t bytes, uint32_t protection, uint32_t flags)
{
	return map_in(0, 0, bytes, protection, flags);
}

static inline int unmap(uint64_t address, uint64_t bytes)
{
	return unmap_in(0, address, bytes);
}

static inline int protect(uint64_t address, uint64_t bytes, uint32_t protection)
{
	return protect_in(0, address, bytes, protection);
}

static inline long remap(uint64_t address, uint64_t old_bytes, uint64_t new_bytes, uint32_t flags,
			 uint64_t new_address)
{
	return remap_in(0, address, old_bytes, new_bytes, flags, new_address);
}

static inline volatile uint8_t *byte_at(long address)
{
	return (volatile uint8_t *)(uintptr_t)address;
}
