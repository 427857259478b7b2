/* Opening, reading and writing files. */
#include "file.h"

static char large[300000];

void case_open_new(void)
{
	const int fd = f_open("a", NEW, 0666);
	struct file_status status;

	CHECK(fd >= 0);
	CHECK_EQ(f_stat_fd(fd, &status), 0);
	CHECK_EQ(status.mode, MODE_REGULAR | 0644);
	CHECK_EQ(status.bytes, 0);
	CHECK_EQ(status.links, 1);
}

void case_open_missing(void)
{
	CHECK_EQ(f_open("none", 0, 0), -ENOENT);
	CHECK_EQ(f_open("none/a", NEW, 0644), -ENOENT);
	CHECK_EQ(f_open("", 0, 0), -ENOENT);
}

void case_open_exclusive(void)
{
	const uint32_t flags = NEW | FILE_EXCLUSIVE;

	CHECK_EQ(f_close(f_open("a", flags, 0644)), 0);
	CHECK_EQ(f_open("a", flags, 0644), -EEXIST);
	CHECK_EQ(f_symlink("nowhere", "link"), 0);
	CHECK_EQ(f_open("link", flags, 0644), -EEXIST);
	CHECK_EQ(f_open("nowhere", 0, 0), -ENOENT);
}

void case_open_flags(void)
{
	CHECK_EQ(f_open("a", FILE_ACCESS_MASK, 0), -EINVAL);
	CHECK_EQ(f_open("a", 0x40000000u, 0), -EINVAL);
	CHECK_EQ(f_open("a", FILE_DIRECTORY, 0), -ENOENT);
	file_put("a", "x");
	CHECK_EQ(f_open("a", FILE_DIRECTORY, 0), -ENOTDIR);
}

void case_open_directory(void)
{
	char byte;
	int fd;

	CHECK_EQ(f_open(".", FILE_READ_WRITE, 0), -EISDIR);
	CHECK_EQ(f_open(".", FILE_CREATE, 0644), -EISDIR);
	fd = f_open(".", 0, 0);
	CHECK(fd >= 0);
	CHECK_EQ(f_read(fd, &byte, 1), -EISDIR);
	CHECK_EQ(f_write(fd, "x", 1), -EBADF);
}

void case_open_truncate(void)
{
	file_put("a", "long text");
	CHECK_EQ(f_close(f_open("a", RW | FILE_TRUNCATE, 0)), 0);
	CHECK(file_is("a", ""));
}

void case_open_lowest(void)
{
	const int a = f_open("a", NEW, 0644), b = f_open("b", NEW, 0644);

	CHECK_EQ(b, a + 1);
	CHECK_EQ(f_close(a), 0);
	CHECK_EQ(f_open("c", NEW, 0644), a);
}

void case_open_path(void)
{
	struct file_status status;
	char byte;
	int fd;

	file_put("a", "x");
	fd = f_open("a", FILE_PATH, 0);
	CHECK(fd >= 0);
	CHECK_EQ(f_read(fd, &byte, 1), -EBADF);
	CHECK_EQ(f_stat_fd(fd, &status), 0);
	CHECK_EQ(status.bytes, 1);
}

void case_open_at(void)
{
	int directory;

	CHECK_EQ(f_mkdir("d", 0755), 0);
	directory = f_open("d", FILE_DIRECTORY, 0);
	CHECK(directory >= 0);
	CHECK_EQ(f_close(f_open_at(directory, "a", NEW, 0644)), 0);
	CHECK(file_is("d/a", ""));
	CHECK_EQ(f_open_at(99, "a", 0, 0), -EBADF);
	CHECK(f_open_at(99, "/etc/passwd", 0, 0) >= 0);
	file_put("f", "");
	CHECK_EQ(f_open_at(f_open("f", 0, 0), "a", 0, 0), -ENOTDIR);
}

void case_close_twice(void)
{
	const int fd = f_open("a", NEW, 0644);

	CHECK_EQ(f_close(fd), 0);
	CHECK_EQ(f_close(fd), -EBADF);
	CHECK_EQ(f_close(-1), -EBADF);
	CHECK_EQ(f_close(100000), -EBADF);
}

void case_read_back(void)
{
	char found[16];
	const int fd = f_open("a", NEW, 0644);

	CHECK_EQ(f_write(fd, "hello, world", 12), 12);
	CHECK_EQ(f_read(fd, found, sizeof(found)), 0);
	CHECK_EQ(f_seek(fd, 7, SEEK_START), 7);
	CHECK_EQ(f_read(fd, found, 3), 3);
	CHECK(memcmp(found, "wor", 3) == 0);
	CHECK_EQ(f_read(fd, found, sizeof(found)), 2);
	CHECK_EQ(f_read(fd, found, sizeof(found)), 0);
}

void case_read_access(void)
{
	char byte = 'x';
	int fd;

	file_put("a", "x");
	fd = f_open("a", FILE_WRITE_ONLY, 0);
	CHECK_EQ(f_read(fd, &byte, 1), -EBADF);
	CHECK_EQ(f_write(fd, &byte, 1), 1);
	fd = f_open("a", FILE_READ_ONLY, 0);
	CHECK_EQ(f_write(fd, &byte, 1), -EBADF);
	CHECK_EQ(f_truncate_fd(fd, 0), -EINVAL);
}

