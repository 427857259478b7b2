/* The program under test: `vmcase NAME` runs a case of cases.def. Its status is 0 iff all was well.
 */
#include "vm_case.h"

long arena_make(unsigned int pages)
{
	const long start = map((pages + 2) * PAGE, VM_READ | VM_EXECUTE, 0);

	CHECK(start > 0);
	CHECK_EQ(unmap(start + PAGE, pages * PAGE), 0);
	return start + PAGE;
}

void arena_free(long start, unsigned int pages)
{
	CHECK_EQ(unmap(start - PAGE, (pages + 2) * PAGE), 0);
}

static int touch(long address, bool write)
{
	const pid32 pid = child_make();

	if (pid == 0) {
		const uint8_t found = *byte_at(address);

		if (write)
			*byte_at(address) = found;
		program_exit(0);
	}
	return child_wait(pid);
}

int touch_read(long address)
{
	return touch(address, false);
}

int touch_write(long address)
{
	return touch(address, true);
}

static uint8_t content_of(unsigned int page, unsigned int seed)
{
	return (uint8_t)(page * 7 + seed * 31 + 1);
}

void pages_fill(long start, unsigned int pages, unsigned int seed)
{
	for (unsigned int i = 0; i < pages; i++) {
		*byte_at(start + i * PAGE) = content_of(i, seed);
		*byte_at(start + (i + 1) * PAGE - 1) = content_of(i, ~seed);
	}
}

void pages_check(long start, unsigned int pages, unsigned int seed)
{
	for (unsigned int i = 0; i < pages; i++) {
		CHECK_EQ(*byte_at(start + i * PAGE), content_of(i, seed));
		CHECK_EQ(*byte_at(start + (i + 1) * PAGE - 1), content_of(i, ~seed));
	}
}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
#define VM_CASE(function, behaviour) {#function, case_##function},
#include "tests/system/vm/cases.def"
#undef VM_CASE
};

int sys_main(uintptr_t argument)
{
	struct program program;

	program_init((const struct program_start *)argument, &program);
	if (program.argument_count >= 2 && program.arguments[1][0] == '@') {
		const target_function target = target_find(program.arguments[1] + 1);

		return target != NULL ? target(&program) : 2;
	}
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (program.argument_count == 2 &&
		    strcmp(program.arguments[1], cases[i].name) == 0) {
			cases[i].run();
			return 0;
		}
	}
	return 2;
}
