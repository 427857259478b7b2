/* /dev/null, /dev/zero, /dev/full, /dev/mem and the memory disk /dev/ram0. What is read is made in
 * the asker's memory or copied there; nothing is kept but the disk's contents (ram.c).
 */
#include "memory.h"

#include <skerry/errno.h>
#include <skerry/kernel_call.h>
#include <sys.h>
#include <sys_call.h>

static struct char_result zero_read(struct char_request *request)
{
	const struct sys_safememset_req fill = {
		.granter = request->from,
		.grant = request->grant,
		.bytes = request->bytes,
		.flags = CPF_TRY,
	};
	const int error = request->bytes == 0 ? 0 : sys_safememset(&fill, NULL);

	return char_result(error != 0 ? error : (int64_t)request->bytes);
}

static struct char_result end_read(struct char_request *request)
{
	(void)request;
	return char_result(0);
}

static struct char_result all_written(struct char_request *request)
{
	return char_result((int64_t)request->bytes);
}

static struct char_result none_written(struct char_request *request)
{
	return char_result(request->bytes == 0 ? 0 : -ENOSPC);
}

static struct char_result no_ioctl(struct char_request *request)
{
	(void)request;
	return char_result(-ENOTTY);
}

static const struct memory_device devices[] = {
	[MINOR_MEM] = {physical_read, physical_write, no_ioctl},
	[MINOR_NULL] = {end_read, all_written, no_ioctl},
	[MINOR_ZERO] = {zero_read, all_written, no_ioctl},
	[MINOR_FULL] = {zero_read, none_written, no_ioctl},
	[MINOR_RAM] = {ram_read, ram_write, ram_ioctl},
};

static const struct memory_device *device_of(const struct char_request *request)
{
	const u32 minor = CHR_MINOR(request->device);

	if (CHR_MAJOR(request->device) != MEMORY_MAJOR ||
	    minor >= sizeof(devices) / sizeof(devices[0]) || devices[minor].read == NULL)
		return NULL;
	return &devices[minor];
}

static struct char_result memory_open(struct char_request *request)
{
	return char_result(device_of(request) != NULL ? (int64_t)request->device : -ENXIO);
}

static struct char_result memory_read(struct char_request *request)
{
	const struct memory_device *device = device_of(request);

	return device != NULL ? device->read(request) : char_result(-ENXIO);
}

static struct char_result memory_write(struct char_request *request)
{
	const struct memory_device *device = device_of(request);

	return device != NULL ? device->write(request) : char_result(-ENXIO);
}

static struct char_result memory_ioctl(struct char_request *request)
{
	const struct memory_device *device = device_of(request);

	return device != NULL ? device->ioctl(request) : char_result(-ENXIO);
}

static const struct chardriver driver = {
	.name = "memory",
	.ranges = {{1, 1, 7}, {1, 16, 1}},
	.open = memory_open,
	.read = memory_read,
	.write = memory_write,
	.ioctl = memory_ioctl,
};

int sys_main(uintptr_t argument)
{
	return chardriver_run(&driver, argument);
}
