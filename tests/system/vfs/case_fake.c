/* File servers and drivers that misbehave, and a driver that does not. */
#include "fake.h"
#include "file.h"

#include <pm_call.h>
#include <vfs_call.h>

#define SLOTS (1u << CONFIG_THREAD_SLOTS_LOG2)

static int mount_fake(void)
{
	struct vfs_mount_req request = {
		.target = (uintptr_t) "m",
		.target_bytes = 2,
		.type = "fake",
	};

	return vfs_mount(&request, NULL);
}

/* After it died RS makes it again; until then it cannot be mounted. */
static void fake_mounted(void)
{
	int error;

	CHECK_EQ(f_mkdir("m", 0755), 0);
	while ((error = mount_fake()) == -EIO || error == -ENODEV)
		give_time();
	CHECK_EQ(error, 0);
}

static int unmount_fake(void)
{
	const struct vfs_path_req request = {
		.directory = AT_CURRENT,
		.path = (uintptr_t) "m",
		.path_bytes = 2,
	};

	return vfs_unmount(&request, NULL);
}

void case_server_nonsense(void)
{
	fake_mounted();
	CHECK_EQ(f_open("m/" FAKE_NO_TYPE, 0, 0), -EIO);
	CHECK_EQ(f_open("m/" FAKE_NO_INODE, 0, 0), -EIO);
	CHECK_EQ(f_open("m/" FAKE_OTHER_TYPE, 0, 0), -EIO);
	CHECK_EQ(f_open("m/" FAKE_LONG, 0, 0), -EIO);
	CHECK_EQ(f_open("m/" FAKE_POSITIVE, 0, 0), -EIO);
	CHECK_EQ(f_open("m/" FAKE_FAR, 0, 0), -EIO);
	CHECK_EQ(f_open("m/" FAKE_OWN_ERROR, 0, 0), -EIO);
	CHECK_EQ(f_open("m/none", 0, 0), -ENOENT);
	CHECK_EQ(unmount_fake(), 0);
}

void case_server_counts(void)
{
	struct file_status status;
	char buffer[16] __attribute__((aligned(8)));
	int fd;

	fake_mounted();
	fd = f_open("m/" FAKE_FILE, RW, 0);
	CHECK(fd >= 0);
	CHECK_EQ(f_read(fd, buffer, 16), -EIO);
	CHECK_EQ(f_write(fd, buffer, 16), -EIO);
	CHECK_EQ(f_stat_fd(fd, &status), -EIO);
	CHECK_EQ(f_close(fd), 0);
	fd = f_open("m", 0, 0);
	CHECK_EQ(f_getdents(fd, buffer, 16), -EIO);
	CHECK_EQ(f_close(fd), 0);
	CHECK_EQ(unmount_fake(), 0);
}

void case_server_wrong_tag(void)
{
	fake_mounted();
	CHECK_EQ(f_open("m/" FAKE_WRONG_TAG, 0, 0), -ENOTDIR);
	CHECK_EQ(f_open("m/none", 0, 0), -ENOENT);
	CHECK_EQ(unmount_fake(), 0);
}

void case_server_dies(void)
{
	pid32 child;
	int fd;

	fake_mounted();
	fd = f_open("m/" FAKE_FILE, 0, 0);
	CHECK(fd >= 0);
	/* One waits for an answer that never comes; the other has the server die. */
	child = child_make();
	if (child == 0)
		program_exit(f_open("/tmp/server_dies/m/" FAKE_SILENT, 0, 0) == -EIO ? 0 : 1);
	give_time();
	CHECK_EQ(f_open("m/" FAKE_DIE, 0, 0), -EIO);
	CHECK_EQ(child_wait(child), EXITED(0));
	CHECK_EQ(f_open("/etc/none", 0, 0), -ENOENT);
	CHECK_EQ(f_close(fd), 0);
}

