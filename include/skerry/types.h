/* Integer kinds of the kernel ABI. They are typedefed so that units show in every prototype.
 * Addresses, sizes and times are 64 bits wide in messages on every architecture; inside the kernel
 * paddr_t and vaddr_t are as wide as the machine's registers.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t endpoint_t; /* a thread: slot and generation, see skerry/endpoint.h */
typedef uint32_t space_t;    /* an address space: slot and generation */
typedef uint32_t grant_t;    /* a grant: index and generation, see skerry/grant.h */
typedef uintptr_t paddr_t;   /* physical address, bytes */
typedef uintptr_t vaddr_t;   /* virtual address, bytes */

/* 64-bit fields of the ABI: 8-aligned also where the C ABI would align them to 4 (i386). */
typedef uint64_t u64 __attribute__((aligned(8)));
typedef uint32_t u32;
typedef int32_t pid32; /* a process's number, PM's; also of groups and sessions */
typedef u64 ns64;      /* nanoseconds */
typedef u64 cycles64;  /* ticks of the port's cycle counter */

/* The same quantities in variables, as the compiler likes them aligned. */
typedef uint64_t nanoseconds_t;
typedef uint64_t cycles_t;
