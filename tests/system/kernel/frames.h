/* Physical memory of the kernel test: page frames out of the boot page's free ranges. Only the
 * supervisor calls these; other threads go through supervisor_run().
 */
#pragma once

#include <skerry/boot_page.h>

/* The boot page, copied: its own frame need not stay mapped. */
extern struct boot_page boot;

void frames_init(const struct boot_page *page);

/* `count` adjacent frames, zeroed; 0: there are none. */
paddr_t frames_allocate(unsigned int count);
void frames_free(paddr_t frame, unsigned int count);
unsigned int frames_left(void);

/* What fills free frames while they are hot. As an entry of a page table it names no memory. */
#define FRAME_POISON 0xDEADDEADu

/* Hot: a frame that is freed is poisoned, and handed out again before all others; then it must be
 * all poison still. Whoever uses it after its end is found out soon. */
void frames_hot(bool hot);

/* Where every thread of the root's space sees free memory, in use or not. */
void *frame_pointer(paddr_t frame);

/* The first physical address behind what the kernel takes for RAM. */
u64 memory_limit(void);
