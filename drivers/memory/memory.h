/* The devices of the memory driver: numbers as Linux numbers its memory devices. */
#pragma once

#include <chardriver.h>

#define MEMORY_MAJOR 1u

#define MINOR_MEM 1u
#define MINOR_NULL 3u
#define MINOR_ZERO 5u
#define MINOR_FULL 7u
#define MINOR_RAM 16u

struct memory_device {
	struct char_result (*read)(struct char_request *request);
	struct char_result (*write)(struct char_request *request);
	struct char_result (*ioctl)(struct char_request *request);
};

/* Physical memory: as far as this service's privilege lists it. */
struct char_result physical_read(struct char_request *request);
struct char_result physical_write(struct char_request *request);

/* The memory disk. It is empty until RAM_SIZE_SET says how long it is, keeps what a new size leaves
 * in it, and gives its memory back at size 0. */
#define RAM_SIZE_GET 0x80081272u /* Linux's BLKGETSIZE64: a u64 */
#define RAM_SIZE_SET 0x40085201u /* Skerry's own: a u64, whole pages; EINVAL, ENOMEM */

struct char_result ram_read(struct char_request *request);
struct char_result ram_write(struct char_request *request);
struct char_result ram_ioctl(struct char_request *request);
