/* Pipes, and what waits for them. */
#include "file.h"

#include <vfs_call.h>

static char large[70000];

void case_pipe(void)
{
	char found[8];
	int fd[2];

	CHECK_EQ(f_pipe(fd, 0), 0);
	CHECK_EQ(f_write(fd[1], "hello", 5), 5);
	CHECK_EQ(f_read(fd[0], found, 3), 3);
	CHECK_EQ(f_read(fd[0], found + 3, 5), 2);
	CHECK(memcmp(found, "hello", 5) == 0);
	CHECK_EQ(f_read(fd[1], found, 1), -EBADF);
	CHECK_EQ(f_write(fd[0], found, 1), -EBADF);
	CHECK_EQ(f_seek(fd[0], 0, SEEK_START), -ESPIPE);
	CHECK_EQ(f_read_at(fd[0], found, 1, 0), -ESPIPE);
	CHECK_EQ(f_close(fd[1]), 0);
	CHECK_EQ(f_read(fd[0], found, 1), 0);
}

void case_pipe_broken(void)
{
	int fd[2];

	CHECK_EQ(f_pipe(fd, 0), 0);
	CHECK_EQ(f_close(fd[0]), 0);
	CHECK_EQ(f_write(fd[1], "x", 1), -EPIPE);
	CHECK_EQ(f_write(fd[1], "x", 0), 0);
}

void case_pipe_nonblock(void)
{
	unsigned long total = 0;
	char byte;
	int fd[2];
	long wrote;

	CHECK_EQ(f_pipe(fd, FILE_NONBLOCK), 0);
	CHECK_EQ(f_read(fd[0], &byte, 1), -EAGAIN);
	while ((wrote = f_write(fd[1], large, 1000)) > 0)
		total += (unsigned long)wrote;
	CHECK_EQ(wrote, -EAGAIN);
	CHECK(total % 1000 == 0 && total >= 4096);
	CHECK(f_write(fd[1], large, 10000) > 0);
	CHECK_EQ(f_write(fd[1], large, 10000), -EAGAIN);
	CHECK_EQ(f_pipe(fd, 1), -EINVAL);
}

void case_pipe_ring(void)
{
	char found[1000];
	unsigned int sent = 0, got = 0;
	int fd[2];

	CHECK_EQ(f_pipe(fd, 0), 0);
	for (unsigned int round = 0; round < 100; round++) {
		for (unsigned int i = 0; i < 777; i++)
			large[i] = (char)sent++;
		CHECK_EQ(f_write(fd[1], large, 777), 777);
		CHECK_EQ(f_read(fd[0], found, sizeof(found)), 777);
		for (unsigned int i = 0; i < 777; i++)
			CHECK(found[i] == (char)got++);
	}
}

void case_pipe_many(void)
{
	int fd[2], first = -1;
	unsigned int made = 0;
	int error;

	while ((error = f_pipe(fd, 0)) == 0) {
		made++;
		first = first < 0 ? fd[0] : first;
	}
	CHECK(error == -EMFILE || error == -ENFILE);
	CHECK(made >= 64);
	CHECK_EQ(f_close(first), 0);
	CHECK_EQ(f_close(first + 1), 0);
	CHECK_EQ(f_pipe(fd, 0), 0);
	CHECK(f_write(fd[1], "x", 1) == 1);
}

/* A child at the other end of a pipe with a name, until it is told to end. */
static void fifo_make(void)
{
	CHECK_EQ(f_make("fifo", MODE_PIPE | 0644, 0, 0), 0);
}

#define PLACE(test) "/tmp/" test "/fifo"

void case_fifo(void)
{
	char found[8];
	pid32 child;
	int fd;

	fifo_make();
	child = child_make();
	if (child == 0) {
		fd = f_open(PLACE("fifo"), FILE_WRITE_ONLY, 0);
		CHECK(fd >= 0);
		CHECK_EQ(f_write(fd, "through", 7), 7);
		CHECK_EQ(f_close(fd), 0);
		program_exit(0);
	}
	fd = f_open("fifo", FILE_READ_ONLY, 0);
	CHECK(fd >= 0);
	CHECK_EQ(f_read(fd, found, sizeof(found)), 7);
	CHECK(memcmp(found, "through", 7) == 0);
	CHECK_EQ(f_read(fd, found, sizeof(found)), 0);
	CHECK_EQ(child_wait(child), EXITED(0));
}

