/* What files are: permissions, owners, times, devices. */
#include "file.h"

#include <vfs_call.h>

void case_chmod(void)
{
	struct file_status status;

	file_put("a", "");
	CHECK_EQ(f_chmod("a", 04751), 0);
	CHECK_EQ(f_stat("a", &status), 0);
	CHECK_EQ(status.mode, MODE_REGULAR | 04751);
	CHECK_EQ(f_chmod("none", 0), -ENOENT);
	CHECK_EQ(f_access("a", ACCESS_EXECUTE), 0);
	CHECK_EQ(f_chmod("a", 0644), 0);
	CHECK_EQ(f_access("a", ACCESS_EXECUTE), -EACCES);
	CHECK_EQ(f_access("a", ACCESS_READ | ACCESS_WRITE), 0);
	CHECK_EQ(f_access("a", 8), -EINVAL);
}

void case_chown(void)
{
	struct file_status status;

	file_put("a", "");
	CHECK_EQ(f_chmod("a", 06755), 0);
	CHECK_EQ(f_chown("a", 5, UINT32_MAX), 0);
	CHECK_EQ(f_chown("a", UINT32_MAX, 6), 0);
	CHECK_EQ(f_stat("a", &status), 0);
	CHECK_EQ(status.user, 5);
	CHECK_EQ(status.group, 6);
	CHECK_EQ(status.mode, MODE_REGULAR | 0755);
}

void case_umask(void)
{
	const struct vfs_value_req all = {.value = 0777}, none = {.value = 0};
	struct vfs_value_reply reply;
	struct file_status status;

	CHECK_EQ(vfs_umask(&all, &reply), 0);
	CHECK_EQ(reply.value, 022);
	file_put("a", "");
	CHECK_EQ(vfs_umask(&none, &reply), 0);
	CHECK_EQ(reply.value, 0777);
	CHECK_EQ(f_stat("a", &status), 0);
	CHECK_EQ(status.mode, MODE_REGULAR);
	CHECK_EQ(f_mkdir("d", 0777), 0);
	CHECK_EQ(f_stat("d", &status), 0);
	CHECK_EQ(status.mode, MODE_DIRECTORY | 0777);
}

void case_group_inherited(void)
{
	struct file_status status;

	CHECK_EQ(f_mkdir("d", 0755), 0);
	CHECK_EQ(f_chown("d", 0, 77), 0);
	CHECK_EQ(f_chmod("d", 02755), 0);
	file_put("d/a", "");
	CHECK_EQ(f_stat("d/a", &status), 0);
	CHECK_EQ(status.group, 77);
	CHECK_EQ(f_mkdir("d/e", 0755), 0);
	CHECK_EQ(f_stat("d/e", &status), 0);
	CHECK_EQ(status.mode, MODE_DIRECTORY | MODE_SET_GROUP | 0755);
}

void case_times(void)
{
	struct vfs_times_req request = {
		.directory = AT_CURRENT,
		.path = (uintptr_t) "a",
		.path_bytes = 2,
		.accessed = 1000000000,
		.accessed_nanoseconds = 5,
		.modified_nanoseconds = TIME_OMIT,
	};
	struct file_status before, status;

	file_put("a", "");
	CHECK_EQ(f_stat("a", &before), 0);
	CHECK_EQ(vfs_set_times(&request, NULL), 0);
	CHECK_EQ(f_stat("a", &status), 0);
	CHECK(status.accessed.seconds == 1000000000 && status.accessed.nanoseconds == 5);
	CHECK(status.modified.seconds == before.modified.seconds);
	request.modified_nanoseconds = 1000000000;
	CHECK_EQ(vfs_set_times(&request, NULL), -EINVAL);
	request.modified_nanoseconds = TIME_NOW;
	request.path = (uintptr_t) "b";
	CHECK_EQ(vfs_set_times(&request, NULL), -ENOENT);
}

