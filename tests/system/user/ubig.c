/* A program of a megabyte, for exec to load: `ubig N` execs itself N - 1 times, then ends. */
#include "ubench.h"

#include <program.h>
#include <sys.h>

static const char ballast[UBENCH_MEMORY] __attribute__((used)) = {1};

static unsigned int number_of(const char *text)
{
	unsigned int number = 0;

	while (*text != '\0')
		number = number * 10 + (unsigned int)(*text++ - '0');
	return number;
}

/* "ubig", NUL, the number in three digits. */
static size_t block_fill(char block[16], unsigned int number)
{
	static const char name[] = "ubig";
	size_t at = sizeof(name);

	__builtin_memcpy(block, name, sizeof(name));
	for (unsigned int unit = 100; unit > 0; unit /= 10)
		block[at++] = (char)('0' + number / unit % 10);
	block[at++] = '\0';
	return at;
}

int sys_main(uintptr_t argument)
{
	struct program program;
	unsigned int left;
	char block[16];
	size_t bytes;

	ubench_end(ID_EXEC_LOAD);
	program_init((const struct program_start *)argument, &program);
	left = number_of(program.arguments[1]);
	if (left <= 1)
		program_exit(0);
	bytes = block_fill(block, left - 1);
	ubench_begin(ID_EXEC_LOAD);
	(void)program_exec("ubig", block, bytes, 2);
	program_exit(1);
}
