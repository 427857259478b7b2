/* Exec by path. This program lies in the root; scripts and what is no program are made here. */
#include "program.h"
#include "tests/system/vfs/file.h"

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
		CHECK(strcmp(program->arguments[2], "/tmp/pm/script") == 0);
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
		CHECK_EQ(f_open("/tmp/pm/denied", NEW, 0644), -EACCES); /* VFS knows it too */
		return 23;
	}
	if (strcmp(what, "chain") == 0) {
		CHECK_EQ(program->argument_count, 5);
		CHECK(strcmp(program->arguments[2], "/tmp/pm/inner") == 0);
		CHECK(strcmp(program->arguments[3], "/tmp/pm/script") == 0);
		CHECK(strcmp(program->arguments[4], "more") == 0);
		return 25;
	}
	return executed_with_files(what);
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

static void place_make(void)
{
	const int error = f_mkdir("/tmp/pm", 0755);

	CHECK(error == 0 || error == -EEXIST);
}

static void script_put(const char *path, const char *text)
{
	file_put(path, text);
	CHECK_EQ(f_chmod(path, 0755), 0);
}

static int script_status(const char *path)
{
	const pid32 child = child_make();

	if (child == 0)
		program_exit(-EXEC(path, "x\0more", 2));
	return child_wait(child);
}

void case_path_script(void)
{
	place_make();
	script_put("/tmp/pm/script", "#! /bin/pmcase  @script \nnot read\n");
	CHECK_EQ(script_status("/tmp/pm/script"), EXITED(22));
	script_put("/tmp/pm/script", "#!/bin/pmcase @script");
	CHECK_EQ(script_status("/tmp/pm/script"), EXITED(22));
	script_put("/tmp/pm/inner", "#!/bin/pmcase @chain\n");
	script_put("/tmp/pm/script", "#!/tmp/pm/inner\n");
	CHECK_EQ(script_status("/tmp/pm/script"), EXITED(25));
	script_put("/tmp/pm/inner", "#!/tmp/pm/script\n");
	CHECK_EQ(script_status("/tmp/pm/script"), EXITED(ELOOP));
	script_put("/tmp/pm/script", "#!/tmp/pm/none\n");
	CHECK_EQ(script_status("/tmp/pm/script"), EXITED(ENOENT));
	script_put("/tmp/pm/script", "#!/tmp\n");
	CHECK_EQ(script_status("/tmp/pm/script"), EXITED(EACCES));
	CHECK_EQ(f_unlink("/tmp/pm/script"), 0);
	CHECK_EQ(f_unlink("/tmp/pm/inner"), 0);
}

void case_path_refused(void)
{
	static char path[PM_PATH_MAX + 8];

	place_make();
	script_put("/tmp/pm/text", "This is no program, though it is long enough to look at.");
	script_put("/tmp/pm/short", "\177ELF");
	script_put("/tmp/pm/empty", "");
	script_put("/tmp/pm/nobody", "#!\n");
	CHECK_EQ(EXEC("/none", "x", 1), -ENOENT);
	CHECK_EQ(EXEC("/bin/pmcase/more", "x", 1), -ENOTDIR);
	CHECK_EQ(EXEC("/tmp/pm/text", "x", 1), -ENOEXEC);
	CHECK_EQ(EXEC("/tmp/pm/short", "x", 1), -ENOEXEC);
	CHECK_EQ(EXEC("/tmp/pm/empty", "x", 1), -ENOEXEC);
	CHECK_EQ(EXEC("/tmp/pm/nobody", "x", 1), -ENOEXEC);
	CHECK_EQ(EXEC("/bin/pmcase", "x", 2), -EINVAL);
	CHECK_EQ(EXEC((const char *)0x10, "x", 1), -EFAULT);
	memset(path, '/', sizeof(path));
	CHECK_EQ(EXEC(path, "x", 1), -ENAMETOOLONG);
	CHECK_EQ(EXEC("none", "x", 1), -ENOENT);
	CHECK_EQ(f_unlink("/tmp/pm/text"), 0);
	CHECK_EQ(f_unlink("/tmp/pm/short"), 0);
	CHECK_EQ(f_unlink("/tmp/pm/empty"), 0);
	CHECK_EQ(f_unlink("/tmp/pm/nobody"), 0);
	case_path_exec();
}

