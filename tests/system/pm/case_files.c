/* What becomes of a process's files when it forks, execs, gets signals and ends. */
#include "program.h"
#include "tests/system/vfs/file.h"

#include <sys_call.h>
#include <vfs_call.h>

/* Descriptors as an exec'd program knows them. */
enum { KEPT_READ = 20, KEPT_WRITE = 21, CLOSED = 30 };

static uint32_t umask_set(uint32_t mask)
{
	const struct vfs_value_req request = {mask};
	struct vfs_value_reply reply;

	CHECK_EQ(vfs_umask(&request, &reply), 0);
	return reply.value;
}

/* --- Exec ------------------------------------------------------------------------------------- */

int executed_with_files(const char *what)
{
	char found[16];

	if (strcmp(what, "files") == 0) {
		CHECK_EQ(f_write(KEPT_WRITE, "kept", 4), 4);
		CHECK_EQ(f_read(KEPT_READ, found, sizeof(found)), 4);
		CHECK(memcmp(found, "kept", 4) == 0);
		CHECK_EQ(f_fcntl(CLOSED, FILE_GET_DESCRIPTOR, 0), -EBADF);
		CHECK_EQ(umask_set(0), 027);
		CHECK(f_getcwd(found, sizeof(found)) > 0 && strcmp(found, "/tmp") == 0);
		return 31;
	}
	if (strcmp(what, "holds") == 0) {
		CHECK_EQ(f_write(KEPT_WRITE, "x", 1), 1);
		for (;;)
			yield();
	}
	return 2;
}

static void exec_with_files(const char *name)
{
	const pid32 child = child_make();
	int fd[2];

	if (child == 0) {
		CHECK_EQ(f_pipe(fd, 0), 0);
		CHECK_EQ(f_dup_to(fd[0], KEPT_READ), KEPT_READ);
		CHECK_EQ(f_dup_to(fd[1], KEPT_WRITE), KEPT_WRITE);
		CHECK_EQ(f_fcntl(fd[0], FILE_DUPLICATE_CLOSE_ON_EXEC, CLOSED), CLOSED);
		(void)umask_set(027);
		CHECK_EQ(f_chdir("/tmp"), 0);
		(void)program_exec(name, "me\0@files", sizeof("me\0@files"), 2);
		program_exit(1);
	}
	CHECK_EQ(child_wait(child), EXITED(31));
}

void case_files_exec(void)
{
	exec_with_files("/bin/pmcase");
}

void case_files_exec_archive(void)
{
	exec_with_files("pmcase");
}

static int lost[2];

static int reads_lost(void *unused)
{
	char byte;

	(void)unused;
	(void)f_read(lost[0], &byte, 1);
	return 0;
}

/* The read of the helper would hold the pipe's only reading end. */
void case_files_threads(void)
{
	static struct helper helper;
	int told[2];
	char byte;
	pid32 child;

	CHECK_EQ(f_pipe(told, 0), 0);
	CHECK_EQ(f_pipe(lost, FILE_CLOSE_ON_EXEC), 0);
	child = child_make();
	if (child == 0) {
		CHECK_EQ(f_close(lost[1]), 0);
		CHECK_EQ(f_dup_to(told[1], KEPT_WRITE), KEPT_WRITE);
		helper_start(&helper, reads_lost, NULL);
		give_time();
		(void)program_exec("/bin/pmcase", "me\0@holds", sizeof("me\0@holds"), 2);
		program_exit(1);
	}
	CHECK_EQ(f_close(lost[0]), 0);
	CHECK_EQ(f_read(told[0], &byte, 1), 1);
	CHECK_EQ(f_write(lost[1], "x", 1), -EPIPE);
	child_kill(child);
}

/* --- Fork ---------------------------------------------------------------------------------------
 */