/* Has a process got the slot of that thread? */
static bool slot_taken(endpoint_t thread)
{
	struct pm_process_info info;
	struct pm_processes_req request = {.address = (uintptr_t)&info, .count = 1};
	struct pm_processes_reply reply = {.next = 1};

	while (reply.next != 0) {
		request.next = reply.next;
		CHECK_EQ(pm_processes(&request, &reply), 0);
		if (reply.count > 0 && info.process != thread && info.process != EP_NONE &&
		    endpoint_slot(info.process) == endpoint_slot(thread))
			return true;
	}
	return false;
}

static endpoint_t thread_of(pid32 pid)
{
	struct pm_process_info info;
	const struct pm_processes_req request = {
		.address = (uintptr_t)&info, .count = 1, .next = pid};
	struct pm_processes_reply reply;

	CHECK_EQ(pm_processes(&request, &reply), 0);
	CHECK_EQ(info.pid, pid);
	return info.process;
}

/* One ends while its file server is silent; others come and go until one has its slot, which has to
 * wait. Then the server dies.
 */
void case_slot_again(void)
{
	struct pm_kill_req end = {.signal = SIGNAL_KILL};
	pid32 silent, helper, child;
	endpoint_t thread;

	fake_mounted();
	silent = child_make();
	if (silent == 0) {
		(void)f_open("m/" FAKE_SILENT, 0, 0);
		program_exit(0);
	}
	end.pid = silent;
	thread = thread_of(silent);
	give_time();
	helper = child_make();
	if (helper == 0) {
		while (!slot_taken(thread))
			give_time();
		(void)f_open("m/" FAKE_DIE, 0, 0);
		program_exit(0);
	}
	CHECK_EQ(pm_kill(&end, NULL), 0);
	for (unsigned int i = 0; i < SLOTS; i++) {
		child = child_make();
		if (child == 0)
			program_exit(0);
		CHECK_EQ(child_wait(child), EXITED(0));
	}
	(void)f_open("m/" FAKE_DIE, 0, 0);
	end.pid = helper;
	(void)pm_kill(&end, NULL); /* it has ended, or there was nothing to see */
	(void)child_wait(helper);
	CHECK_EQ(child_wait(silent), SIGNAL_KILL);
}

static int device_open(unsigned int minor, uint32_t flags)
{
	int fd;

	(void)f_unlink("device");
	CHECK_EQ(f_make("device", MODE_CHARACTER | 0666, FAKE_MAJOR, minor), 0);
	/* It may just have died. */
	while ((fd = f_open("device", flags, 0)) == -EIO)
		give_time();
	return fd;
}

void case_device(void)
{
	struct vfs_element elements[] = {{(uintptr_t) "ab", 2}, {(uintptr_t) "cd", 2}};
	struct vfs_io_req vector = {.address = (uintptr_t)elements, .bytes = sizeof(elements)};
	struct vfs_count_reply reply;
	char found[8];
	const int fd = device_open(FAKE_ECHO, RW | FILE_NONBLOCK);

	CHECK(fd >= 0);
	CHECK_EQ(f_read(fd, found, 8), -EAGAIN);
	CHECK_EQ(f_write(fd, "echo", 4), 4);
	CHECK_EQ(f_read(fd, found, 8), 4);
	CHECK(memcmp(found, "echo", 4) == 0);
	vector.fd = fd;
	CHECK_EQ(vfs_write_vector(&vector, &reply), 0);
	CHECK_EQ(reply.count, 4);
	CHECK_EQ(f_read(fd, found, 8), 4);
	CHECK(memcmp(found, "abcd", 4) == 0);
	CHECK_EQ(f_seek(fd, 0, SEEK_START), -ESPIPE);
	CHECK_EQ(f_read(fd, (void *)0x10, 8), -EAGAIN);
	CHECK_EQ(f_write(fd, (void *)0x10, 8), -EFAULT);
	CHECK_EQ(device_open(FAKE_CLOSED, RW), -EACCES);
	CHECK_EQ(device_open(FAKE_DEVICES, RW), -ENXIO);
}

