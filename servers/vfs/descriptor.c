/* Blocks of descriptors. */
#include "descriptor.h"

#include "open_file.h"
#include <sys.h>

#define BLOCKS 512u
#define BLOCKS_OF_PROCESS (DESCRIPTORS_MAX / DESCRIPTORS_IN_BLOCK)

struct descriptor_block {
	struct open_file *file[DESCRIPTORS_IN_BLOCK]; /* [0]: the next, while free */
	uint32_t on_exec;			      /* a bit each */
};

static struct descriptor_block blocks[BLOCKS];
static struct descriptor_block *free_list;
static unsigned int fresh;

static struct descriptor_block *block_make(void)
{
	struct descriptor_block *block = free_list;

	if (block != NULL)
		free_list = (struct descriptor_block *)(void *)block->file[0];
	else if (fresh < BLOCKS)
		block = &blocks[fresh++];
	else
		return NULL;
	*block = (struct descriptor_block){.on_exec = 0};
	return block;
}

static void block_free(struct descriptor_block *block)
{
	block->file[0] = (struct open_file *)(void *)free_list;
	free_list = block;
}

static struct descriptor_block *block_of(const struct process *process, int32_t fd)
{
	return fd >= 0 && (uint32_t)fd < DESCRIPTORS_MAX
		       ? process->descriptors[(uint32_t)fd / DESCRIPTORS_IN_BLOCK]
		       : NULL;
}

static struct open_file **place_of(const struct process *process, int32_t fd)
{
	struct descriptor_block *block = block_of(process, fd);

	return block != NULL ? &block->file[(uint32_t)fd % DESCRIPTORS_IN_BLOCK] : NULL;
}

struct open_file *descriptor_file(const struct process *process, int32_t fd)
{
	struct open_file **place = place_of(process, fd);

	return place != NULL ? *place : NULL;
}

int descriptor_prepare(struct process *process, int32_t fd)
{
	struct descriptor_block **block;

	if (fd < 0 || (uint32_t)fd >= process->descriptors_allowed)
		return -EBADF;
	block = &process->descriptors[(uint32_t)fd / DESCRIPTORS_IN_BLOCK];
	if (*block == NULL)
		*block = block_make();
	return *block != NULL ? 0 : -ENFILE;
}

int descriptor_free(struct process *process, int32_t from)
{
	int error;

	for (int32_t fd = from; (uint32_t)fd < process->descriptors_allowed; fd++) {
		if (descriptor_file(process, fd) != NULL)
			continue;
		error = descriptor_prepare(process, fd);
		return error != 0 ? error : fd;
	}
	return -EMFILE;
}

void descriptor_set_on_exec(struct process *process, int32_t fd, bool on_exec)
{
	struct descriptor_block *block = block_of(process, fd);
	const uint32_t bit = 1u << (uint32_t)fd % DESCRIPTORS_IN_BLOCK;

	assert(block != NULL);
	block->on_exec = on_exec ? block->on_exec | bit : block->on_exec & ~bit;
}

bool descriptor_closes_on_exec(const struct process *process, int32_t fd)
{
	const struct descriptor_block *block = block_of(process, fd);

	return block != NULL && block->on_exec >> (uint32_t)fd % DESCRIPTORS_IN_BLOCK & 1;
}

void descriptor_set(struct process *process, int32_t fd, struct open_file *file, bool on_exec)
{
	struct open_file **place = place_of(process, fd);

	assert(place != NULL && *place == NULL);
	*place = file;
	descriptor_set_on_exec(process, fd, on_exec);
}

struct open_file *descriptor_take(struct process *process, int32_t fd)
{
	struct open_file **place = place_of(process, fd), *file;

	if (place == NULL || *place == NULL)
		return NULL;
	file = *place;
	*place = NULL;
	return file;
}

/* --- All of them ------------------------------------------------------------------------------ */

static void blocks_free(struct process *process)
{
	for (unsigned int i = 0; i < BLOCKS_OF_PROCESS; i++) {
		if (process->descriptors[i] != NULL)
			block_free(process->descriptors[i]);
		process->descriptors[i] = NULL;
	}
}

bool descriptors_copy(struct process *to, const struct process *from)
{
	for (unsigned int i = 0; i < BLOCKS_OF_PROCESS; i++) {
		if (from->descriptors[i] == NULL)
			continue;
		to->descriptors[i] = block_make();
		if (to->descriptors[i] == NULL) {
			blocks_free(to);
			return false;
		}
	}

	/* Nothing fails from here. */
	for (unsigned int i = 0; i < BLOCKS_OF_PROCESS; i++) {
		if (from->descriptors[i] == NULL)
			continue;
		*to->descriptors[i] = *from->descriptors[i];
		for (unsigned int j = 0; j < DESCRIPTORS_IN_BLOCK; j++) {
			if (to->descriptors[i]->file[j] != NULL)
				open_file_get(to->descriptors[i]->file[j]);
		}
	}
	return true;
}

void descriptors_close(struct process *process, bool on_exec)
{
	for (int32_t fd = 0; (uint32_t)fd < DESCRIPTORS_MAX; fd++) {
		struct open_file *file;

		if (on_exec && !descriptor_closes_on_exec(process, fd))
			continue;
		file = descriptor_take(process, fd);
		if (file != NULL)
			open_file_close(process, file);
	}
	if (!on_exec)
		blocks_free(process);
}
