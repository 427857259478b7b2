/* The memory driver. */
#include "asker.h"

#include <chardriver.h>
#include <skerry/vm.h>
#include <string.h>
#include <sys_call.h>
#include <vm_call.h>

#define MEM CHR_DEVICE(1, 1)
#define NULL_DEVICE CHR_DEVICE(1, 3)
#define ZERO CHR_DEVICE(1, 5)
#define FULL CHR_DEVICE(1, 7)
#define RAM CHR_DEVICE(1, 16)
#define RAM_SIZE_GET 0x80081272u
#define RAM_SIZE_SET 0x40085201u

#define LARGE 0x100000u
#define PAGE 4096u

/* Page aligned, and present once it was written. */
static uint8_t *memory_get(size_t bytes)
{
	const struct vm_mmap_req request = {.protection = VM_READ | VM_WRITE, .bytes = bytes};
	struct vm_address_reply reply;

	return vm_mmap(&request, &reply) == 0 ? (uint8_t *)(uintptr_t)reply.address : NULL;
}

static bool memory_put(uint8_t *memory, size_t bytes)
{
	const struct vm_range_req request = {.address = (uintptr_t)memory, .bytes = bytes};

	return vm_munmap(&request, NULL) == 0;
}

static bool all_are(const uint8_t *memory, size_t bytes, uint8_t value)
{
	for (size_t i = 0; i < bytes; i++) {
		if (memory[i] != value)
			return false;
	}
	return true;
}

static bool begin(void)
{
	asked = driver_find("memory");
	ask_position = 0;
	EXPECT(asked != EP_NONE);
	return true;
}

bool case_null(void)
{
	char text[8] = "text";

	EXPECT(begin());
	EXPECT_EQ(do_open(NULL_DEVICE, 2), NULL_DEVICE);
	EXPECT_EQ(do_write(NULL_DEVICE, text, 5), 5);
	EXPECT_EQ(do_write(NULL_DEVICE, text, 0), 0);
	EXPECT_EQ(do_read(NULL_DEVICE, text, 5), 0);
	EXPECT_EQ(text[0], 't');
	EXPECT_EQ(do_close(NULL_DEVICE), 0);
	return true;
}

bool case_zero(void)
{
	uint8_t *memory = memory_get(LARGE);

	EXPECT(begin());
	EXPECT(memory != NULL);
	memset(memory, 0xA5, LARGE);
	EXPECT_EQ(do_read(ZERO, memory + 1, LARGE - 2), LARGE - 2);
	EXPECT(memory[0] == 0xA5 && memory[LARGE - 1] == 0xA5);
	EXPECT(all_are(memory + 1, LARGE - 2, 0));
	EXPECT_EQ(do_write(ZERO, memory, LARGE), LARGE);
	EXPECT(memory_put(memory, LARGE));
	return true;
}

bool case_full(void)
{
	uint8_t bytes[4] = {1, 2, 3, 4};

	EXPECT(begin());
	EXPECT_EQ(do_write(FULL, bytes, 4), -ENOSPC);
	EXPECT_EQ(do_write(FULL, bytes, 0), 0);
	EXPECT_EQ(do_read(FULL, bytes, 3), 3);
	EXPECT(bytes[2] == 0 && bytes[3] == 4);
	return true;
}

bool case_no_device(void)
{
	uint8_t byte = 0;

	EXPECT(begin());
	EXPECT_EQ(do_open(CHR_DEVICE(1, 2), 0), -ENXIO);
	EXPECT_EQ(do_open(CHR_DEVICE(1, 0xFFFFF), 0), -ENXIO);
	EXPECT_EQ(do_open(CHR_DEVICE(2, 3), 0), -ENXIO);
	EXPECT_EQ(do_read(CHR_DEVICE(1, 0), &byte, 1), -ENXIO);
	EXPECT_EQ(do_write(CHR_DEVICE(1, 4), &byte, 1), -ENXIO);
	EXPECT_EQ(do_ioctl(CHR_DEVICE(9, 3), RAM_SIZE_GET, NULL, 0), -ENXIO);
	return true;
}

bool case_no_ioctl(void)
{
	uint8_t word[8];

	EXPECT(begin());
	EXPECT_EQ(do_ioctl(NULL_DEVICE, 0x5401, word, sizeof(word)), -ENOTTY);
	EXPECT_EQ(do_ioctl(RAM, 0x5401, word, sizeof(word)), -ENOTTY);
	return true;
}

/* The second page is there only after a touch. */
bool case_absent_memory(void)
{
	uint8_t *memory = memory_get(2 * PAGE);

	EXPECT(begin());
	EXPECT(memory != NULL);
	memory[0] = 1;
	EXPECT_EQ(do_read(ZERO, memory, 2 * PAGE), -EFAULT);
	EXPECT_EQ(do_read(ZERO, memory + PAGE, PAGE), -EFAULT);
	memory[0] = memory[PAGE] = 1;
	EXPECT_EQ(do_read(ZERO, memory, 2 * PAGE), 2 * PAGE);
	EXPECT(all_are(memory, 2 * PAGE, 0));
	EXPECT(memory_put(memory, 2 * PAGE));
	return true;
}

