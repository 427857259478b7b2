/* VFS's calls as cases like them: a path is a string, the answer is a number or -errno. */
#pragma once

#include "tests/system/user/case.h"

#include <skerry/vfs.h>

#define RW FILE_READ_WRITE
#define NEW (FILE_READ_WRITE | FILE_CREATE | FILE_TRUNCATE)

int f_open_at(int directory, const char *path, uint32_t flags, uint32_t mode);
int f_open(const char *path, uint32_t flags, uint32_t mode);
int f_close(int fd);
long f_read(int fd, void *to, size_t bytes);
long f_write(int fd, const void *from, size_t bytes);
long f_read_at(int fd, void *to, size_t bytes, uint64_t offset);
long f_write_at(int fd, const void *from, size_t bytes, uint64_t offset);
long f_seek(int fd, int64_t offset, uint32_t whence);
int f_stat_at(int directory, const char *path, uint32_t flags, struct file_status *status);
int f_stat(const char *path, struct file_status *status);
int f_stat_fd(int fd, struct file_status *status);
int f_mkdir(const char *path, uint32_t mode);
int f_make(const char *path, uint32_t mode, uint32_t major, uint32_t minor);
int f_unlink(const char *path);
int f_rmdir(const char *path);
int f_rename(const char *from, const char *to, uint32_t flags);
int f_link(const char *from, const char *to);
int f_symlink(const char *text, const char *path);
long f_read_link(const char *path, char *to, size_t bytes);
int f_chmod(const char *path, uint32_t mode);
int f_chown(const char *path, uint32_t user, uint32_t group);
int f_truncate(const char *path, uint64_t size);
int f_truncate_fd(int fd, uint64_t size);
int f_access(const char *path, uint32_t access);
int f_chdir(const char *path);
long f_getcwd(char *to, size_t bytes);
int f_dup(int fd, int from);
int f_dup_to(int fd, int to);
long f_fcntl(int fd, uint32_t command, uint32_t argument);
int f_pipe(int fd[2], uint32_t flags);
long f_poll(struct poll_entry *entries, uint32_t count, uint64_t wait);
int f_lock(int fd, uint32_t how, int type, int64_t start, int64_t length);
int f_flock(int fd, uint32_t operation);
long f_map(int fd, size_t bytes, uint64_t offset, uint32_t protection, uint32_t flags);
long f_getdents(int fd, void *to, size_t bytes);
int f_epoll_set(int set, int fd, uint32_t what, uint32_t events, uint64_t data);
long f_epoll_wait(int set, struct vfs_epoll_event *events, uint32_t count, uint64_t wait);

#define VFS_CASE(function, behaviour) void case_##function(void);
#include "cases.def"
#undef VFS_CASE

/* A file with this text. */
void file_put(const char *path, const char *text);
/* Does it hold just this? */
bool file_is(const char *path, const char *text);

/* Is the name in the directory? */
bool name_is_in(const char *directory, const char *name);
unsigned int names_in(const char *directory);

/* Let a child wait in VFS: time is given to others, and never counted on. */
void give_time(void);
