/* Processes. */
#include "libc_case.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int child_wait(pid_t pid)
{
	int status;

	CHECK_EQ(waitpid(pid, &status, 0), pid);
	return status;
}

void case_fork_wait(void)
{
	static int shared = 1;
	const pid_t parent = getpid();
	const pid_t pid = fork();
	struct rusage usage;
	int status;

	CHECK(pid >= 0);
	if (pid == 0) {
		shared = 2;
		CHECK(getpid() != parent);
		CHECK_EQ(getppid(), parent);
		CHECK(malloc(100000) != NULL);
		_exit(23);
	}
	memset(&usage, 0xFF, sizeof(usage));
	CHECK_EQ(wait4(pid, &status, 0, &usage), pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 23);
	CHECK(usage.ru_utime.tv_sec >= 0 && usage.ru_utime.tv_usec < 1000000);
	CHECK_EQ(shared, 1);
}

void case_fork_stdio(void)
{
	char buffer[64];
	FILE *file = fmemopen(buffer, sizeof(buffer), "w");
	pid_t pid;

	CHECK(file != NULL);
	fputs("both", file);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		fputs(" child", file);
		CHECK_EQ(fflush(file), 0);
		_exit(strcmp(buffer, "both child") != 0);
	}
	CHECK_EQ(child_wait(pid), 0);
	CHECK_EQ(fclose(file), 0);
	CHECK_EQ(strcmp(buffer, "both"), 0);
}

void case_wait_refused(void)
{
	int status;

	CHECK_EQ(wait(&status), -1);
	CHECK_EQ(errno, ECHILD);
	CHECK_EQ(waitpid(1, &status, WNOHANG), -1);
	CHECK_EQ(errno, ECHILD);
}

int target_run(int count, char **arguments)
{
	if (strcmp(arguments[1], "@exec") == 0 && count == 4 && strcmp(arguments[2], "") == 0 &&
	    strcmp(arguments[3], "two words") == 0 && getenv("REEF") != NULL &&
	    strcmp(getenv("REEF"), "high=tide") == 0 && environ[1] == NULL)
		return 11;
	return 3;
}

static char *const exec_arguments[] = {"libctest", "@exec", "", "two words", NULL};
static char *const exec_environment[] = {"REEF=high=tide", NULL};

void case_exec_self(void)
{
	const pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		execve("libctest", exec_arguments, exec_environment);
		_exit(4);
	}
	CHECK_EQ(child_wait(pid), 11 << 8);
}

void case_exec_refused(void)
{
	char *const none[] = {"x", NULL};
	static char large[70000];
	char *const much[] = {"x", large, NULL};

	memset(large, 'l', sizeof(large) - 1);
	CHECK_EQ(execve("no such", none, none), -1);
	CHECK_EQ(errno, ENOENT);
	CHECK_EQ(execve("boot.table", none, none), -1);
	CHECK_EQ(errno, ENOEXEC);
	CHECK_EQ(execve("libctest", much, none), -1);
	CHECK_EQ(errno, E2BIG);
}

void case_abort_child(void)
{
	const pid_t pid = fork();
	int status;

	CHECK(pid >= 0);
	if (pid == 0)
		abort();
	status = child_wait(pid);
	CHECK(WIFSIGNALED(status));
}
