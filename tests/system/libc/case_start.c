/* How a program begins and ends. */
#include "libc_case.h"

#include <elf.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

void case_start(void)
{
	CHECK(strcmp(program_invocation_short_name, "libctest") == 0);
	CHECK(environ != NULL && environ[0] == NULL);
	CHECK_EQ(getauxval(AT_PAGESZ), 4096);
	CHECK(getauxval(AT_PHDR) != 0 && getauxval(AT_PHNUM) > 2);
	CHECK(getauxval(AT_ENTRY) != 0);
	CHECK(getpid() > 0 && getppid() >= 0);
}

static __thread int thread_value = 0x1234;
static __thread char thread_zeroes[300];
static __thread long double thread_aligned __attribute__((aligned(64))) = 1.5L;

void case_start_tls(void)
{
	CHECK_EQ(thread_value, 0x1234);
	CHECK((uintptr_t)&thread_aligned % 64 == 0 && thread_aligned == 1.5L);
	for (unsigned int i = 0; i < sizeof(thread_zeroes); i++)
		CHECK_EQ(thread_zeroes[i], 0);
	thread_value = 7;
	memset(thread_zeroes, 1, sizeof(thread_zeroes));
	CHECK_EQ(thread_value, 7);
}

static int constructed;

__attribute__((constructor)) static void construct(void)
{
	constructed++;
}

void case_start_order(void)
{
	CHECK_EQ(constructed, 1);
}

static int handlers;

static void second_handler(void)
{
	if (handlers++ != 1)
		_exit(9);
	_exit(42);
}

static void first_handler(void)
{
	if (handlers++ != 0)
		_exit(8);
}

void case_exit_handlers(void)
{
	int status;
	const pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		atexit(second_handler);
		atexit(first_handler);
		exit(7);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFEXITED(status));
	CHECK_EQ(WEXITSTATUS(status), 42);
}