void case_read_bad_memory(void)
{
	const int fd = f_open("a", NEW, 0644);

	CHECK_EQ(f_write(fd, "hello", 5), 5);
	CHECK_EQ(f_read_at(fd, (void *)0x10, 5, 0), -EFAULT);
	CHECK_EQ(f_write_at(fd, (void *)0x10, 5, 0), -EFAULT);
	CHECK_EQ(f_read_at(fd, (void *)(uintptr_t)ARCH_USER_LIMIT, 5, 0), -EFAULT);
	CHECK_EQ(f_open((const char *)"a", 0, 0), fd + 1);
}

void case_read_fresh_memory(void)
{
	const size_t bytes = 64 * 1024;
	char *memory = memory_map(bytes, 0);
	const int fd = f_open("a", NEW, 0644);

	/* No page of it was ever touched. */
	CHECK_EQ(f_write(fd, memory, bytes), (long)bytes);
	memory_unmap(memory, bytes);
	memory = memory_map(bytes, 0);
	CHECK_EQ(f_read_at(fd, memory, bytes, 0), (long)bytes);
	for (size_t i = 0; i < bytes; i++)
		CHECK_EQ(memory[i], 0);
}

void case_read_at(void)
{
	char found[4];
	const int fd = f_open("a", NEW, 0644);

	CHECK_EQ(f_write_at(fd, "abcdef", 6, 2), 6);
	CHECK_EQ(f_seek(fd, 0, SEEK_CURRENT), 0);
	CHECK_EQ(f_read_at(fd, found, 4, 1), 4);
	CHECK(memcmp(found, "\0abc", 4) == 0);
	CHECK_EQ(f_read_at(fd, found, 4, 100), 0);
	CHECK_EQ(f_read_at(fd, found, 4, ~0ull), -EINVAL);
}

void case_append(void)
{
	const int a = f_open("a", NEW | FILE_APPEND, 0644);
	const int b = f_open("a", RW | FILE_APPEND, 0);

	CHECK_EQ(f_write(a, "one", 3), 3);
	CHECK_EQ(f_write(b, "two", 3), 3);
	CHECK_EQ(f_seek(a, 0, SEEK_START), 0);
	CHECK_EQ(f_write(a, "three", 5), 5);
	CHECK_EQ(f_seek(a, 0, SEEK_CURRENT), 11);
	CHECK(file_is("a", "onetwothree"));
}

void case_seek(void)
{
	const int fd = f_open("a", NEW, 0644);

	CHECK_EQ(f_write(fd, "12345", 5), 5);
	CHECK_EQ(f_seek(fd, -2, SEEK_FROM_END), 3);
	CHECK_EQ(f_seek(fd, -2, SEEK_CURRENT), 1);
	CHECK_EQ(f_seek(fd, -2, SEEK_CURRENT), -EINVAL);
	CHECK_EQ(f_seek(fd, 1000, SEEK_START), 1000);
	CHECK_EQ(f_seek(fd, 0, 9), -EINVAL);
	CHECK_EQ(f_seek(fd, INT64_MAX, SEEK_CURRENT), -EOVERFLOW);
	CHECK_EQ(f_seek(99, 0, SEEK_START), -EBADF);
}

void case_hole(void)
{
	struct file_status status;
	const int fd = f_open("a", NEW, 0644);
	char found[3];

	CHECK_EQ(f_write_at(fd, "x", 1, 1000000), 1);
	CHECK_EQ(f_read_at(fd, found, 3, 500000), 3);
	CHECK(memcmp(found, "\0\0\0", 3) == 0);
	CHECK_EQ(f_stat_fd(fd, &status), 0);
	CHECK_EQ(status.bytes, 1000001);
	CHECK_EQ(status.blocks, 8);
	CHECK_EQ(f_seek(fd, 0, SEEK_TO_DATA), 999424);
	CHECK_EQ(f_seek(fd, 0, SEEK_TO_HOLE), 0);
	CHECK_EQ(f_seek(fd, 999424, SEEK_TO_HOLE), 1000001);
	CHECK_EQ(f_seek(fd, 1000001, SEEK_TO_DATA), -ENXIO);
}

void case_hole_far(void)
{
	const int fd = f_open("a", NEW, 0644);
	struct file_status status;
	char byte = 0;

	CHECK_EQ(f_write_at(fd, "x", 1, 1ull << 40), 1);
	CHECK_EQ(f_read_at(fd, &byte, 1, 1ull << 40), 1);
	CHECK_EQ(byte, 'x');
	CHECK_EQ(f_stat_fd(fd, &status), 0);
	CHECK(status.bytes == (1ull << 40) + 1);
	CHECK_EQ(f_write_at(fd, "x", 1, 1ull << 50), -EFBIG);
	CHECK_EQ(f_truncate_fd(fd, 0), 0);
}