void case_stat_refused(void)
{
	struct file_status status;

	CHECK_EQ(f_stat("none", &status), -ENOENT);
	CHECK_EQ(f_stat("", &status), -ENOENT);
	CHECK_EQ(f_stat(".", (void *)0x10), -EFAULT);
	CHECK_EQ(f_stat_fd(99, &status), -EBADF);
	CHECK_EQ(f_stat_at(AT_CURRENT, ".", 0x40000000u, &status), -EINVAL);
}

void case_stat_identity(void)
{
	struct file_status a, b;

	file_put("a", "");
	CHECK_EQ(f_link("a", "b"), 0);
	CHECK_EQ(f_stat("a", &a), 0);
	CHECK_EQ(f_stat("b", &b), 0);
	CHECK(a.inode == b.inode && a.device_minor == b.device_minor && a.inode != 0);
	CHECK_EQ(f_stat(".", &b), 0);
	CHECK(a.inode != b.inode);
}

void case_statfs(void)
{
	struct file_system_status status;
	struct vfs_stat_req request = {
		.directory = AT_CURRENT,
		.path = (uintptr_t) ".",
		.path_bytes = 2,
		.address = (uintptr_t)&status,
	};

	CHECK_EQ(vfs_statfs(&request, NULL), 0);
	CHECK(status.block_size == 4096 && status.blocks > status.blocks_free);
	CHECK_EQ(status.name_bytes_max, 255);
	request.address = 0x10;
	CHECK_EQ(vfs_statfs(&request, NULL), -EFAULT);
}

void case_device_missing(void)
{
	CHECK_EQ(f_make("c", MODE_CHARACTER | 0666, 200, 1), 0);
	CHECK_EQ(f_open("c", RW, 0), -ENXIO);
	CHECK_EQ(f_make("b", MODE_BLOCK | 0666, 200, 1), 0);
	CHECK_EQ(f_open("b", RW, 0), -ENXIO);
	CHECK_EQ(f_make("s", MODE_SOCKET | 0666, 0, 0), 0);
	CHECK_EQ(f_open("s", RW, 0), -ENXIO);
	CHECK_EQ(f_make("x", 0170000u | 0666, 0, 0), -EINVAL);
}

static int mount_on(const char *target, const char *type, uint32_t flags)
{
	struct vfs_mount_req request = {
		.target = (uintptr_t)target,
		.target_bytes = strlen(target) + 1,
		.flags = flags,
	};

	strcpy(request.type, type);
	return vfs_mount(&request, NULL);
}

static int unmount(const char *path)
{
	const struct vfs_path_req request = {
		.directory = AT_CURRENT,
		.path = (uintptr_t)path,
		.path_bytes = strlen(path) + 1,
	};

	return vfs_unmount(&request, NULL);
}

void case_mount(void)
{
	struct file_status outside, inside;
	char path[64];

	CHECK_EQ(f_mkdir("m", 0755), 0);
	file_put("m/below", "");
	CHECK_EQ(f_stat("m", &outside), 0);
	CHECK_EQ(mount_on("m", "tmpfs", 0), 0);
	CHECK_EQ(f_stat("m", &inside), 0);
	CHECK(inside.device_minor != outside.device_minor);
	CHECK_EQ(f_open("m/below", 0, 0), -ENOENT);
	file_put("m/a", "mounted");
	CHECK_EQ(f_mkdir("m/d", 0755), 0);
	CHECK_EQ(f_chdir("m/d"), 0);
	CHECK_EQ(f_getcwd(path, sizeof(path)), 15);
	CHECK(strcmp(path, "/tmp/mount/m/d") == 0);
	CHECK_EQ(f_chdir("../.."), 0);
	CHECK_EQ(f_getcwd(path, sizeof(path)), 11);
	CHECK_EQ(f_rmdir("m"), -EBUSY);
	CHECK_EQ(f_rename("m", "n", 0), -EBUSY);
	CHECK_EQ(f_rename("m/a", "a", 0), -EXDEV);
	CHECK_EQ(f_link("m/a", "a"), -EXDEV);
	CHECK_EQ(unmount("m"), 0);
	CHECK_EQ(f_open("m/a", 0, 0), -ENOENT);
	CHECK(file_is("m/below", ""));
}