void case_device_fresh_memory(void)
{
	const int fd = device_open(FAKE_ECHO, RW | FILE_NONBLOCK);
	char *memory = memory_map(2 * ARCH_PAGE_SIZE, 0);

	CHECK_EQ(f_write(fd, memory + ARCH_PAGE_SIZE - 4, 8), 8);
	memory_unmap(memory, 2 * ARCH_PAGE_SIZE);
	memory = memory_map(2 * ARCH_PAGE_SIZE, 0);
	CHECK_EQ(f_read(fd, memory + ARCH_PAGE_SIZE - 4, 8), 8);
}

void case_device_blocks(void)
{
	struct poll_entry entry = {.events = POLL_IN};
	char found[8];
	pid32 child;
	int fd = device_open(FAKE_ECHO, RW);

	child = child_make();
	if (child == 0) {
		fd = f_open("/tmp/device_blocks/device", RW, 0);
		give_time();
		CHECK_EQ(f_write(fd, "one", 3), 3);
		give_time();
		CHECK_EQ(f_write(fd, "two", 3), 3);
		program_exit(0);
	}
	CHECK_EQ(f_read(fd, found, 3), 3);
	entry.fd = fd;
	CHECK_EQ(f_poll(&entry, 1, VFS_FOREVER), 1);
	CHECK_EQ(entry.ready, POLL_IN);
	CHECK_EQ(f_read(fd, found, 3), 3);
	CHECK(memcmp(found, "two", 3) == 0);
	CHECK_EQ(child_wait(child), EXITED(0));
}

void case_device_ioctl(void)
{
	uint32_t value = 0;
	struct vfs_ioctl_req request = {.request = 0x5401, .argument = (uintptr_t)&value};
	struct vfs_value_reply reply;

	request.fd = device_open(FAKE_ECHO, RW);
	CHECK_EQ(vfs_ioctl(&request, &reply), 0);
	CHECK_EQ(reply.value, 7);
	CHECK_EQ(value, 42);
	request.argument = 0x10;
	CHECK_EQ(vfs_ioctl(&request, &reply), -EFAULT);
}

void case_device_nonsense(void)
{
	char found[8];

	CHECK_EQ(f_read(device_open(FAKE_TOO_MUCH, RW), found, 8), -EIO);
}

/* The child's read may come to the next instance, if it was late: then that one dies, too. */
void case_device_dies(void)
{
	int status = -1, fd;
	char found[8];
	pid32 child;

	CHECK_EQ(f_make("echo", MODE_CHARACTER | 0666, FAKE_MAJOR, FAKE_ECHO), 0);
	child = child_make();
	if (child == 0) {
		while ((fd = f_open("/tmp/device_dies/echo", RW, 0)) == -EIO)
			give_time();
		program_exit(f_read(fd, found, 8) == -EIO ? 0 : 1);
	}
	do {
		fd = device_open(FAKE_DIES, RW);
		CHECK(fd >= 0);
		give_time();
		CHECK_EQ(f_read(fd, found, 8), -EIO);
		CHECK_EQ(f_close(fd), 0);
		give_time();
	} while (program_wait(child, PM_WAIT_NOHANG, &status) == 0);
	CHECK_EQ(status, EXITED(0));
}

void case_memory_devices(void)
{
	char found[4] = "abc";
	const int null = f_open("/dev/null", RW, 0), zero = f_open("/dev/zero", RW, 0);
	const int full = f_open("/dev/full", RW, 0);

	CHECK(null >= 0 && zero >= 0 && full >= 0);
	CHECK_EQ(f_write(null, found, 4), 4);
	CHECK_EQ(f_read(null, found, 4), 0);
	CHECK_EQ(f_read(zero, found, 4), 4);
	CHECK(memcmp(found, "\0\0\0\0", 4) == 0);
	CHECK_EQ(f_write(full, found, 4), -ENOSPC);
	CHECK_EQ(f_close(null), 0);
}

void case_random_device(void)
{
	char one[32], two[32];
	const int fd = f_open("/dev/urandom", 0, 0);

	CHECK_EQ(f_read(fd, one, sizeof(one)), (long)sizeof(one));
	CHECK_EQ(f_read(fd, two, sizeof(two)), (long)sizeof(two));
	CHECK(memcmp(one, two, sizeof(one)) != 0);
}
