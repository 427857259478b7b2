/* Files in memory. */
#include "file.h"

#include <vm_call.h>

#define PAGE 4096u

static char *map(int fd, size_t bytes, uint64_t offset, uint32_t protection, uint32_t flags)
{
	const long address = f_map(fd, bytes, offset, protection, flags);

	CHECK((unsigned long)address < ARCH_USER_LIMIT);
	return (char *)address;
}

static int file_of_pages(const char *path, unsigned int pages)
{
	const int fd = f_open(path, NEW, 0644);
	char page[PAGE];

	for (unsigned int i = 0; i < pages; i++) {
		memset(page, (char)('a' + i), sizeof(page));
		CHECK_EQ(f_write(fd, page, sizeof(page)), (long)sizeof(page));
	}
	return fd;
}

void case_map_private(void)
{
	const int fd = file_of_pages("a", 3);
	char *at = map(fd, 3 * PAGE, 0, VM_READ | VM_WRITE, 0);
	char byte;

	CHECK(at[0] == 'a' && at[PAGE] == 'b' && at[3 * PAGE - 1] == 'c');
	at[PAGE] = 'X';
	CHECK_EQ(f_read_at(fd, &byte, 1, PAGE), 1);
	CHECK_EQ(byte, 'b');
	CHECK_EQ(at[PAGE], 'X');
	CHECK_EQ(at[PAGE + 1], 'b');
}

void case_map_shared(void)
{
	const int fd = file_of_pages("a", 2);
	char *one = map(fd, 2 * PAGE, 0, VM_READ | VM_WRITE, VM_MAP_SHARED);
	char *two = map(fd, PAGE, PAGE, VM_READ, VM_MAP_SHARED);
	char byte;

	CHECK_EQ(two[5], 'b');
	one[PAGE + 5] = 'Y';
	CHECK_EQ(two[5], 'Y');
	CHECK_EQ(f_read_at(fd, &byte, 1, PAGE + 5), 1);
	CHECK_EQ(byte, 'Y');
	CHECK_EQ(f_write_at(fd, "Z", 1, PAGE + 6), 1);
	CHECK_EQ(two[6], 'Z');
	CHECK_EQ(two[5], 'Y');
	CHECK_EQ(one[0], 'a');
}

void case_map_stays(void)
{
	const int fd = file_of_pages("a", 1);
	char *at = map(fd, PAGE, 0, VM_READ | VM_WRITE, VM_MAP_SHARED);

	CHECK_EQ(f_close(fd), 0);
	at[1] = 'K';
	memory_unmap(at, PAGE);
	{
		const int again = f_open("a", 0, 0);
		char found[3];

		CHECK_EQ(f_read(again, found, 3), 3);
		CHECK(memcmp(found, "aKa", 3) == 0);
	}
}

void case_map_unlinked(void)
{
	const int fd = file_of_pages("a", 2);
	const char *at = map(fd, 2 * PAGE, 0, VM_READ, VM_MAP_SHARED);

	CHECK_EQ(f_unlink("a"), 0);
	CHECK_EQ(f_close(fd), 0);
	CHECK_EQ(at[PAGE], 'b');
	CHECK_EQ(at[0], 'a');
}

void case_map_fork(void)
{
	const int fd = file_of_pages("a", 2);
	char *shared = map(fd, 2 * PAGE, 0, VM_READ | VM_WRITE, VM_MAP_SHARED);
	char *private = map(fd, 2 * PAGE, 0, VM_READ | VM_WRITE, 0);
	const pid32 child = child_make();

	if (child == 0) {
		CHECK_EQ(private[PAGE], 'b');
		private[0] = 'p';
		shared[0] = 's';
		shared[PAGE] = 't';
		program_exit(0);
	}
	CHECK_EQ(child_wait(child), EXITED(0));
	CHECK(shared[0] == 's' && shared[PAGE] == 't');
	CHECK(private[0] == 'a' || private[0] == 's');
}

