/* Exec by path. The files are the stand-in's (standin.c). */
#include "program.h"

#include <sys_call.h>

static uintptr_t aux_of(const struct program *program, uintptr_t kind)
{
	uintptr_t *word = (uintptr_t *)program->environment;

	while (*word != 0)
		word++;
	for (word++; word[0] != AUX_NULL; word += 2) {
		if (word[0] == kind)
			return word[1];
	}
	return ~(uintptr_t)0;
}

int executed_by_path(const struct program *program)
{
	const char *what = program->arguments[1] + 1;

	CHECK(aux_of(program, AUX_RANDOM) != ~(uintptr_t)0);
	CHECK_EQ(aux_of(program, AUX_PAGE_SIZE), ARCH_PAGE_SIZE);
	if (strcmp(what, "arguments") == 0) {
		CHECK_EQ(program->argument_count, 3);
		CHECK(strcmp(program->arguments[2], "last") == 0);
		CHECK_EQ(aux_of(program, AUX_SECURE), 0);
		return 21;
	}
	if (strcmp(what, "script") == 0) {
		CHECK_EQ(program->argument_count, 4);
		CHECK(strcmp(program->arguments[0], "/bin/pmcase") == 0);
		CHECK(strcmp(program->arguments[2], "/script") == 0);
		CHECK(strcmp(program->arguments[3], "more") == 0);
		return 22;
	}
	if (strcmp(what, "owner") == 0) {
		const struct pm_empty_req request = {};
		struct pm_ids_reply ids;

		CHECK_EQ(pm_user_get(&request, &ids), 0);
		CHECK(ids.user == 0 && ids.effective_user == 42 && ids.saved_user == 42);
		CHECK_EQ(aux_of(program, AUX_EFFECTIVE_USER), 42);
		CHECK_EQ(aux_of(program, AUX_SECURE), 1);
		return 23;
	}
	return 2;
}

#define EXEC(path, block, count) program_exec(path, block, sizeof(block), count)

void case_path_exec(void)
{
	for (unsigned int i = 0; i < 3; i++) {
		const pid32 child = child_make();

		if (child == 0) {
			(void)EXEC("/bin/pmcase", "me\0@arguments\0last", 3);
			program_exit(1);
		}
		CHECK_EQ(child_wait(child), EXITED(21));
	}
}

static struct helper helper;

static int execs(void *unused)
{
	(void)unused;
	return EXEC("/bin/pmcase", "me\0@arguments\0last", 3);
}

void case_path_threads(void)
{
	const pid32 child = child_make();

	if (child == 0) {
		helper_start(&helper, execs, NULL);
		for (;;)
			yield();
	}
	CHECK_EQ(child_wait(child), EXITED(21));
}

void case_path_script(void)
{
	const pid32 child = child_make();

	if (child == 0) {
		(void)EXEC("/script", "x\0more", 2);
		program_exit(1);
	}
	CHECK_EQ(child_wait(child), EXITED(22));
}

void case_path_refused(void)
{
	static char path[PM_PATH_MAX + 8];

	CHECK_EQ(EXEC("/none", "x", 1), -ENOENT);
	CHECK_EQ(EXEC("/text", "x", 1), -ENOEXEC);
	CHECK_EQ(EXEC("/loop", "x", 1), -ENOEXEC);
	CHECK_EQ(EXEC("/short", "x", 1), -ENOEXEC);
	CHECK_EQ(EXEC("/bin/pmcase", "x", 2), -EINVAL);
	CHECK_EQ(EXEC((const char *)0x10, "x", 1), -EFAULT);
	memset(path, '/', sizeof(path));
	CHECK_EQ(EXEC(path, "x", 1), -ENAMETOOLONG);
	CHECK_EQ(EXEC("none", "x", 1), -ENOENT);
	case_path_exec();
}

void case_path_set_user(void)
{
	const pid32 child = child_make();

	if (child == 0) {
		(void)EXEC("/set-user", "x\0@owner", 2);
		program_exit(1);
	}
	CHECK_EQ(child_wait(child), EXITED(23));
}

void case_path_kill(void)
{
	for (unsigned int i = 0; i < 40; i++) {
		const pid32 child = child_make();

		if (child == 0) {
			(void)EXEC("/bin/pmcase", "me\0@idle-not\0last", 3);
			program_exit(1);
		}
		for (unsigned int spin = 0; spin < i * 4; spin++)
			yield();
		(void)kill(child, SIGNAL_KILL);
		CHECK(child_wait(child) != EXITED(1));
	}
	case_path_exec();
}

void case_path_told(void)
{
	const struct pm_empty_req empty = {};
	const struct pm_ids_req ids = {PM_ID_SET, 5, 0, 0};
	const struct pm_limit_req limit = {
		.resource = PM_LIMIT_FILES, .set = 1, .soft = 7, .hard = 8};
	struct pm_limit_reply old;
	const pid32 child = child_make();

	if (child == 0) {
		CHECK_EQ(pm_session_create(&empty, NULL), 0);
		CHECK_EQ(pm_limit(&limit, &old), 0);
		CHECK(old.soft == 1024 && old.hard == 4096);
		CHECK_EQ(pm_user_set(&ids, NULL), 0);
		program_exit(6);
	}
	CHECK_EQ(child_wait(child), EXITED(6));
}
