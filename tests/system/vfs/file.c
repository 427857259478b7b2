/* Calls to VFS with strings and numbers. */
#include "file.h"

#include <vfs_call.h>

#define PATH(text) .path = (uintptr_t)(text), .path_bytes = strlen(text) + 1

int f_open_at(int directory, const char *path, uint32_t flags, uint32_t mode)
{
	const struct vfs_open_req request = {
		.directory = directory, PATH(path), .flags = flags, .mode = mode};
	struct vfs_fd_reply reply;
	const int error = vfs_open(&request, &reply);

	return error != 0 ? error : reply.fd;
}

int f_open(const char *path, uint32_t flags, uint32_t mode)
{
	return f_open_at(AT_CURRENT, path, flags, mode);
}

int f_close(int fd)
{
	const struct vfs_fd_req request = {.fd = fd};

	return vfs_close(&request, NULL);
}

static long transfer(int (*call)(const struct vfs_io_req *, struct vfs_count_reply *), int fd,
		     const void *memory, size_t bytes, uint32_t flags, uint64_t offset)
{
	const struct vfs_io_req request = {
		.fd = fd,
		.flags = flags,
		.address = (uintptr_t)memory,
		.bytes = bytes,
		.offset = offset,
	};
	struct vfs_count_reply reply;
	const int error = call(&request, &reply);

	return error != 0 ? error : (long)reply.count;
}

long f_read(int fd, void *to, size_t bytes)
{
	return transfer(vfs_read, fd, to, bytes, 0, 0);
}

long f_write(int fd, const void *from, size_t bytes)
{
	return transfer(vfs_write, fd, from, bytes, 0, 0);
}

long f_read_at(int fd, void *to, size_t bytes, uint64_t offset)
{
	return transfer(vfs_read, fd, to, bytes, VFS_AT, offset);
}

long f_write_at(int fd, const void *from, size_t bytes, uint64_t offset)
{
	return transfer(vfs_write, fd, from, bytes, VFS_AT, offset);
}

long f_seek(int fd, int64_t offset, uint32_t whence)
{
	const struct vfs_seek_req request = {.fd = fd, .whence = whence, .offset = offset};
	struct vfs_offset_reply reply;
	const int error = vfs_seek(&request, &reply);

	return error != 0 ? error : (long)reply.offset;
}

int f_stat_at(int directory, const char *path, uint32_t flags, struct file_status *status)
{
	const struct vfs_stat_req request = {
		.directory = directory, PATH(path), .address = (uintptr_t)status, .flags = flags};

	return vfs_stat(&request, NULL);
}

int f_stat(const char *path, struct file_status *status)
{
	return f_stat_at(AT_CURRENT, path, 0, status);
}

int f_stat_fd(int fd, struct file_status *status)
{
	return f_stat_at(fd, "", AT_EMPTY, status);
}

int f_make(const char *path, uint32_t mode, uint32_t major, uint32_t minor)
{
	const struct vfs_node_req request = {
		.directory = AT_CURRENT, PATH(path), .mode = mode, .major = major, .minor = minor};

	return vfs_make_node(&request, NULL);
}

int f_mkdir(const char *path, uint32_t mode)
{
	return f_make(path, MODE_DIRECTORY | mode, 0, 0);
}

static int unlink_with(const char *path, uint32_t flags)
{
	const struct vfs_path_req request = {.directory = AT_CURRENT, PATH(path), .flags = flags};

	return vfs_unlink(&request, NULL);
}

int f_unlink(const char *path)
{
	return unlink_with(path, 0);
}

int f_rmdir(const char *path)
{
	return unlink_with(path, AT_REMOVE_DIRECTORY);
}

static int two_paths(int (*call)(const struct vfs_two_paths_req *, struct vfs_empty_reply *),
		     const char *from, const char *to, uint32_t flags)
{
	const struct vfs_two_paths_req request = {
		.from_directory = AT_CURRENT,
		.to_directory = AT_CURRENT,
		.from = (uintptr_t)from,
		.to = (uintptr_t)to,
		.from_bytes = strlen(from) + 1,
		.to_bytes = strlen(to) + 1,
		.flags = flags,
	};

	return call(&request, NULL);
}