void case_map_end(void)
{
	const int fd = f_open("a", NEW, 0644);
	char *at;
	pid32 child;

	CHECK_EQ(f_write(fd, "short", 5), 5);
	at = map(fd, 2 * PAGE, 0, VM_READ | VM_WRITE, VM_MAP_SHARED);
	CHECK(at[4] == 't' && at[5] == '\0' && at[PAGE - 1] == '\0');
	child = child_make();
	if (child == 0)
		program_exit(at[PAGE]);
	CHECK_EQ(child_wait(child), SIGNAL_BUS);
}

void case_map_grows(void)
{
	const int fd = f_open("a", NEW, 0644);
	char *at = map(fd, 2 * PAGE, 0, VM_READ, VM_MAP_SHARED);

	CHECK_EQ(f_write(fd, "x", 1), 1);
	CHECK_EQ(at[0], 'x');
	CHECK_EQ(at[1], '\0');
	CHECK_EQ(f_write_at(fd, "y", 1, PAGE), 1);
	CHECK_EQ(at[PAGE], 'y');
	CHECK_EQ(f_truncate_fd(fd, 1), 0);
	{
		const pid32 child = child_make();

		if (child == 0)
			program_exit(at[PAGE]);
		CHECK_EQ(child_wait(child), SIGNAL_BUS);
	}
	CHECK_EQ(at[0], 'x');
}

void case_map_refused(void)
{
	const int fd = file_of_pages("a", 1);
	int only, pipe[2];

	CHECK_EQ(f_map(fd, 0, 0, VM_READ, 0), -EINVAL);
	CHECK_EQ(f_map(fd, PAGE, 5, VM_READ, 0), -EINVAL);
	CHECK_EQ(f_map(fd, PAGE, 0, 0x80, 0), -EINVAL);
	CHECK_EQ(f_map(99, PAGE, 0, VM_READ, 0), -EBADF);
	CHECK_EQ(f_map(f_open(".", 0, 0), PAGE, 0, VM_READ, 0), -ENODEV);
	CHECK_EQ(f_pipe(pipe, 0), 0);
	CHECK_EQ(f_map(pipe[0], PAGE, 0, VM_READ, 0), -ENODEV);
	only = f_open("a", FILE_READ_ONLY, 0);
	CHECK_EQ(f_map(only, PAGE, 0, VM_READ | VM_WRITE, VM_MAP_SHARED), -EACCES);
	(void)map(only, PAGE, 0, VM_READ | VM_WRITE, 0);
	only = f_open("a", FILE_WRITE_ONLY, 0);
	CHECK_EQ(f_map(only, PAGE, 0, VM_READ, 0), -EACCES);
}

void case_map_protect(void)
{
	const int fd = file_of_pages("a", 1);
	const char *at = map(f_open("a", FILE_READ_ONLY, 0), PAGE, 0, VM_READ, VM_MAP_SHARED);
	struct vm_mprotect_req request = {
		.protection = VM_READ | VM_WRITE, .address = (uintptr_t)at, .bytes = PAGE};

	CHECK_EQ(vm_mprotect(&request, NULL), -EACCES);
	request.address = (uintptr_t)map(fd, PAGE, 0, VM_READ, VM_MAP_SHARED);
	CHECK_EQ(vm_mprotect(&request, NULL), 0);
	*(char *)(uintptr_t)request.address = 'm';
	CHECK_EQ(at[0], 'm');
}

void case_map_as_buffer(void)
{
	const int a = file_of_pages("a", 4), b = f_open("b", NEW, 0644);
	const char *at = map(a, 4 * PAGE, 0, VM_READ, VM_MAP_SHARED);
	char found[2];

	/* What is written has to be read in first, by whom it is written through. */
	CHECK_EQ(f_write(b, at, 4 * PAGE), 4 * PAGE);
	CHECK_EQ(f_read_at(b, found, 2, 3 * PAGE), 2);
	CHECK_EQ(found[0], 'd');
	CHECK_EQ(f_write(b, at + PAGE - 1, 2), 2);
}
