/* Descriptors: copies, flags, vectors. */
#include "file.h"

#include <vfs_call.h>

void case_dup(void)
{
	char found[4];
	const int fd = f_open("a", NEW, 0644), copy = f_dup(fd, 0);

	CHECK_EQ(f_write(fd, "ab", 2), 2);
	CHECK_EQ(f_write(copy, "cd", 2), 2);
	CHECK_EQ(f_seek(copy, 0, SEEK_START), 0);
	CHECK_EQ(f_close(copy), 0);
	CHECK_EQ(f_read(fd, found, 4), 4);
	CHECK(memcmp(found, "abcd", 4) == 0);
	CHECK_EQ(f_dup(fd, 100), 100);
	CHECK_EQ(f_dup(fd, 100), 101);
	CHECK_EQ(f_dup(fd, 256), -EINVAL);
	CHECK_EQ(f_dup(99, 0), -EBADF);
}

void case_dup_to(void)
{
	const int a = f_open("a", NEW, 0644), b = f_open("b", NEW, 0644);

	CHECK_EQ(f_dup_to(a, b), b);
	CHECK_EQ(f_write(b, "x", 1), 1);
	CHECK(file_is("a", "x"));
	CHECK(file_is("b", ""));
	CHECK_EQ(f_dup_to(a, 200), 200);
	CHECK_EQ(f_dup_to(a, a), -EINVAL);
	CHECK_EQ(f_dup_to(99, b), -EBADF);
	CHECK_EQ(f_dup_to(a, 256), -EBADF);
	CHECK_EQ(f_dup_to(a, -1), -EBADF);
}

void case_fcntl(void)
{
	const int fd = f_open("a", NEW | FILE_APPEND, 0644);

	CHECK_EQ(f_fcntl(fd, FILE_GET_DESCRIPTOR, 0), 0);
	CHECK_EQ(f_fcntl(fd, FILE_SET_DESCRIPTOR, 1), 0);
	CHECK_EQ(f_fcntl(fd, FILE_GET_DESCRIPTOR, 0), 1);
	CHECK_EQ(f_fcntl(f_dup(fd, 0), FILE_GET_DESCRIPTOR, 0), 0);
	CHECK_EQ(f_fcntl(fd, FILE_GET_FLAGS, 0), FILE_READ_WRITE | FILE_APPEND);
	CHECK_EQ(f_fcntl(fd, FILE_SET_FLAGS, FILE_NONBLOCK), 0);
	CHECK_EQ(f_fcntl(fd, FILE_GET_FLAGS, 0), FILE_READ_WRITE | FILE_NONBLOCK);
	CHECK_EQ(f_fcntl(fd, 9999, 0), -EINVAL);
	CHECK_EQ(f_fcntl(99, FILE_GET_FLAGS, 0), -EBADF);
	CHECK_EQ(f_fcntl(fd, FILE_DUPLICATE_CLOSE_ON_EXEC, 50), 50);
	CHECK_EQ(f_fcntl(50, FILE_GET_DESCRIPTOR, 0), 1);
}

void case_vector(void)
{
	char one[3], two[20];
	struct vfs_element elements[] = {
		{(uintptr_t) "ab", 2}, {(uintptr_t) "", 0}, {(uintptr_t) "cdefg", 5}};
	struct vfs_io_req request = {
		.fd = f_open("a", NEW, 0644),
		.address = (uintptr_t)elements,
		.bytes = sizeof(elements),
	};
	struct vfs_count_reply reply;

	CHECK_EQ(vfs_write_vector(&request, &reply), 0);
	CHECK_EQ(reply.count, 7);
	elements[0] = (struct vfs_element){(uintptr_t)one, sizeof(one)};
	elements[1] = (struct vfs_element){(uintptr_t)two, sizeof(two)};
	request.bytes = 2 * sizeof(elements[0]);
	request.flags = VFS_AT;
	CHECK_EQ(vfs_read_vector(&request, &reply), 0);
	CHECK_EQ(reply.count, 7);
	CHECK(memcmp(one, "abc", 3) == 0);
	CHECK(memcmp(two, "defg", 4) == 0);
	elements[1].bytes = ~0ull;
	CHECK_EQ(vfs_read_vector(&request, &reply), -EINVAL);
	request.bytes = 3;
	CHECK_EQ(vfs_read_vector(&request, &reply), -EINVAL);
	request.bytes = (VFS_VECTOR_MAX + 1) * sizeof(elements[0]);
	CHECK_EQ(vfs_read_vector(&request, &reply), -EINVAL);
	request.address = 0x10;
	request.bytes = sizeof(elements[0]);
	CHECK_EQ(vfs_read_vector(&request, &reply), -EFAULT);
}

void case_vector_long(void)
{
	static struct vfs_element elements[VFS_VECTOR_MAX];
	struct vfs_io_req request = {
		.fd = f_open("a", NEW, 0644),
		.address = (uintptr_t)elements,
		.bytes = sizeof(elements),
	};
	struct vfs_count_reply reply;
	char found[2];

	for (unsigned int i = 0; i < VFS_VECTOR_MAX; i++)
		elements[i] = (struct vfs_element){(uintptr_t) "0123456789" + i % 10, 1};
	CHECK_EQ(vfs_write_vector(&request, &reply), 0);
	CHECK_EQ(reply.count, VFS_VECTOR_MAX);
	CHECK_EQ(f_read_at(request.fd, found, 2, 1022), 2);
	CHECK(found[0] == '2' && found[1] == '3');
}

void case_ioctl_refused(void)
{
	struct vfs_ioctl_req request = {.fd = f_open("a", NEW, 0644), .request = 0x5401};

	CHECK_EQ(vfs_ioctl(&request, NULL), -ENOTTY);
	request.fd = 99;
	CHECK_EQ(vfs_ioctl(&request, NULL), -EBADF);
}

void case_call_unknown(void)
{
	struct message *message = &message_page()->message;

	message->type = MESSAGE_TYPE(PROTOCOL_VFS, 4000);
	CHECK_EQ(ipc_call(VFS_ENDPOINT), 0);
	CHECK_EQ((int)message->type, -EBADCALL);
	message->type = MESSAGE_TYPE(PROTOCOL_FS, 0);
	CHECK_EQ(ipc_call(VFS_ENDPOINT), 0);
	CHECK_EQ((int)message->type, -EBADCALL);
}
