/* The heap and maps. */
#include "libc_case.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define BLOCKS 200

static size_t size_of(unsigned int i)
{
	return i % 17 == 0 ? 70000 + i * 1000 : 1 + i * 37 % 3000;
}

static void block_fill(uint8_t *block, unsigned int i)
{
	memset(block, (int)(i & 0xFF), size_of(i));
}

static void block_check(const uint8_t *block, unsigned int i)
{
	for (size_t byte = 0; byte < size_of(i); byte++)
		CHECK_EQ(block[byte], i & 0xFF);
}

void case_heap(void)
{
	static uint8_t *blocks[BLOCKS];
	uint8_t *grown;

	for (unsigned int i = 0; i < BLOCKS; i++) {
		blocks[i] = malloc(size_of(i));
		CHECK(blocks[i] != NULL && (uintptr_t)blocks[i] % 8 == 0);
		block_fill(blocks[i], i);
	}
	for (unsigned int i = 0; i < BLOCKS; i += 2) {
		block_check(blocks[i], i);
		free(blocks[i]);
	}
	for (unsigned int i = 1; i < BLOCKS; i += 2) {
		grown = realloc(blocks[i], size_of(i) + 100000);
		CHECK(grown != NULL);
		block_check(grown, i);
		free(grown);
	}
	grown = calloc(1000, 100);
	CHECK(grown != NULL && grown[0] == 0 && grown[99999] == 0);
	free(grown);
}

void case_heap_none(void)
{
	volatile size_t huge = SIZE_MAX / 2 - 4096;

	errno = 0;
	CHECK(malloc(huge) == NULL);
	CHECK_EQ(errno, ENOMEM);
	errno = 0;
	CHECK(calloc(huge, 16) == NULL);
	CHECK_EQ(errno, ENOMEM);
}

void case_map(void)
{
	const size_t page = 4096;
	char *map =
		mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *moved;

	CHECK(map != MAP_FAILED);
	memset(map, 'a', 3 * page);
	CHECK_EQ(mprotect(map + page, page, PROT_READ), 0);
	CHECK_EQ(map[page], 'a');
	CHECK_EQ(mprotect(map + page, page, PROT_READ | PROT_WRITE), 0);
	moved = mremap(map, 3 * page, 64 * page, MREMAP_MAYMOVE);
	CHECK(moved != MAP_FAILED);
	CHECK(moved[3 * page - 1] == 'a' && moved[64 * page - 1] == 0);
	CHECK(mmap(moved, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
	      moved);
	CHECK(moved[0] == 0 && moved[page] == 'a');
	CHECK_EQ(munmap(moved, 64 * page), 0);
	CHECK_EQ(mprotect(moved, page, PROT_READ), -1);
	CHECK_EQ(errno, ENOMEM);
	CHECK_EQ(munmap(moved + 1, page), -1);
	CHECK_EQ(errno, EINVAL);
}
