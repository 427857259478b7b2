/* A program that does what the service says: commands and answers go through a page of a file that
 * the service maps into it, a slot for each process of the puppet's family.
 */
#pragma once

#include "memory.h"
#include <skerry/pm.h>

#define PUPPET_CONTROL 0x60000000u /* where it sees the page */
#define PUPPET_SLOTS 32u

enum puppet_command {
	PUPPET_READ,	/* a: address -> the byte */
	PUPPET_WRITE,	/* a: address, b: the byte */
	PUPPET_COMPARE, /* a: address, b: bytes, c: file_byte() of the first is that of c on -> 1 */
	PUPPET_TOUCH,	/* a: address, b: write? -> the end of a child that does it */
	PUPPET_UNMAP,	/* a: address, b: bytes */
	PUPPET_PROTECT, /* a: address, b: bytes, c: VM_READ ... */
	PUPPET_REMAP,	/* a: address, b: old bytes, c: new bytes -> address */
	PUPPET_MAP,	/* a: address, b: bytes: anonymous memory in place of what is there */
	PUPPET_FORK,	/* a: the child's slot -> its pid */
	PUPPET_WAIT,	/* a: pid -> its status */
	PUPPET_EXEC,	/* a: where the program's name is -> the error */
	PUPPET_INFO,	/* a: where statistics go -> the error */
	PUPPET_FILE,	/* a: address, b: space: maps a file of its own there, 4 pages -> error */
	PUPPET_FILL,	/* -> the end of a child that takes all memory there is */
	PUPPET_EXIT,	/* a: status */
};

struct puppet_slot {
	uint32_t asked, done; /* commands, ever */
	uint32_t command;
	uint32_t reserved;
	uint64_t a, b, c;
	int64_t result;
};

_Static_assert(PUPPET_SLOTS * sizeof(struct puppet_slot) <= 4096, "a page holds all slots");

/* The byte of every file of the suite: */
static inline uint8_t file_byte(uint64_t inode, uint64_t offset)
{
	return (uint8_t)(offset * 3 + (offset >> 12) * 7 + inode * 31 + 1);
}

/* The program's part: does not come back. */
void puppet_run(void) __attribute__((noreturn));