void case_large(void)
{
	const int fd = f_open("a", NEW, 0644);
	const size_t bytes = sizeof(large);

	for (size_t i = 0; i < bytes; i++)
		large[i] = (char)(i * 7 + i / 4096);
	for (unsigned int i = 0; i < 8; i++)
		CHECK_EQ(f_write(fd, large, bytes), (long)bytes);
	CHECK_EQ(f_seek(fd, 0, SEEK_START), 0);
	for (unsigned int i = 0; i < 8; i++) {
		memset(large, 0, bytes);
		CHECK_EQ(f_read(fd, large, bytes), (long)bytes);
		for (size_t j = 0; j < bytes; j++)
			CHECK(large[j] == (char)(j * 7 + j / 4096));
	}
	CHECK_EQ(f_read(fd, large, bytes), 0);
}

void case_full(void)
{
	const int fd = f_open("a", NEW, 0644);
	unsigned long total = 0;
	long wrote;

	while ((wrote = f_write(fd, large, sizeof(large))) > 0)
		total += (unsigned long)wrote;
	CHECK_EQ(wrote, -ENOSPC);
	CHECK(total > 1000000);
	CHECK_EQ(f_truncate_fd(fd, 0), 0);
	CHECK_EQ(f_write(fd, "x", 1), 1);
}

void case_truncate(void)
{
	char found[8];
	const int fd = f_open("a", NEW, 0644);

	CHECK_EQ(f_write(fd, "12345678", 8), 8);
	CHECK_EQ(f_truncate("a", 3), 0);
	CHECK_EQ(f_truncate_fd(fd, 6), 0);
	CHECK_EQ(f_read_at(fd, found, 8, 0), 6);
	CHECK(memcmp(found, "123\0\0\0", 6) == 0);
	CHECK_EQ(f_truncate(".", 0), -EISDIR);
	CHECK_EQ(f_truncate("none", 0), -ENOENT);
	CHECK_EQ(f_truncate("a", ~0ull), -EINVAL);
	CHECK_EQ(f_truncate_fd(99, 0), -EBADF);
}

void case_unlink_open(void)
{
	struct file_status status;
	char found[5];
	const int fd = f_open("a", NEW, 0644);

	CHECK_EQ(f_write(fd, "still", 5), 5);
	CHECK_EQ(f_unlink("a"), 0);
	CHECK_EQ(f_open("a", 0, 0), -ENOENT);
	CHECK_EQ(f_read_at(fd, found, 5, 0), 5);
	CHECK_EQ(f_stat_fd(fd, &status), 0);
	CHECK_EQ(status.links, 0);
	file_put("a", "other");
	CHECK_EQ(f_write_at(fd, "S", 1, 0), 1);
	CHECK(file_is("a", "other"));
}

void case_many_files(void)
{
	char name[] = "d/f0000";

	CHECK_EQ(f_mkdir("d", 0755), 0);
	for (unsigned int i = 0; i < 1500; i++) {
		for (unsigned int j = 0, rest = i; j < 4; j++, rest /= 10)
			name[6 - j] = (char)('0' + rest % 10);
		CHECK_EQ(f_make(name, MODE_REGULAR | 0644, 0, 0), 0);
	}
	CHECK_EQ(names_in("d"), 1502);
	CHECK(name_is_in("d", "f1234"));
	for (unsigned int i = 0; i < 1500; i++) {
		for (unsigned int j = 0, rest = i; j < 4; j++, rest /= 10)
			name[6 - j] = (char)('0' + rest % 10);
		CHECK_EQ(f_unlink(name), 0);
	}
	CHECK_EQ(names_in("d"), 2);
	CHECK_EQ(f_rmdir("d"), 0);
}

void case_descriptors_all(void)
{
	int fd = f_open("a", NEW, 0644), last = fd;

	while ((fd = f_dup(last, 0)) >= 0)
		last = fd;
	CHECK_EQ(fd, -EMFILE);
	CHECK_EQ(last, 255);
	CHECK_EQ(f_open("b", NEW, 0644), -EMFILE);
	CHECK_EQ(f_open("b", 0, 0), -EMFILE);
	CHECK_EQ(f_close(last), 0);
	CHECK_EQ(f_open("b", NEW, 0644), last);
}

void case_open_files_all(void)
{
	pid32 child[5];
	unsigned int refused = 0;

	/* Each takes as many as it may: all together want more than there are. */
	file_put("a", "");
	for (unsigned int i = 0; i < 5; i++) {
		child[i] = child_make();
		if (child[i] == 0) {
			int fd;

			while ((fd = f_open("/tmp/open_files_all/a", 0, 0)) >= 0)
				;
			for (int open = 0; open < 256; open++)
				(void)f_close(open);
			program_exit(fd == -ENFILE ? 1 : fd == -EMFILE ? 0 : 2);
		}
	}
	for (unsigned int i = 0; i < 5; i++) {
		const int status = child_wait(child[i]);

		CHECK(status == EXITED(0) || status == EXITED(1));
		refused += status == EXITED(1);
	}
	CHECK(refused <= 5);
	CHECK(f_open("a", 0, 0) >= 0);
}
