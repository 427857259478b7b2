/* Pieces of memory, one behind the other. */
#include "data.h"

#include <skerry/ds.h>
#include <string.h>
#include <sys.h>

static struct {
	uint32_t used;
	uint8_t bytes[DS_DATA_BYTES];
} data;

uint32_t data_free(void)
{
	return DS_DATA_BYTES - data.used;
}

uint32_t data_append(const void *from, uint32_t bytes)
{
	const uint32_t offset = data.used;

	assert(bytes <= data_free());
	memcpy(data.bytes + offset, from, bytes);
	data.used += bytes;
	return offset;
}

void data_remove(uint32_t offset, uint32_t bytes)
{
	assert(offset <= data.used && bytes <= data.used - offset);
	data.used -= bytes;
	memmove(data.bytes + offset, data.bytes + offset + bytes, data.used - offset);
}

const void *data_at(uint32_t offset)
{
	return data.bytes + offset;
}