int f_rename(const char *from, const char *to, uint32_t flags)
{
	return two_paths(vfs_rename, from, to, flags);
}

int f_link(const char *from, const char *to)
{
	return two_paths(vfs_link, from, to, 0);
}

int f_symlink(const char *text, const char *path)
{
	return two_paths(vfs_symlink, text, path, 0);
}

long f_read_link(const char *path, char *to, size_t bytes)
{
	const struct vfs_read_link_req request = {
		.directory = AT_CURRENT, PATH(path), .address = (uintptr_t)to, .bytes = bytes};
	struct vfs_count_reply reply;
	const int error = vfs_read_link(&request, &reply);

	return error != 0 ? error : (long)reply.count;
}

int f_chmod(const char *path, uint32_t mode)
{
	const struct vfs_mode_req request = {.directory = AT_CURRENT, PATH(path), .mode = mode};

	return vfs_change_mode(&request, NULL);
}

int f_chown(const char *path, uint32_t user, uint32_t group)
{
	const struct vfs_owner_req request = {
		.directory = AT_CURRENT, PATH(path), .user = user, .group = group};

	return vfs_change_owner(&request, NULL);
}

int f_truncate(const char *path, uint64_t size)
{
	const struct vfs_truncate_req request = {.directory = AT_CURRENT, PATH(path), .size = size};

	return vfs_truncate(&request, NULL);
}

int f_truncate_fd(int fd, uint64_t size)
{
	const struct vfs_truncate_req request = {
		.directory = fd, PATH(""), .size = size, .flags = AT_EMPTY};

	return vfs_truncate(&request, NULL);
}

int f_access(const char *path, uint32_t access)
{
	const struct vfs_access_req request = {
		.directory = AT_CURRENT, PATH(path), .access = access};

	return vfs_access(&request, NULL);
}

int f_chdir(const char *path)
{
	const struct vfs_path_req request = {.directory = AT_CURRENT, PATH(path)};

	return vfs_chdir(&request, NULL);
}

long f_getcwd(char *to, size_t bytes)
{
	const struct vfs_buffer_req request = {(uintptr_t)to, bytes};
	struct vfs_count_reply reply;
	const int error = vfs_getcwd(&request, &reply);

	return error != 0 ? error : (long)reply.count;
}

static int dup_with(int fd, int to, uint32_t how)
{
	const struct vfs_dup_req request = {.fd = fd, .to = to, .how = how};
	struct vfs_fd_reply reply;
	const int error = vfs_dup(&request, &reply);

	return error != 0 ? error : reply.fd;
}

int f_dup(int fd, int from)
{
	return dup_with(fd, from, VFS_DUP_FROM);
}

int f_dup_to(int fd, int to)
{
	return dup_with(fd, to, 0);
}

long f_fcntl(int fd, uint32_t command, uint32_t argument)
{
	const struct vfs_fcntl_req request = {fd, command, argument};
	struct vfs_value_reply reply;
	const int error = vfs_fcntl(&request, &reply);

	return error != 0 ? error : (long)reply.value;
}

int f_pipe(int fd[2], uint32_t flags)
{
	const struct vfs_value_req request = {.value = flags};
	struct vfs_pipe_reply reply = {.fd = {-1, -1}};
	const int error = vfs_pipe(&request, &reply);

	fd[0] = reply.fd[0];
	fd[1] = reply.fd[1];
	return error;
}

long f_poll(struct poll_entry *entries, uint32_t count, uint64_t wait)
{
	const struct vfs_poll_req request = {(uintptr_t)entries, wait, count};
	struct vfs_count_reply reply;
	const int error = vfs_poll(&request, &reply);

	return error != 0 ? error : (long)reply.count;
}

