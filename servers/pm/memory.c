/* Small objects from and to the memory of programs. */
#include "call.h"

#include <skerry/kernel_call.h>
#include <sys_call.h>

static int copy(const struct sys_copy_req *request)
{
	return sys_vircopy(request, NULL) == 0 ? 0 : -EFAULT;
}

int memory_fetch(endpoint_t from, uint64_t address, void *to, size_t bytes)
{
	const struct sys_copy_req request = {
		.source = from,
		.destination = EP_SELF,
		.source_address = address,
		.destination_address = (uintptr_t)to,
		.bytes = bytes,
	};

	return copy(&request);
}

int memory_put(endpoint_t to, uint64_t address, const void *from, size_t bytes)
{
	const struct sys_copy_req request = {
		.source = EP_SELF,
		.destination = to,
		.source_address = (uintptr_t)from,
		.destination_address = address,
		.bytes = bytes,
	};

	return copy(&request);
}
