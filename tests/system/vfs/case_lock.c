/* Locks, between a case and its children. */
#include "file.h"

#define READ LOCK_TYPE_READ
#define WRITE LOCK_TYPE_WRITE
#define NONE LOCK_TYPE_NONE

/* What a child finds when it asks. */
static int other_asks(const char *path, uint32_t how, int type, int64_t start, int64_t length)
{
	const pid32 child = child_make();

	if (child == 0) {
		const int fd = f_open(path, RW, 0);
		const int answer = fd < 0 ? fd : f_lock(fd, how, type, start, length);

		(void)f_close(fd);
		program_exit(answer < 0 ? -answer : answer);
	}
	return child_wait(child) >> 8;
}

void case_lock(void)
{
	const char *path = "/tmp/lock/a";
	const int fd = f_open(path, NEW, 0644);

	CHECK_EQ(f_lock(fd, VFS_LOCK_SET, WRITE, 10, 10), 0);
	CHECK_EQ(f_lock(fd, VFS_LOCK_SET, WRITE, 10, 10), 0);
	CHECK_EQ(f_lock(fd, VFS_LOCK_GET, WRITE, 0, 0), NONE);
	CHECK_EQ(other_asks(path, VFS_LOCK_GET, READ, 0, 0), WRITE);
	CHECK_EQ(other_asks(path, VFS_LOCK_SET, READ, 19, 1), EAGAIN);
	CHECK_EQ(other_asks(path, VFS_LOCK_SET, WRITE, 20, 0), 0);
	CHECK_EQ(other_asks(path, VFS_LOCK_SET, WRITE, 0, 10), 0);
	CHECK_EQ(f_lock(fd, VFS_LOCK_SET, READ, 10, 10), 0);
	CHECK_EQ(other_asks(path, VFS_LOCK_SET, READ, 0, 0), 0);
	CHECK_EQ(f_lock(fd, VFS_LOCK_SET, NONE, 12, 2), 0);
	CHECK_EQ(other_asks(path, VFS_LOCK_SET, WRITE, 12, 2), 0);
	CHECK_EQ(other_asks(path, VFS_LOCK_SET, WRITE, 12, 3), EAGAIN);
	CHECK_EQ(f_lock(fd, VFS_LOCK_SET, NONE, 0, 0), 0);
	CHECK_EQ(other_asks(path, VFS_LOCK_SET, WRITE, 0, 0), 0);
}

void case_lock_refused(void)
{
	int fd = f_open("a", NEW, 0644), pipe[2];

	CHECK_EQ(f_lock(fd, VFS_LOCK_SET, 7, 0, 0), -EINVAL);
	CHECK_EQ(f_lock(fd, 9, READ, 0, 0), -EINVAL);
	CHECK_EQ(f_lock(fd, VFS_LOCK_SET, READ, -5, 1), -EINVAL);
	CHECK_EQ(f_lock(fd, VFS_LOCK_SET, READ, 5, -6), -EINVAL);
	CHECK_EQ(f_lock(fd, VFS_LOCK_SET, READ, INT64_MAX, 5), -EOVERFLOW);
	CHECK_EQ(f_lock(99, VFS_LOCK_SET, READ, 0, 0), -EBADF);
	fd = f_open("a", FILE_READ_ONLY, 0);
	CHECK_EQ(f_lock(fd, VFS_LOCK_SET, WRITE, 0, 0), -EBADF);
	CHECK_EQ(f_pipe(pipe, 0), 0);
	CHECK_EQ(f_lock(pipe[0], VFS_LOCK_SET, READ, 0, 0), -EINVAL);
}

void case_lock_closed(void)
{
	const char *path = "/tmp/lock_closed/a";
	const int fd = f_open(path, NEW, 0644), other = f_open(path, 0, 0);

	/* Any descriptor of the file takes all the process's locks on it away. */
	CHECK_EQ(f_lock(fd, VFS_LOCK_SET, WRITE, 0, 0), 0);
	CHECK_EQ(other_asks(path, VFS_LOCK_SET, READ, 0, 0), EAGAIN);
	CHECK_EQ(f_close(other), 0);
	CHECK_EQ(other_asks(path, VFS_LOCK_SET, READ, 0, 0), 0);
}

