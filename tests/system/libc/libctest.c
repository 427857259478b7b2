/* The cases of cases.def as a program: libctest CASE. */
#include "libc_case.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
#define LIBC_CASE(function, behaviour) {#function, case_##function},
#include "cases.def"
#undef LIBC_CASE
};

/* Nothing of stdio: it may be what failed. */
void case_fail(const char *file, int line, const char *text, long found)
{
	char said[256];
	const int bytes = snprintf(said, sizeof(said), "# %s:%d: %s (%ld = %#lx)\n", file, line,
				   text, found, (unsigned long)found);

	(void)!write(2, said, (size_t)bytes);
	_exit(1);
}

/* PM starts programs without files. */
static void console_open(void)
{
	while (fcntl(2, F_GETFD) == -1 && errno == EBADF) {
		if (open("/dev/console", O_RDWR) < 0)
			return;
	}
}

int main(int count, char **arguments)
{
	console_open();
	if (count < 2)
		return 2;
	if (arguments[1][0] == '@')
		return target_run(count, arguments);
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (strcmp(arguments[1], cases[i].name) == 0) {
			cases[i].run();
			return 0;
		}
	}
	return 2;
}