bool case_bad_grant(void)
{
	struct chr_io_req request = {.tag = 0x10000, .device = ZERO, .bytes = 16};
	uint8_t bytes[8] = {0};

	EXPECT(begin());
	EXPECT_EQ(chr_read_send(asked, &request), 0);
	EXPECT_EQ(answer_of(request.tag), -EBADGRANT);
	request.grant = 0xFFFFFFFF;
	EXPECT_EQ(chr_read_send(asked, &request), 0);
	EXPECT_EQ(answer_of(request.tag), -EBADGRANT);
	/* What says it is a write gives read access only. */
	EXPECT_EQ(answer_of(ask_write(RAM, bytes, 8, 0)), -ENOSPC);
	request.bytes = ~0ull;
	EXPECT_EQ(chr_read_send(asked, &request), 0);
	EXPECT(answer_of(request.tag) < 0);
	return true;
}

/* That a device's memory is shown: case_vga.c. */
bool case_physical(void)
{
	static uint8_t bytes[64];
	const struct sys_umap_req request = {
		.target = EP_SELF,
		.address = (uintptr_t)bytes,
		.bytes = sizeof(bytes),
	};
	struct sys_umap_reply own;

	EXPECT(begin());
	bytes[0] = 1;
	EXPECT_EQ(sys_umap(&request, &own), 0);
	ask_position = own.physical;
	EXPECT_EQ(do_read(MEM, bytes, sizeof(bytes)), -EPERM);
	EXPECT_EQ(do_write(MEM, bytes, sizeof(bytes)), -EPERM);
	EXPECT_EQ(do_read(MEM, bytes, 0), 0);
	ask_position = ~0ull - 8;
	EXPECT_EQ(do_read(MEM, bytes, sizeof(bytes)), -EINVAL);
	ask_position = 0;
	return true;
}

static int64_t ram_resize(u64 bytes)
{
	return do_ioctl(RAM, RAM_SIZE_SET, &bytes, sizeof(bytes));
}

static u64 ram_size(void)
{
	u64 bytes = ~0ull;

	return do_ioctl(RAM, RAM_SIZE_GET, &bytes, sizeof(bytes)) == 0 ? bytes : ~0ull;
}

bool case_ram_size(void)
{
	uint8_t *memory = memory_get(LARGE);

	EXPECT(begin());
	EXPECT(memory != NULL);
	EXPECT_EQ(ram_size(), 0);
	EXPECT_EQ(ram_resize(PAGE + 1), -EINVAL);
	EXPECT_EQ(ram_resize(LARGE / 2), 0);
	memset(memory, 0x5A, LARGE);
	EXPECT_EQ(do_write(RAM, memory, LARGE / 2), LARGE / 2);
	EXPECT_EQ(ram_resize(LARGE), 0);
	EXPECT_EQ(ram_size(), LARGE);
	memset(memory, 0, LARGE);
	EXPECT_EQ(do_read(RAM, memory, LARGE), LARGE);
	EXPECT(all_are(memory, LARGE / 2, 0x5A));
	EXPECT(all_are(memory + LARGE / 2, LARGE / 2, 0));
	EXPECT_EQ(ram_resize(PAGE), 0);
	EXPECT_EQ(do_read(RAM, memory, LARGE), PAGE);
	EXPECT_EQ(ram_resize(1ull << 40), sizeof(void *) == 4 ? -EINVAL : -ENOMEM);
	EXPECT_EQ(ram_resize(0), 0);
	EXPECT_EQ(do_read(RAM, memory, LARGE), 0);
	EXPECT(memory_put(memory, LARGE));
	return true;
}

bool case_ram_ends(void)
{
	uint8_t bytes[16] = "0123456789abcde";

	EXPECT(begin());
	EXPECT_EQ(ram_resize(PAGE), 0);
	ask_position = PAGE - 10;
	EXPECT_EQ(do_write(RAM, bytes, 16), 10);
	EXPECT_EQ(do_read(RAM, bytes, 16), 10);
	ask_position = PAGE;
	EXPECT_EQ(do_write(RAM, bytes, 1), -ENOSPC);
	EXPECT_EQ(do_write(RAM, bytes, 0), 0);
	EXPECT_EQ(do_read(RAM, bytes, 1), 0);
	ask_position = ~0ull;
	EXPECT_EQ(do_read(RAM, bytes, 16), 0);
	EXPECT_EQ(do_write(RAM, bytes, 16), -ENOSPC);
	EXPECT_EQ(ram_resize(0), 0);
	return true;
}

bool case_many_requests(void)
{
	uint8_t byte = 1;
	u32 tag[8];

	EXPECT(begin());
	for (unsigned int round = 0; round < 25; round++) {
		for (unsigned int i = 0; i < 8; i++)
			tag[i] = ask_read(ZERO, &byte, 1, 0);
		for (unsigned int i = 8; i-- > 0;)
			EXPECT_EQ(answer_of(tag[i]), 1);
	}
	return true;
}

bool case_cancel_nothing(void)
{
	EXPECT(begin());
	ask_cancel(12345);
	EXPECT(!answer_is_there(12345));
	return true;
}

bool case_poll_always(void)
{
	EXPECT(begin());
	EXPECT_EQ(do_poll(ZERO, CHAR_POLL_IN | CHAR_POLL_OUT, CHR_POLL_WATCH),
		  CHAR_POLL_IN | CHAR_POLL_OUT);
	EXPECT_EQ(do_poll(NULL_DEVICE, CHAR_POLL_IN, 0), CHAR_POLL_IN);
	return true;
}
