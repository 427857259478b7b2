/* What a file system sees of the cache: frames that it put there, or asked for. They are its to
 * write, whoever else shows them, and stay when the cache forgets them. A fork does not get them.
 */
#include "type.h"
#include <skerry/errno.h>

static enum fault_result fault(struct region *region, vaddr_t page, bool write)
{
	(void)region, (void)page, (void)write;
	return FAULT_REFUSED;
}

static bool writable(const struct region *region, const struct page_reference *reference)
{
	(void)region, (void)reference;
	return true;
}

static int resize(const struct region *region, size_t bytes)
{
	(void)region, (void)bytes;
	return -EINVAL;
}

const struct memory_type type_cache = {
	.name = "cache",
	.fault = fault,
	.writable = writable,
	.resize = resize,
};