void case_files_fork(void)
{
	char found[2];
	int fd[2], own;
	pid32 child;

	CHECK_EQ(f_pipe(fd, 0), 0);
	file_put("/tmp/pm-fork", "abcdef");
	own = f_open("/tmp/pm-fork", 0, 0);
	CHECK_EQ(f_read(own, found, 2), 2);
	(void)umask_set(077);
	child = child_make();
	if (child == 0) {
		CHECK_EQ(f_read(own, found, 2), 2);
		CHECK(memcmp(found, "cd", 2) == 0);
		CHECK_EQ(f_close(own), 0);
		CHECK_EQ(umask_set(0), 077);
		CHECK_EQ(f_chdir("/bin"), 0);
		CHECK_EQ(f_write(fd[1], "ok", 2), 2);
		program_exit(0);
	}
	CHECK_EQ(f_read(fd[0], found, 2), 2);
	CHECK_EQ(child_wait(child), 0);
	CHECK_EQ(umask_set(022), 077);
	CHECK_EQ(f_read(own, found, 2), 2); /* one offset; closed there, open here */
	CHECK(memcmp(found, "ef", 2) == 0);
	CHECK_EQ(f_open("pmcase", 0, 0), -ENOENT); /* a directory each */
	CHECK_EQ(f_unlink("/tmp/pm-fork"), 0);
}

/* --- The end ---------------------------------------------------------------------------------- */

void case_files_exit(void)
{
	char byte;
	int fd[2];
	pid32 child;

	for (unsigned int i = 0; i < 20; i++) {
		CHECK_EQ(f_pipe(fd, i % 2 ? FILE_NONBLOCK : 0), 0);
		child = child_make();
		if (child == 0)
			program_exit(0);
		CHECK_EQ(f_close(fd[1]), 0);
		/* Waiting for the child, or for the end of the pipe itself. */
		if (i % 2) {
			CHECK_EQ(child_wait(child), 0);
			CHECK_EQ(f_read(fd[0], &byte, 1), 0);
		} else {
			CHECK_EQ(f_read(fd[0], &byte, 1), 0);
			CHECK_EQ(child_wait(child), 0);
		}
		CHECK_EQ(f_close(fd[0]), 0);
	}
}

static void does(unsigned int what, int fd)
{
	struct poll_entry entry = {.fd = fd, .events = POLL_IN};
	char byte;

	switch (what) {
	case 0:
		(void)f_read(fd, &byte, 1);
		break;
	case 1:
		(void)f_poll(&entry, 1, VFS_FOREVER);
		break;
	case 2:
		(void)sleep_for(PM_TIME_NEVER, NULL);
		break;
	default:
		for (;;)
			yield();
	}
	program_exit(1);
}

void case_files_kill(void)
{
	char byte;
	int fd[2];

	for (unsigned int i = 0; i < 8; i++) {
		pid32 child;

		CHECK_EQ(f_pipe(fd, FILE_NONBLOCK), 0);
		child = child_make();
		if (child == 0) {
			CHECK_EQ(f_fcntl(fd[0], FILE_SET_FLAGS, 0), 0);
			does(i % 4, fd[0]);
		}
		CHECK_EQ(f_close(fd[1]), 0);
		if (i < 4)
			give_time();
		child_kill(child);
		CHECK_EQ(f_fcntl(fd[0], FILE_SET_FLAGS, FILE_NONBLOCK), 0);
		CHECK_EQ(f_read(fd[0], &byte, 1), 0);
		CHECK_EQ(f_close(fd[0]), 0);
	}
}

/* --- Rights ----------------------------------------------------------------------------------- */