void case_fifo_nonblock(void)
{
	char byte;
	int fd;

	fifo_make();
	CHECK_EQ(f_open("fifo", FILE_WRITE_ONLY | FILE_NONBLOCK, 0), -ENXIO);
	fd = f_open("fifo", FILE_READ_ONLY | FILE_NONBLOCK, 0);
	CHECK(fd >= 0);
	CHECK_EQ(f_read(fd, &byte, 1), 0);
	CHECK_EQ(f_open("fifo", FILE_WRITE_ONLY | FILE_NONBLOCK, 0), fd + 1);
	CHECK_EQ(f_read(fd, &byte, 1), -EAGAIN);
	CHECK_EQ(f_open("fifo", FILE_READ_WRITE, 0), fd + 2);
}

void case_pipe_blocks(void)
{
	pid32 child;
	unsigned long got = 0;
	int fd;

	fifo_make();
	child = child_make();
	if (child == 0) {
		fd = f_open(PLACE("pipe_blocks"), FILE_WRITE_ONLY, 0);
		for (unsigned int i = 0; i < sizeof(large); i++)
			large[i] = (char)(i * 3);
		/* More than there is room for, in one call. */
		CHECK_EQ(f_write(fd, large, sizeof(large)), (long)sizeof(large));
		CHECK_EQ(f_close(fd), 0);
		program_exit(0);
	}
	fd = f_open("fifo", FILE_READ_ONLY, 0);
	while (got < sizeof(large)) {
		const long bytes = f_read(fd, large + got, 5000);

		CHECK(bytes > 0);
		got += (unsigned long)bytes;
	}
	for (unsigned int i = 0; i < sizeof(large); i++)
		CHECK(large[i] == (char)(i * 3));
	CHECK_EQ(child_wait(child), EXITED(0));
}

void case_pipe_breaks_late(void)
{
	pid32 child;
	long wrote;
	int fd;

	fifo_make();
	child = child_make();
	if (child == 0) {
		fd = f_open(PLACE("pipe_breaks_late"), FILE_READ_ONLY, 0);
		give_time();
		CHECK_EQ(f_close(fd), 0);
		program_exit(0);
	}
	fd = f_open("fifo", FILE_WRITE_ONLY, 0);
	/* What went in counts; then the end is known. */
	wrote = f_write(fd, large, sizeof(large));
	CHECK((wrote > 0 && wrote < (long)sizeof(large)) || wrote == -EPIPE);
	CHECK_EQ(f_write(fd, large, 1), -EPIPE);
	CHECK_EQ(child_wait(child), EXITED(0));
}

void case_poll(void)
{
	struct poll_entry entries[3] = {
		{.events = POLL_IN}, {.events = POLL_OUT}, {.fd = -1, .events = POLL_IN}};
	char byte;
	int fd[2];

	CHECK_EQ(f_pipe(fd, 0), 0);
	entries[0].fd = fd[0];
	entries[1].fd = fd[1];
	CHECK_EQ(f_poll(entries, 3, 0), 1);
	CHECK_EQ(entries[0].ready, 0);
	CHECK_EQ(entries[1].ready, POLL_OUT);
	CHECK_EQ(f_write(fd[1], "x", 1), 1);
	CHECK_EQ(f_poll(entries, 3, VFS_FOREVER), 2);
	CHECK_EQ(entries[0].ready, POLL_IN);
	CHECK_EQ(f_read(fd[0], &byte, 1), 1);
	CHECK_EQ(f_close(fd[1]), 0);
	CHECK_EQ(f_poll(entries, 2, VFS_FOREVER), 2);
	CHECK_EQ(entries[0].ready, POLL_HANGUP);
	CHECK_EQ(entries[1].ready, POLL_INVALID);
	CHECK_EQ(f_poll((void *)0x10, 1, 0), -EFAULT);
	CHECK_EQ(f_poll(entries, VFS_POLL_MAX + 1, 0), -EINVAL);
}

