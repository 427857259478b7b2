/* Files with data, and directories: what their servers do. */
#include "fs.h"
#include "kinds.h"
#include "map.h"
#include "memory.h"
#include "mount.h"
#include "process.h"

#define CHUNK 0x40000u /* asked of a server at once, which serves nobody else meanwhile */

static struct answer regular_read(struct piece *piece)
{
	struct fs_memory memory = {.call = piece->call};
	struct fs_count_reply reply = {.count = CHUNK};
	int error = map_flush(piece->file->vnode);

	while (error == 0 && piece->count < piece->bytes && reply.count > 0) {
		const uint64_t left = piece->bytes - piece->count;

		memory.address = piece->address + piece->count;
		error = fs_transfer(piece->file->vnode, FS_READ, &memory, piece->offset,
				    left < CHUNK ? left : CHUNK, 0, &reply);
		if (error != 0)
			break;
		piece->count += reply.count;
		piece->offset += reply.count;
	}
	return answer(piece->count > 0 ? 0 : error);
}

/* How much of it may be written, by the process's limit. */
static int limit_check(const struct piece *piece, uint64_t offset, uint64_t *bytes)
{
	uint64_t limit = piece->call->process->file_bytes_allowed;

	if (limit > INT64_MAX)
		limit = INT64_MAX;
	if (*bytes == 0)
		return 0;
	if (offset >= limit)
		return -EFBIG;
	if (*bytes > limit - offset)
		*bytes = limit - offset;
	return 0;
}

/* Nobody but root may change a program that runs as its owner, and leave it so. */
static int set_id_clear(struct call *call, struct vnode *vnode)
{
	struct fs_set_req set = {.what = FS_SET_MODE};

	if (call->process->effective_user == 0 || !(vnode->mode & (MODE_SET_USER | MODE_SET_GROUP)))
		return 0;
	set.mode = vnode->mode & MODE_PERMISSIONS & ~(MODE_SET_USER | MODE_SET_GROUP);
	return fs_set(vnode, &set);
}

static struct answer regular_write(struct piece *piece)
{
	struct vnode *vnode = piece->file->vnode;
	const bool append = piece->file->flags & FILE_APPEND;
	struct fs_memory memory = {.call = piece->call};
	struct fs_count_reply reply;
	int error = map_flush(vnode);

	if (error == 0 && piece->bytes > 0)
		error = set_id_clear(piece->call, vnode);
	while (error == 0 && piece->count < piece->bytes) {
		uint64_t bytes = piece->bytes - piece->count;

		if (bytes > CHUNK)
			bytes = CHUNK;
		error = limit_check(piece, append ? vnode->bytes : piece->offset, &bytes);
		if (error == 0)
			error = map_grows(vnode, (append ? vnode->bytes : piece->offset) + bytes);
		memory.address = piece->address + piece->count;
		if (error == 0)
			error = fs_transfer(vnode, FS_WRITE, &memory, piece->offset, bytes,
					    append ? FS_APPEND : 0, &reply);
		if (error != 0)
			break;
		piece->count += reply.count;
		piece->offset = append ? reply.offset : piece->offset + reply.count;
		vnode->bytes = reply.size;
		map_changed(vnode, piece->offset - reply.count, reply.count);
		if (reply.count < bytes)
			break;
	}
	return answer(piece->count > 0 ? 0 : error);
}

const struct file_kind kind_regular = {
	.read = regular_read,
	.write = regular_write,
	.has_position = true,
};

static struct answer directory_read(struct piece *piece)
{
	(void)piece;
	return answer(-EISDIR);
}

const struct file_kind kind_directory = {
	.read = directory_read,
	.has_position = true,
};

/* --- Calls for these alone -------------------------------------------------------------------- */

struct answer vfs_do_getdents(struct call *call, const struct vfs_fd_buffer_req *req,
			      struct vfs_count_reply *rep)
{
	const struct fs_memory memory = {.call = call, .address = req->address};
	struct fs_count_reply reply;
	struct open_file *file = call->file;
	int error = file == NULL ? open_file_of(call, req->fd, FILE_READ_ONLY, &file) : 0;

	if (error != 0)
		return answer(error);
	call->file = file;
	if (file->kind != &kind_directory) {
		error = -ENOTDIR;
	} else if (file->busy) {
		struct answer said = call_wait(call, &file->waiting);

		if (said.later)
			return said;
		error = said.code;
	} else {
		file->busy = true;
		error = fs_transfer(file->vnode, FS_GETDENTS, &memory, file->position,
				    req->bytes < CHUNK ? req->bytes : CHUNK, 0, &reply);
		file->busy = false;
		queue_wake(&file->waiting);
	}
	if (error == 0) {
		rep->count = reply.count;
		if (reply.count > 0)
			file->position = reply.offset;
	}
	call->file = NULL;
	open_file_put(file);
	return answer(error);
}

static int seek(struct open_file *file, const struct vfs_seek_req *req, uint64_t *position)
{
	int64_t base = 0;

	if (!open_file_seeks(file))
		return -ESPIPE;
	if (req->whence == SEEK_TO_DATA || req->whence == SEEK_TO_HOLE) {
		if (req->offset < 0 || file->kind != &kind_regular)
			return -ENXIO;
		return fs_seek(file->vnode, (uint64_t)req->offset,
			       req->whence == SEEK_TO_HOLE ? FS_HOLE : 0, position);
	}
	if (req->whence == SEEK_CURRENT)
		base = (int64_t)file->position;
	else if (req->whence == SEEK_FROM_END)
		base = (int64_t)file->vnode->bytes;
	else if (req->whence != SEEK_START)
		return -EINVAL;
	if (__builtin_add_overflow(base, req->offset, &base))
		return -EOVERFLOW;
	if (base < 0)
		return -EINVAL;
	*position = (uint64_t)base;
	return 0;
}

struct answer vfs_do_seek(struct call *call, const struct vfs_seek_req *req,
			  struct vfs_offset_reply *rep)
{
	struct open_file *file;
	uint64_t position;
	int error = open_file_any(call, req->fd, &file);

	if (error != 0)
		return answer(error);
	error = file->flags & FILE_PATH ? -EBADF : seek(file, req, &position);
	if (error == 0) {
		file->position = position;
		rep->offset = position;
	}
	open_file_put(file);
	return answer(error);
}

struct answer vfs_do_fsync(struct call *call, const struct vfs_fd_req *req,
			   struct vfs_empty_reply *rep)
{
	struct open_file *file;
	int error = open_file_any(call, req->fd, &file);

	(void)rep;
	if (error != 0)
		return answer(error);
	if (file->flags & FILE_PATH)
		error = -EBADF;
	else if (file->vnode == NULL ||
		 (file->kind != &kind_regular && file->kind != &kind_directory))
		error = -EINVAL;
	if (error == 0)
		error = map_flush(file->vnode);
	if (error == 0)
		error = fs_sync(file->vnode->mount, file->vnode->inode);
	open_file_put(file);
	return answer(error);
}
