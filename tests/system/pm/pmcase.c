/* The program under test: `pmcase CASE` runs a case of cases.def, `pmcase @WHAT` is what cases
 * exec. Its status is 0 iff all was well.
 */
#include "program.h"

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
#define PM_CASE(function, behaviour) {#function, case_##function},
#define FILE_CASE PM_CASE
#include "cases.def"
#undef FILE_CASE
#undef PM_CASE
};

int sys_main(uintptr_t argument)
{
	struct program program;

	program_init((const struct program_start *)argument, &program);
	if (program.argument_count < 2)
		return 2;
	if (program.arguments[1][0] == '@')
		return executed(&program);
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (strcmp(program.arguments[1], cases[i].name) == 0) {
			cases[i].run();
			return 0;
		}
	}
	return 2;
}