void case_poll_times_out(void)
{
	struct poll_entry entry = {.events = POLL_IN};
	int fd[2];

	CHECK_EQ(f_pipe(fd, 0), 0);
	entry.fd = fd[0];
	for (unsigned int i = 0; i < 5; i++)
		CHECK_EQ(f_poll(&entry, 1, 3000000), 0);
	CHECK_EQ(f_poll(NULL, 0, 1000000), 0);
	CHECK_EQ(f_poll(&entry, 1, 0), 0);
}

void case_poll_woken(void)
{
	struct poll_entry entry = {.events = POLL_IN};
	char byte;
	pid32 child;

	fifo_make();
	child = child_make();
	if (child == 0) {
		const int fd = f_open(PLACE("poll_woken"), FILE_WRITE_ONLY, 0);

		for (unsigned int i = 0; i < 20; i++) {
			give_time();
			CHECK_EQ(f_write(fd, "x", 1), 1);
		}
		program_exit(0);
	}
	entry.fd = f_open("fifo", FILE_READ_ONLY, 0);
	for (unsigned int i = 0; i < 20; i++) {
		CHECK_EQ(f_poll(&entry, 1, VFS_FOREVER), 1);
		CHECK_EQ(f_read(entry.fd, &byte, 1), 1);
	}
	CHECK_EQ(child_wait(child), EXITED(0));
}

void case_poll_file(void)
{
	struct poll_entry entry = {.events = POLL_IN | POLL_OUT};

	entry.fd = f_open("a", NEW, 0644);
	CHECK_EQ(f_poll(&entry, 1, VFS_FOREVER), 1);
	CHECK_EQ(entry.ready, POLL_IN | POLL_OUT);
}

static int event_make(uint64_t value, uint32_t flags)
{
	const struct vfs_event_req request = {.value = value, .flags = flags};
	struct vfs_fd_reply reply;
	const int error = vfs_event(&request, &reply);

	return error != 0 ? error : reply.fd;
}

void case_event(void)
{
	uint64_t value = 5;
	struct poll_entry entry = {.events = POLL_IN};
	const int fd = event_make(3, FILE_NONBLOCK);

	CHECK_EQ(f_write(fd, &value, 8), 8);
	CHECK_EQ(f_read(fd, &value, 8), 8);
	CHECK(value == 8);
	CHECK_EQ(f_read(fd, &value, 8), -EAGAIN);
	CHECK_EQ(f_read(fd, &value, 7), -EINVAL);
	entry.fd = fd;
	CHECK_EQ(f_poll(&entry, 1, 0), 0);
	value = UINT64_MAX;
	CHECK_EQ(f_write(fd, &value, 8), -EINVAL);
	value--;
	CHECK_EQ(f_write(fd, &value, 8), 8);
	value = 1;
	CHECK_EQ(f_write(fd, &value, 8), -EAGAIN);
	CHECK_EQ(f_poll(&entry, 1, 0), 1);
}

void case_event_semaphore(void)
{
	const int fd = event_make(2, VFS_EVENT_SEMAPHORE | FILE_NONBLOCK);
	uint64_t value;

	for (unsigned int i = 0; i < 2; i++) {
		CHECK_EQ(f_read(fd, &value, 8), 8);
		CHECK(value == 1);
	}
	CHECK_EQ(f_read(fd, &value, 8), -EAGAIN);
	CHECK_EQ(event_make(0, 2), -EINVAL);
}

static int epoll_make(void)
{
	const struct vfs_value_req request = {.value = 0};
	struct vfs_fd_reply reply;

	CHECK_EQ(vfs_epoll(&request, &reply), 0);
	return reply.fd;
}