void case_files_rights(void)
{
	static const u32 groups[] = {7, 70};
	const struct pm_ids_req user = {PM_ID_SET, 1000, 0, 0}, group = {PM_ID_SET, 100, 0, 0};
	const struct pm_groups_req more = {(uintptr_t)groups, 2};
	struct file_status status;
	pid32 child;

	file_put("/tmp/pm-group", "for group 70");
	CHECK_EQ(f_chown("/tmp/pm-group", 0, 70), 0);
	CHECK_EQ(f_chmod("/tmp/pm-group", 0040), 0);
	child = child_make();
	if (child == 0) {
		CHECK_EQ(pm_groups_set(&more, NULL), 0);
		CHECK_EQ(pm_group_set(&group, NULL), 0);
		CHECK_EQ(pm_user_set(&user, NULL), 0);
		CHECK_EQ(f_open("/root/new", NEW, 0644), -EACCES);
		CHECK(f_open("/tmp/pm-group", 0, 0) >= 0);
		CHECK_EQ(f_open("/tmp/pm-group", RW, 0), -EACCES);
		CHECK(f_open("/home/user/new", NEW, 0644) >= 0);
		CHECK_EQ(f_stat("/home/user/new", &status), 0);
		CHECK(status.user == 1000 && status.group == 100);
		CHECK_EQ(f_unlink("/home/user/new"), 0);
		program_exit(5);
	}
	CHECK_EQ(child_wait(child), EXITED(5));
	CHECK_EQ(f_unlink("/tmp/pm-group"), 0);
}

/* --- Interruptions ---------------------------------------------------------------------------- */

static volatile unsigned int came;
static volatile bool stop;

static void note(uint32_t signal, const struct pm_signal_info *info, struct signal_frame *frame)
{
	(void)signal, (void)info, (void)frame;
	came++;
}

static int signals_often(void *thread)
{
	while (!stop) {
		CHECK_EQ(thread_kill((pid32)(uintptr_t)thread, SIGNAL_USER1), 0);
		CHECK_EQ(sleep_for(MILLISECOND / 2, NULL), 0);
	}
	return 0;
}

/* A call that VFS has not yet taken ends with EINTR in any case. */
static long read_until(int fd, long wanted)
{
	char byte;
	long result;

	do {
		result = f_read(fd, &byte, 1);
		CHECK(result == wanted || result == -EINTR);
	} while (result != wanted);
	return result;
}

void case_interrupt(void)
{
	static struct helper helper;
	struct poll_entry entry = {.events = POLL_IN};
	int fd[2];

	CHECK_EQ(f_pipe(fd, 0), 0);
	entry.fd = fd[0];
	handler_set(SIGNAL_USER1, note, 0, 0);
	helper_start(&helper, signals_often, (void *)(uintptr_t)own_pid());
	for (unsigned int i = 0; i < 20; i++) {
		const unsigned int before = came;

		CHECK_EQ(read_until(fd[0], -EINTR), -EINTR);
		CHECK(came > before);
		CHECK_EQ(f_poll(&entry, 1, VFS_FOREVER), -EINTR);
	}
	handler_set(SIGNAL_USER1, note, PM_SIGNAL_RESTART, 0);
	for (unsigned int i = 0; i < 20; i++)
		CHECK_EQ(read_until(fd[0], -ERESTART), -ERESTART);
	CHECK_EQ(f_write(fd[1], "x", 1), 1);
	stop = true;
	helper_join(&helper);
	CHECK_EQ(read_until(fd[0], 1), 1);
}

#define BYTES 400u

void case_interrupt_storm(void)
{
	static struct helper helper;
	unsigned char byte;
	unsigned int got = 0;
	int fd[2];
	long result;
	pid32 child;

	CHECK_EQ(f_pipe(fd, 0), 0);
	child = child_make();
	if (child == 0) {
		for (unsigned int i = 0; i < BYTES; i++) {
			byte = (unsigned char)i;
			CHECK_EQ(f_write(fd[1], &byte, 1), 1);
			if (i % 4 == 0)
				CHECK_EQ(sleep_for(MILLISECOND / 4, NULL), 0);
		}
		program_exit(0);
	}
	CHECK_EQ(f_close(fd[1]), 0);
	handler_set(SIGNAL_USER1, note, PM_SIGNAL_RESTART, 0);
	helper_start(&helper, signals_often, (void *)(uintptr_t)own_pid());
	while ((result = f_read(fd[0], &byte, 1)) != 0) {
		CHECK(result == 1 || result == -EINTR || result == -ERESTART);
		if (result == 1)
			CHECK_EQ(byte, got++ & 0xFF);
	}
	CHECK_EQ(got, BYTES);
	stop = true;
	helper_join(&helper);
	CHECK(came > 0);
	CHECK_EQ(child_wait(child), 0);
}