void case_path_access(void)
{
	const struct pm_ids_req ids = {PM_ID_SET, 1000, 0, 0};
	pid32 child;

	place_make();
	script_put("/tmp/pm/script", "#!/bin/pmcase @script\n");
	CHECK_EQ(f_chmod("/tmp/pm/script", 0644), 0);
	CHECK_EQ(EXEC("/tmp/pm/script", "x", 1), -EACCES);
	CHECK_EQ(EXEC("/tmp", "x", 1), -EACCES);
	CHECK_EQ(EXEC("/dev/null", "x", 1), -EACCES);
	CHECK_EQ(f_chmod("/tmp/pm/script", 0700), 0);
	child = child_make();
	if (child == 0) {
		CHECK_EQ(pm_user_set(&ids, NULL), 0);
		CHECK_EQ(EXEC("/tmp/pm/script", "x", 1), -EACCES);
		CHECK_EQ(EXEC("/root/none", "x", 1), -EACCES);
		(void)EXEC("/bin/pmcase", "me\0@arguments\0last", 3);
		program_exit(1);
	}
	CHECK_EQ(child_wait(child), EXITED(21));
	CHECK_EQ(f_unlink("/tmp/pm/script"), 0);
}

void case_path_relative(void)
{
	const pid32 child = child_make();

	if (child == 0) {
		CHECK_EQ(f_chdir("/bin"), 0);
		(void)EXEC("./pmcase", "me\0@arguments\0last", 3);
		program_exit(1);
	}
	CHECK_EQ(child_wait(child), EXITED(21));
}

#define MANY 10u

/* They wait for the end of a pipe, to begin as one. */
void case_path_many(void)
{
	pid32 children[MANY];
	int fd[2];
	char byte;

	CHECK_EQ(f_pipe(fd, 0), 0);
	for (unsigned int i = 0; i < MANY; i++) {
		children[i] = child_make();
		if (children[i] != 0)
			continue;
		CHECK_EQ(f_close(fd[1]), 0);
		CHECK_EQ(f_read(fd[0], &byte, 1), 0);
		program_exit(-EXEC("/bin/pmcase", "me\0@arguments\0last", 3));
	}
	CHECK_EQ(f_close(fd[1]), 0);
	for (unsigned int i = 0; i < MANY; i++)
		CHECK_EQ(child_wait(children[i]), EXITED(21));
}

static void file_copy(const char *from, const char *to)
{
	static char buffer[8192];
	const int in = f_open(from, 0, 0), out = f_open(to, NEW, 0600);
	long bytes;

	CHECK(in >= 0 && out >= 0);
	while ((bytes = f_read(in, buffer, sizeof(buffer))) > 0)
		CHECK_EQ(f_write(out, buffer, (size_t)bytes), bytes);
	CHECK_EQ(bytes, 0);
	CHECK_EQ(f_close(in), 0);
	CHECK_EQ(f_close(out), 0);
}

void case_path_set_user(void)
{
	pid32 child;

	place_make();
	file_copy("/bin/pmcase", "/tmp/pm/set-user");
	CHECK_EQ(f_chown("/tmp/pm/set-user", 42, 0), 0);
	CHECK_EQ(f_chmod("/tmp/pm/set-user", 04755), 0);
	child = child_make();
	if (child == 0) {
		(void)EXEC("/tmp/pm/set-user", "x\0@owner", 2);
		program_exit(1);
	}
	CHECK_EQ(child_wait(child), EXITED(23));
	CHECK_EQ(f_unlink("/tmp/pm/set-user"), 0);
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