void case_lock_waits(void)
{
	const char *path = "/tmp/lock_waits/a";
	const int fd = f_open(path, NEW, 0644);
	pid32 child;

	CHECK_EQ(f_lock(fd, VFS_LOCK_SET, WRITE, 0, 0), 0);
	child = child_make();
	if (child == 0) {
		const int own = f_open(path, RW, 0);

		CHECK_EQ(f_lock(own, VFS_LOCK_WAIT, WRITE, 5, 5), 0);
		CHECK(file_is(path, "first"));
		program_exit(0);
	}
	give_time();
	CHECK_EQ(f_write(fd, "first", 5), 5);
	CHECK_EQ(f_lock(fd, VFS_LOCK_SET, NONE, 0, 0), 0);
	CHECK_EQ(child_wait(child), EXITED(0));
}

void case_lock_deadlock(void)
{
	const char *path = "/tmp/lock_deadlock/a";
	const int fd = f_open(path, NEW, 0644);
	unsigned int refused;
	pid32 child;

	CHECK_EQ(f_lock(fd, VFS_LOCK_SET, WRITE, 0, 1), 0);
	child = child_make();
	if (child == 0) {
		const int own = f_open(path, RW, 0);
		int error;

		CHECK_EQ(f_lock(own, VFS_LOCK_SET, WRITE, 1, 1), 0);
		error = f_lock(own, VFS_LOCK_WAIT, WRITE, 0, 1);
		(void)f_close(own);
		program_exit(error == -EDEADLK ? 1 : error == 0 ? 0 : 2);
	}
	while (f_lock(fd, VFS_LOCK_GET, WRITE, 1, 1) == NONE)
		yield();
	refused = f_lock(fd, VFS_LOCK_WAIT, WRITE, 1, 1) == -EDEADLK;
	CHECK_EQ(f_close(fd), 0);
	refused += child_wait(child) == EXITED(1);
	/* One of the two was refused, and the other got what it waited for. */
	CHECK_EQ(refused, 1);
}

void case_flock(void)
{
	const int a = f_open("a", NEW, 0644), b = f_open("a", RW, 0);

	CHECK_EQ(f_flock(a, FLOCK_EXCLUSIVE), 0);
	CHECK_EQ(f_flock(b, FLOCK_SHARED | FLOCK_NO_WAIT), -EAGAIN);
	CHECK_EQ(f_flock(f_dup(a, 0), FLOCK_SHARED), 0);
	CHECK_EQ(f_flock(b, FLOCK_SHARED | FLOCK_NO_WAIT), 0);
	CHECK_EQ(f_flock(a, FLOCK_EXCLUSIVE | FLOCK_NO_WAIT), -EAGAIN);
	CHECK_EQ(f_flock(b, FLOCK_UNLOCK), 0);
	CHECK_EQ(f_flock(a, FLOCK_EXCLUSIVE | FLOCK_NO_WAIT), 0);
	CHECK_EQ(f_flock(a, 3), -EINVAL);
	CHECK_EQ(f_flock(99, FLOCK_SHARED), -EBADF);
}

void case_locks_all(void)
{
	const int fd = f_open("a", NEW, 0644);
	int64_t at = 0;
	int error;

	while ((error = f_lock(fd, VFS_LOCK_SET, WRITE, at, 1)) == 0)
		at += 2;
	CHECK_EQ(error, -ENOLCK);
	CHECK(at > 200);
	CHECK_EQ(f_lock(fd, VFS_LOCK_GET, WRITE, 0, 0), NONE);
	CHECK_EQ(f_close(fd), 0);
	CHECK_EQ(f_lock(f_open("a", RW, 0), VFS_LOCK_SET, WRITE, 0, 1), 0);
}
