/* The program whose cases test VFS: `vfscase CASE`, in a new directory below /tmp. It leaves
 * nothing here: a case that is run again on the same machine would find it.
 */
#include "file.h"

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
#define VFS_CASE(function, behaviour) {#function, case_##function},
#include "cases.def"
#undef VFS_CASE
};

static void (*case_find(const char *name))(void)
{
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (strcmp(cases[i].name, name) == 0)
			return cases[i].run;
	}
	return NULL;
}

int sys_main(uintptr_t argument)
{
	struct program program;
	void (*run)(void);
	char place[64] = "/tmp/";

	program_init((const struct program_start *)argument, &program);
	if (program.argument_count != 2)
		program_exit(2);
	run = case_find(program.arguments[1]);
	if (run == NULL)
		program_exit(2);
	strcpy(place + 5, program.arguments[1]);
	CHECK_EQ(f_mkdir(place, 0755), 0);
	CHECK_EQ(f_chdir(place), 0);
	run();
	program_exit(0);
}
