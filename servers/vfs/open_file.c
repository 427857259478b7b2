/* The table of open files. */
#include "open_file.h"

#include "epoll.h"
#include "lock.h"
#include "process.h"
#include "vnode.h"
#include <sys.h>

#define OPEN_FILES 1024u

static struct open_file files[OPEN_FILES];
static struct open_file *free_list;
static unsigned int fresh;

struct open_file *open_file_make(const struct file_kind *kind, uint32_t flags)
{
	struct open_file *file = free_list;

	if (file != NULL)
		free_list = file->next;
	else if (fresh < OPEN_FILES)
		file = &files[fresh++];
	else
		return NULL;
	*file = (struct open_file){.references = 1, .kind = kind, .flags = flags};
	return file;
}

struct open_file *open_file_get(struct open_file *file)
{
	assert(file->references > 0);
	file->references++;
	return file;
}

void open_file_put(struct open_file *file)
{
	assert(file->references > 0);
	if (--file->references > 0)
		return;
	/* Its end may ask a server, and others run: nobody finds it any more. */
	flock_drop(file);
	epoll_forget(file);
	if (file->kind->close != NULL && !(file->flags & FILE_PATH))
		file->kind->close(file);
	if (file->vnode != NULL)
		vnode_put(file->vnode);
	file->next = free_list;
	free_list = file;
}

void open_file_close(struct process *process, struct open_file *file)
{
	if (file->vnode != NULL)
		lock_drop_process(file->vnode, process);
	open_file_put(file);
}

int open_file_any(struct call *call, int32_t fd, struct open_file **file)
{
	*file = descriptor_file(call->process, fd);
	if (*file == NULL)
		return -EBADF;
	open_file_get(*file);
	return 0;
}

int open_file_of(struct call *call, int32_t fd, uint32_t access, struct open_file **file)
{
	struct open_file *found = descriptor_file(call->process, fd);
	const uint32_t have = found != NULL ? found->flags & FILE_ACCESS_MASK : 0;

	if (found == NULL || found->flags & FILE_PATH ||
	    (have != access && have != FILE_READ_WRITE))
		return -EBADF;
	*file = open_file_get(found);
	return 0;
}

bool open_file_seeks(const struct open_file *file)
{
	return file->kind->has_position && !file->is_stream;
}

struct open_file *open_file_next(unsigned int *at)
{
	while (*at < fresh) {
		struct open_file *file = &files[(*at)++];

		if (file->references > 0)
			return file;
	}
	return NULL;
}
