/* Offsets entry.S uses; descriptors.c asserts that they are true. */
#pragma once

#define CPU_CURRENT 120 /* struct cpu: current */
#define THREAD_FRAME_ESP 68
#define THREAD_FRAME_EIP 56
#define THREAD_ENTRY 76
#define FRAME_BYTES 76
