/* Segment descriptors, task state segments, and how the port's files reach them. */
#pragma once

#include "kernel/cpu.h"

/* io_base beyond the segment: no port is allowed (SDM vol. 1, 19.5.2). */
#define IO_BASE_NONE 0xFFFFu
#define IO_BITMAP_BYTES 8192u

/* The thread pointer's segment: set, read back. */
void descriptor_tls(struct arch_thread *t, uint32_t base);
uint32_t descriptor_tls_base(const struct arch_thread *t);

/* The kernel's own root has changed: the emergency tasks run on it. */
void descriptors_root(paddr_t root);
