/* The first program: says what it was started with. */
#include <program.h>
#include <sys.h>

int sys_main(uintptr_t argument)
{
	const struct program_start *start = (const struct program_start *)argument;
	struct program program;

	program_init(start, &program);
	sys_print("hello from process %d:", (int)start->pid);
	for (unsigned int i = 0; i < program.argument_count; i++)
		sys_print(" %s", program.arguments[i]);
	sys_print("\n");
	return (int)program.argument_count;
}
