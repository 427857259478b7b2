/* /dev/random and /dev/urandom. Entropy is when things happen: each request, and an alarm that runs
 * until there is enough, gives the low bits of the clock. random waits until the generator is
 * ready; urandom does not.
 */
#include "generator.h"

#include <arch/layout.h>
#include <chardriver.h>
#include <skerry/errno.h>
#include <skerry/info.h>
#include <skerry/kernel_call.h>
#include <skerry/kernel_page.h>
#include <string.h>
#include <sys.h>
#include <sys_call.h>

#define MAJOR 1u
#define RANDOM CHR_DEVICE(MAJOR, 8)
#define URANDOM CHR_DEVICE(MAJOR, 9)

#define PIECE 4096u
#define SAMPLE_TIME 1000000u /* 1 ms, and what the interrupt's way here adds */

static struct generator generator;
static uint8_t buffer[PIECE];

/* Requests that follow each other at once come when an asker likes: they count as one. */
static void sample(void)
{
	const struct sys_times_req self = {.thread = EP_SELF};
	static nanoseconds_t last;
	struct sys_times_reply times = {0};
	bool counts;

	(void)sys_times(&self, &times);
	counts = times.now - last >= SAMPLE_TIME / 2;
	if (counts)
		last = times.now;
	generator_mix(&generator, times.now ^ times.user_cycles << 32, counts);
}

/* What differs between boots and machines, though others may know it. */
static int random_init(void)
{
	const struct kernel_page *page = (const struct kernel_page *)ARCH_KERNEL_PAGE;
	struct info_counters counters = {0};
	const struct sys_info_req request = {
		.what = INFO_COUNTERS,
		.address = (uintptr_t)&counters,
		.size = sizeof(counters),
	};

	(void)sys_info(&request, NULL);
	generator_add(&generator, page, sizeof(*page));
	generator_add(&generator, &counters, sizeof(counters));
	return 0;
}

static bool is_here(const struct char_request *request)
{
	return request->device == RANDOM || request->device == URANDOM;
}

static struct char_result random_open(struct char_request *request)
{
	return char_result(is_here(request) ? (int64_t)request->device : -ENXIO);
}

static struct char_result random_read(struct char_request *request)
{
	u64 done = 0;

	if (!is_here(request))
		return char_result(-ENXIO);
	if (request->device == RANDOM && !generator_ready(&generator))
		return char_later();
	while (done < request->bytes) {
		const u64 left = request->bytes - done;
		const size_t bytes = left < PIECE ? (size_t)left : PIECE;
		int error;

		generator_read(&generator, buffer, bytes);
		error = char_store(request, done, buffer, bytes);
		if (error != 0)
			return char_result(done > 0 ? (int64_t)done : error);
		done += bytes;
	}
	generator_wipe(buffer, sizeof(buffer));
	return char_result((int64_t)done);
}

static struct char_result random_write(struct char_request *request)
{
	const u64 left = request->bytes - request->done;
	const size_t bytes = left < PIECE ? (size_t)left : PIECE;
	int error;

	if (!is_here(request))
		return char_result(-ENXIO);
	if (bytes == 0)
		return char_result(0);
	error = char_fetch(request, request->done, buffer, bytes);
	if (error != 0)
		return char_result(error);
	generator_add(&generator, buffer, bytes);
	return char_result((int64_t)bytes);
}

static u32 random_poll(u32 device)
{
	const bool readable = device != RANDOM || generator_ready(&generator);

	return CHAR_POLL_OUT | CHAR_POLL_WRITE_NORMAL |
	       (readable ? CHAR_POLL_IN | CHAR_POLL_READ_NORMAL : 0);
}

/* After every message: when it came is what nobody knows. */
static bool random_work(void)
{
	sample();
	if (!generator_ready(&generator))
		char_wake_at(char_now() + SAMPLE_TIME);
	return false;
}

static const struct chardriver driver = {
	.name = "random",
	.ranges = {{1, 8, 2}},
	.init = random_init,
	.open = random_open,
	.read = random_read,
	.write = random_write,
	.poll = random_poll,
	.work = random_work,
};

int sys_main(uintptr_t argument)
{
	return chardriver_run(&driver, argument);
}
