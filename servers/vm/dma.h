/* Memory that devices may read or write: runs of frames that a driver has told of. They are held
 * (frames.h) until the driver takes that back, or, when the driver is gone, whoever has reset the
 * device. So what a driver unmapped or died with is nobody else's while its device may write there.
 */
#pragma once

#include "sanity.h"
#include "vm_space.h"

struct dma {
	struct link link; /* of its space, or of those whose driver is gone */
	space_t space;	  /* its name, though it may be gone */
	frame_t first;
	uint32_t count;
	uint64_t number; /* rises; DMA_GET goes by it */
};

/* The frames stand in the space, and if they are private memory nowhere else. -EFAULT: they do not,
 * or are no memory of VM's; -EEXIST; -ENOSPC:
 * the space has too many; -ENOMEM. */
int dma_add(struct vm_space *space, frame_t first, uint32_t count);

/* Exactly what was added; `space` is NULL if it is gone. -ENOENT. */
int dma_delete(struct vm_space *space, space_t id, frame_t first, uint32_t count);

/* The first, from this number on, whose driver is gone; NULL: there is none. */
const struct dma *dma_orphan(uint64_t number);

/* The space, or the driver in it, is gone; the frames stay held. */
void dma_space_end(struct vm_space *space);

/* What was one's is the other's. */
void dma_swap(struct vm_space *a, struct vm_space *b);

/* Debug: say which frames are held. */
void dma_see(struct sanity *sanity);