void case_epoll(void)
{
	struct vfs_epoll_event events[4];
	const int set = epoll_make();
	char byte;
	int fd[2];

	CHECK_EQ(f_pipe(fd, 0), 0);
	CHECK_EQ(f_epoll_set(set, fd[0], VFS_EPOLL_ADD, POLL_IN, 11), 0);
	CHECK_EQ(f_epoll_set(set, fd[0], VFS_EPOLL_ADD, POLL_IN, 11), -EEXIST);
	CHECK_EQ(f_epoll_set(set, fd[1], VFS_EPOLL_CHANGE, POLL_OUT, 22), -ENOENT);
	CHECK_EQ(f_epoll_wait(set, events, 4, 0), 0);
	CHECK_EQ(f_epoll_set(set, fd[1], VFS_EPOLL_ADD, POLL_OUT, 22), 0);
	CHECK_EQ(f_write(fd[1], "x", 1), 1);
	CHECK_EQ(f_epoll_wait(set, events, 4, VFS_FOREVER), 2);
	CHECK_EQ(f_epoll_wait(set, events, 1, VFS_FOREVER), 1);
	CHECK_EQ(f_epoll_set(set, fd[1], VFS_EPOLL_REMOVE, 0, 0), 0);
	CHECK_EQ(f_epoll_wait(set, events, 4, VFS_FOREVER), 1);
	CHECK(events[0].data == 11 && events[0].events == POLL_IN);
	CHECK_EQ(f_read(fd[0], &byte, 1), 1);
	CHECK_EQ(f_close(fd[0]), 0);
	CHECK_EQ(f_epoll_wait(set, events, 4, 2000000), 0);
}

void case_epoll_edge(void)
{
	struct vfs_epoll_event event;
	const int set = epoll_make();
	int fd[2];

	CHECK_EQ(f_pipe(fd, 0), 0);
	CHECK_EQ(f_epoll_set(set, fd[0], VFS_EPOLL_ADD, POLL_IN | EPOLL_EDGE, 1), 0);
	CHECK_EQ(f_write(fd[1], "x", 1), 1);
	CHECK_EQ(f_epoll_wait(set, &event, 1, VFS_FOREVER), 1);
	CHECK_EQ(f_epoll_wait(set, &event, 1, 0), 0);
	CHECK_EQ(f_write(fd[1], "x", 1), 1);
	CHECK_EQ(f_epoll_wait(set, &event, 1, VFS_FOREVER), 1);
	CHECK_EQ(f_epoll_set(set, fd[0], VFS_EPOLL_CHANGE, POLL_IN | EPOLL_ONE_SHOT, 1), 0);
	CHECK_EQ(f_epoll_wait(set, &event, 1, VFS_FOREVER), 1);
	CHECK_EQ(f_write(fd[1], "x", 1), 1);
	CHECK_EQ(f_epoll_wait(set, &event, 1, 0), 0);
}

void case_epoll_refused(void)
{
	struct vfs_epoll_event event;
	const int set = epoll_make(), other = epoll_make();
	const int file = f_open("a", NEW, 0644);

	CHECK_EQ(f_epoll_set(set, file, VFS_EPOLL_ADD, POLL_IN, 0), -EPERM);
	CHECK_EQ(f_epoll_set(set, set, VFS_EPOLL_ADD, POLL_IN, 0), -EINVAL);
	CHECK_EQ(f_epoll_set(set, 99, VFS_EPOLL_ADD, POLL_IN, 0), -EBADF);
	CHECK_EQ(f_epoll_set(file, set, VFS_EPOLL_ADD, POLL_IN, 0), -EINVAL);
	CHECK_EQ(f_epoll_set(set, other, VFS_EPOLL_ADD, POLL_IN, 0), 0);
	CHECK_EQ(f_epoll_set(other, set, VFS_EPOLL_ADD, POLL_IN, 0), -ELOOP);
	CHECK_EQ(f_epoll_wait(set, &event, 0, 0), -EINVAL);
	CHECK_EQ(f_epoll_wait(file, &event, 1, 0), -EINVAL);
}
