/* Frame allocator: a bit a frame, next fit. Bit set: free. Hot frames are in a stack of their own;
 * to the bitmap they are in use.
 */
#include "frames.h"

#include "test_case.h"
#include <arch/layout.h>
#include <string.h>
#include <sys.h>

#define FRAMES_MAX (1u << 18) /* 1 GB, more than a root window shows */
#define WORD_BITS 32u

struct boot_page boot;

static uint32_t bitmap[FRAMES_MAX / WORD_BITS];
static paddr_t base; /* of the frame bit 0 stands for */
static unsigned int cursor;
static unsigned int left;

#define HOT_MAX 256u
#define PAGE_WORDS (ARCH_PAGE_SIZE / 4)

static paddr_t hot_stack[HOT_MAX];
static unsigned int hot_count;
static bool hot_mode;

static bool is_free(unsigned int index)
{
	return bitmap[index / WORD_BITS] >> index % WORD_BITS & 1;
}

static void range_add(const struct boot_page_range *range)
{
	uint64_t first = (range->base - base) / ARCH_PAGE_SIZE;
	const uint64_t end = first + range->bytes / ARCH_PAGE_SIZE;

	for (; first < end && first < FRAMES_MAX; first++) {
		bitmap[first / WORD_BITS] |= 1u << first % WORD_BITS;
		left++;
	}
}

void frames_init(const struct boot_page *page)
{
	boot = *page;
	assert(boot.magic == BOOT_PAGE_MAGIC && boot.page_size == ARCH_PAGE_SIZE);
	assert(boot.free_count > 0);
	base = boot.free[0].base;
	for (unsigned int i = 0; i < boot.free_count; i++)
		range_add(&boot.free[i]);
	if (base == 0) { /* frame 0 would look like "none" */
		left -= is_free(0);
		bitmap[0] &= ~1u;
	}
}

static bool run_free(unsigned int first, unsigned int count)
{
	for (unsigned int i = first; i < first + count; i++) {
		if (i >= FRAMES_MAX || !is_free(i))
			return false;
	}
	return true;
}

static void run_take(unsigned int first, unsigned int count)
{
	for (unsigned int i = first; i < first + count; i++)
		bitmap[i / WORD_BITS] &= ~(1u << i % WORD_BITS);
	left -= count;
	cursor = first + count;
}

static paddr_t hot_take(void)
{
	const paddr_t frame = hot_stack[--hot_count];
	const volatile uint32_t *words = frame_pointer(frame);
	unsigned int touched = 0;

	for (unsigned int i = 0; i < PAGE_WORDS; i++)
		touched += words[i] != FRAME_POISON;
	CHECK_EQUAL(touched, 0);
	left--;
	return frame;
}

static bool hot_give(paddr_t frame)
{
	volatile uint32_t *words = frame_pointer(frame);

	if (!hot_mode || hot_count == HOT_MAX)
		return false;
	for (unsigned int i = 0; i < PAGE_WORDS; i++)
		words[i] = FRAME_POISON;
	hot_stack[hot_count++] = frame;
	left++;
	return true;
}

static paddr_t run_find(unsigned int count)
{
	for (unsigned int tried = 0; tried < FRAMES_MAX; tried++) {
		const unsigned int first = (cursor + tried) % FRAMES_MAX;

		if (bitmap[first / WORD_BITS] == 0) {
			tried += WORD_BITS - 1 - first % WORD_BITS;
			continue;
		}
		if (run_free(first, count)) {
			run_take(first, count);
			return base + (paddr_t)first * ARCH_PAGE_SIZE;
		}
	}
	return 0;
}

paddr_t frames_allocate(unsigned int count)
{
	const paddr_t frame = count == 1 && hot_count > 0 ? hot_take() : run_find(count);

	if (frame != 0)
		memset(frame_pointer(frame), 0, (size_t)count * ARCH_PAGE_SIZE);
	return frame;
}

static void run_give(paddr_t frame, unsigned int count)
{
	const unsigned int first = (frame - base) / ARCH_PAGE_SIZE;

	for (unsigned int i = first; i < first + count; i++) {
		assert(i < FRAMES_MAX && !is_free(i));
		bitmap[i / WORD_BITS] |= 1u << i % WORD_BITS;
	}
	left += count;
}

void frames_free(paddr_t frame, unsigned int count)
{
	if (count != 1 || !hot_give(frame))
		run_give(frame, count);
}

void frames_hot(bool hot)
{
	hot_mode = hot;
	while (!hot && hot_count > 0)
		run_give(hot_take(), 1);
}

unsigned int frames_left(void)
{
	return left;
}

void *frame_pointer(paddr_t frame)
{
	assert(frame < boot.root_window_bytes);
	return (void *)(uintptr_t)(boot.root_window + frame);
}

u64 memory_limit(void)
{
	u64 limit = 0;

	for (unsigned int i = 0; i < boot.map_count; i++) {
		const struct boot_page_map *map = &boot.map[i];

		if (!(map->flags & KERNEL_MAP_DEVICE) && map->physical + map->bytes > limit)
			limit = map->physical + map->bytes;
	}
	return limit;
}
