/* The program under test: `forker CASE` runs a case of cases.def, `forker @WHAT ...` is what cases
 * exec. Its status is 0 iff all was well.
 */
#include "case.h"

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
#define USER_CASE(function, behaviour) {#function, case_##function},
#include "cases.def"
#undef USER_CASE
};

int sys_main(uintptr_t argument)
{
	struct program program;

	program_init((const struct program_start *)argument, &program);
	if (program.argument_count < 2)
		return 2;
	if (program.arguments[1][0] == '@') {
		const target_function target = target_find(program.arguments[1] + 1);

		return target != NULL ? target(&program) : 2;
	}
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (strcmp(program.arguments[1], cases[i].name) == 0) {
			cases[i].run();
			return 0;
		}
	}
	return 2;
}
