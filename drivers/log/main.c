/* /dev/klog: what is written to it, with the time in front of each line. Every open is a reader of
 * its own, that begins with the oldest line and waits at the end; CHR_OPEN gives it a number from
 * READER_FIRST on.
 */
#include "ring.h"

#include <chardriver.h>
#include <format.h>
#include <skerry/errno.h>
#include <sys.h>

#define KLOG CHR_DEVICE(1, 11)
#define READER_FIRST CHR_DEVICE(1, 0x400)
#define READERS 16u
#define PIECE 1024u
#define STAMP_MAX 24u

static struct ring ring;
static bool line_is_open; /* the last line has not been ended */
static struct reader {
	bool used;
	uint64_t position;
} readers[READERS];
static uint8_t buffer[PIECE];

static struct reader *reader_of(u32 device)
{
	const u32 index = device - READER_FIRST;

	return device >= READER_FIRST && index < READERS && readers[index].used ? &readers[index]
										: NULL;
}

static struct char_result log_open(struct char_request *request)
{
	if (request->device != KLOG)
		return char_result(-ENXIO);
	request->answer_flags = CHR_STREAM;
	for (u32 i = 0; i < READERS; i++) {
		if (readers[i].used)
			continue;
		readers[i] = (struct reader){.used = true, .position = ring_begin(&ring)};
		return char_result(READER_FIRST + i);
	}
	return char_result(-EBUSY);
}

static struct char_result log_close(struct char_request *request)
{
	struct reader *reader = reader_of(request->device);

	if (reader == NULL)
		return char_result(-ENXIO);
	reader->used = false;
	return char_result(0);
}

static struct char_result log_read(struct char_request *request)
{
	struct reader *reader = reader_of(request->device);
	const u32 wanted = request->bytes < PIECE ? (u32)request->bytes : PIECE;
	u32 bytes;
	int error;

	if (reader == NULL)
		return char_result(-ENXIO);
	bytes = ring_read(&ring, &reader->position, buffer, wanted);
	if (bytes == 0)
		return wanted == 0 ? char_result(0) : char_later();
	error = char_store(request, 0, buffer, bytes);
	if (error != 0)
		return char_result(error);
	reader->position += bytes;
	return char_result(bytes);
}

static void text_add(const uint8_t *text, u32 bytes)
{
	const nanoseconds_t now = char_now();
	char stamp[STAMP_MAX];
	const int stamp_bytes = format(stamp, sizeof(stamp), "[%5u.%06u] ",
				       (u32)(now / 1000000000u), (u32)(now / 1000 % 1000000));

	for (u32 i = 0; i < bytes; i++) {
		if (!line_is_open)
			ring_add(&ring, (const uint8_t *)stamp, (u32)stamp_bytes);
		ring_add(&ring, &text[i], 1);
		line_is_open = text[i] != '\n';
	}
}

static struct char_result log_write(struct char_request *request)
{
	const u64 left = request->bytes - request->done;
	const u32 bytes = left < PIECE ? (u32)left : PIECE;
	int error;

	if (reader_of(request->device) == NULL)
		return char_result(-ENXIO);
	error = bytes > 0 ? char_fetch(request, request->done, buffer, bytes) : 0;
	if (error != 0)
		return char_result(error);
	text_add(buffer, bytes);
	return char_result(bytes);
}

static u32 log_poll(u32 device)
{
	const struct reader *reader = reader_of(device);

	if (reader == NULL)
		return CHAR_POLL_ERROR;
	return CHAR_POLL_OUT | CHAR_POLL_WRITE_NORMAL |
	       (reader->position < ring.end ? CHAR_POLL_IN | CHAR_POLL_READ_NORMAL : 0);
}

static const struct chardriver driver = {
	.name = "log",
	.ranges = {{1, 11, 1}},
	.open = log_open,
	.close = log_close,
	.read = log_read,
	.write = log_write,
	.poll = log_poll,
};

int sys_main(uintptr_t argument)
{
	return chardriver_run(&driver, argument);
}