int f_lock(int fd, uint32_t how, int type, int64_t start, int64_t length)
{
	const struct vfs_lock_req request = {
		.fd = fd,
		.how = (uint16_t)how,
		.type = (int16_t)type,
		.start = start,
		.length = length,
	};
	struct vfs_lock_reply reply;
	const int error = vfs_lock(&request, &reply);

	return error != 0 ? error : how == VFS_LOCK_GET ? reply.type : 0;
}

int f_flock(int fd, uint32_t operation)
{
	const struct vfs_flock_req request = {fd, operation};

	return vfs_flock(&request, NULL);
}

long f_map(int fd, size_t bytes, uint64_t offset, uint32_t protection, uint32_t flags)
{
	const struct vfs_map_req request = {
		.fd = fd,
		.flags = flags,
		.bytes = bytes,
		.offset = offset,
		.protection = protection,
	};
	struct vfs_address_reply reply;
	const int error = vfs_map(&request, &reply);

	return error != 0 ? error : (long)reply.address;
}

long f_getdents(int fd, void *to, size_t bytes)
{
	const struct vfs_fd_buffer_req request = {
		.fd = fd, .address = (uintptr_t)to, .bytes = bytes};
	struct vfs_count_reply reply;
	const int error = vfs_getdents(&request, &reply);

	return error != 0 ? error : (long)reply.count;
}

int f_epoll_set(int set, int fd, uint32_t what, uint32_t events, uint64_t data)
{
	const struct vfs_epoll_set_req request = {set, fd, what, events, data};

	return vfs_epoll_set(&request, NULL);
}

long f_epoll_wait(int set, struct vfs_epoll_event *events, uint32_t count, uint64_t wait)
{
	const struct vfs_epoll_wait_req request = {set, count, (uintptr_t)events, wait};
	struct vfs_count_reply reply;
	const int error = vfs_epoll_wait(&request, &reply);

	return error != 0 ? error : (long)reply.count;
}

/* --- What cases often need -------------------------------------------------------------------- */

void file_put(const char *path, const char *text)
{
	const int fd = f_open(path, NEW, 0644);

	CHECK(fd >= 0);
	CHECK_EQ(f_write(fd, text, strlen(text)), strlen(text));
	CHECK_EQ(f_close(fd), 0);
}

bool file_is(const char *path, const char *text)
{
	char found[256];
	const int fd = f_open(path, 0, 0);
	long bytes;

	if (fd < 0)
		return false;
	bytes = f_read(fd, found, sizeof(found));
	CHECK_EQ(f_close(fd), 0);
	return bytes == (long)strlen(text) && memcmp(found, text, (size_t)bytes) == 0;
}

static unsigned int names_count(const char *directory, const char *name, bool *found)
{
	static char buffer[2048] __attribute__((aligned(8)));
	const int fd = f_open(directory, FILE_DIRECTORY, 0);
	unsigned int count = 0;
	long bytes;

	CHECK(fd >= 0);
	while ((bytes = f_getdents(fd, buffer, sizeof(buffer))) > 0) {
		for (long at = 0; at < bytes;) {
			const struct directory_entry *entry = (const void *)(buffer + at);

			count++;
			*found |= name != NULL && strcmp(entry->name, name) == 0;
			CHECK(entry->record_bytes % 8 == 0 && entry->record_bytes != 0);
			at += entry->record_bytes;
		}
	}
	CHECK_EQ(bytes, 0);
	CHECK_EQ(f_close(fd), 0);
	return count;
}

bool name_is_in(const char *directory, const char *name)
{
	bool found = false;

	(void)names_count(directory, name, &found);
	return found;
}

unsigned int names_in(const char *directory)
{
	bool found = false;

	return names_count(directory, NULL, &found);
}

void give_time(void)
{
	for (unsigned int i = 0; i < 50; i++)
		yield();
	(void)f_poll(NULL, 0, 20000000);
}
