/* BusyBox's shell as a program of the boot archive, its output through a pipe. */
#include "libc_case.h"

#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void shell(const char *script, const char *wanted)
{
	char *const arguments[] = {"sh", "-c", (char *)script, NULL};
	char *const environment[] = {"PATH=/bin", "HOME=/", NULL};
	char text[500];
	size_t used = 0;
	int fd[2], status;
	ssize_t got;
	pid_t pid;

	CHECK_EQ(pipe(fd), 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		dup2(fd[1], 1);
		dup2(fd[1], 2);
		execve("busybox", arguments, environment);
		_exit(100);
	}
	CHECK_EQ(close(fd[1]), 0);
	while ((got = read(fd[0], text + used, sizeof(text) - 1 - used)) > 0)
		used += (size_t)got;
	text[used] = '\0';
	CHECK_EQ(close(fd[0]), 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	if (status != 0 || strcmp(text, wanted) != 0)
		case_fail(__FILE__, __LINE__, text, status);
}

void case_shell_words(void)
{
	shell("echo hello from ash", "hello from ash\n");
	shell("x=3; while [ $x -gt 0 ]; do echo $x; x=$((x-1)); done", "3\n2\n1\n");
	shell("cd /; pwd; umask", "/\n0022\n");
}

void case_shell_pipes(void)
{
	shell("echo piped | while read a; do echo got $a; done", "got piped\n");
	shell("(echo sub; exit 3); echo $?", "sub\n3\n");
	shell("read x y <<E\na b c\nE\necho $y", "b c\n");
}

void case_shell_signals(void)
{
	shell("trap 'echo term' TERM; kill -TERM $$; echo after", "term\nafter\n");
}

void case_spawn(void)
{
	char *const arguments[] = {"libctest", "@exec", "", "two words", NULL};
	char *const environment[] = {"REEF=high=tide", NULL};
	int status;
	pid_t pid;

	CHECK_EQ(posix_spawn(&pid, "libctest", NULL, NULL, arguments, environment), 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 11 << 8);
	CHECK_EQ(posix_spawn(&pid, "no such", NULL, NULL, arguments, environment), ENOENT);
}