void case_mount_refused(void)
{
	int fd;

	CHECK_EQ(f_mkdir("m", 0755), 0);
	file_put("a", "");
	CHECK_EQ(mount_on("m", "nofs", 0), -ENODEV);
	CHECK_EQ(mount_on("a", "tmpfs", 0), -ENOTDIR);
	CHECK_EQ(mount_on("none", "tmpfs", 0), -ENOENT);
	CHECK_EQ(mount_on("m", "tmpfs", 0x1000), -EINVAL);
	CHECK_EQ(unmount("m"), -EINVAL);
	CHECK_EQ(unmount("/"), -EBUSY);
	CHECK_EQ(mount_on("m", "tmpfs", 0), 0);
	CHECK_EQ(mount_on("m", "tmpfs", 0), -EBUSY);
	fd = f_open("m/b", NEW, 0644);
	CHECK(fd >= 0);
	CHECK_EQ(unmount("m"), -EBUSY);
	CHECK_EQ(f_close(fd), 0);
	CHECK_EQ(unmount("m"), 0);
}

void case_mount_read_only(void)
{
	CHECK_EQ(f_mkdir("m", 0755), 0);
	CHECK_EQ(mount_on("m", "tmpfs", MOUNT_READ_ONLY), 0);
	CHECK_EQ(f_open("m/a", NEW, 0644), -EROFS);
	CHECK_EQ(f_mkdir("m/d", 0755), -EROFS);
	CHECK_EQ(f_chmod("m", 0777), -EROFS);
	CHECK_EQ(f_access("m", ACCESS_WRITE), -EROFS);
	CHECK_EQ(unmount("m"), 0);
}

void case_mount_many(void)
{
	char name[] = "m0";
	unsigned int made = 0;
	int error = 0;

	for (; error == 0; made += error == 0) {
		name[1] = (char)('0' + made);
		CHECK_EQ(f_mkdir(name, 0755), 0);
		error = mount_on(name, "tmpfs", 0);
	}
	CHECK_EQ(error, -ENOSPC);
	CHECK(made >= 8);
	while (made-- > 0) {
		name[1] = (char)('0' + made);
		CHECK_EQ(unmount(name), 0);
	}
}

void case_chroot(void)
{
	struct vfs_path_req request = {
		.directory = AT_CURRENT,
		.path = (uintptr_t) "jail",
		.path_bytes = 5,
	};
	char path[16];

	CHECK_EQ(f_mkdir("jail", 0755), 0);
	file_put("jail/a", "inside");
	CHECK_EQ(vfs_chroot(&request, NULL), 0);
	CHECK_EQ(f_getcwd(path, sizeof(path)), -ENOENT);
	CHECK_EQ(f_chdir("/"), 0);
	CHECK(file_is("/a", "inside"));
	CHECK(file_is("/../../a", "inside"));
	CHECK_EQ(f_open("/etc/passwd", 0, 0), -ENOENT);
	CHECK_EQ(f_getcwd(path, sizeof(path)), 2);
}

void case_sync(void)
{
	const struct vfs_empty_req all = {};
	struct vfs_fd_req request = {.fd = f_open("a", NEW, 0644)};

	CHECK_EQ(vfs_sync(&all, NULL), 0);
	CHECK_EQ(vfs_fsync(&request, NULL), 0);
	request.fd = 99;
	CHECK_EQ(vfs_fsync(&request, NULL), -EBADF);
}

void case_refused_services(void)
{
	const struct vfs_server_up_req server = {.type = "fake"};
	const struct vfs_driver_up_req driver = {.major = 1, .minor = 3, .count = 1};

	CHECK_EQ(vfs_server_up(&server, NULL), -EPERM);
	CHECK_EQ(vfs_driver_up(&driver, NULL), -EPERM);
}
