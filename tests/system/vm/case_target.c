/* What the service has programs do: `vmcase @WHAT ...`. */
#include "vm_case.h"

#include "fuzz.h"
#include "peer.h"
#include "puppet.h"

static int idle(const struct program *program)
{
	while (program->argument_count > 0)
		yield();
	return 0;
}

/* Until VM is no longer allowed. */
static int ask(const struct program *program)
{
	const long start = map(ASKER_BYTES, RW, 0); /* the service sees it and begins */
	long answer;
	pid32 pid;

	(void)program;
	do {
		yield();
		answer = heap_set(0);
	} while (answer > 0);
	CHECK_EQ(answer, -ENOTALLOWED);
	CHECK_EQ(map(PAGE, RW, 0), -ENOTALLOWED);
	CHECK_EQ(unmap(start, PAGE), -ENOTALLOWED);
	pages_fill(start, 2, 1);
	pages_check(start, 2, 1);
	pid = child_make();
	if (pid == 0)
		program_exit(heap_set(0) == -ENOTALLOWED ? 3 : 4); /* a child has no more */
	CHECK_EQ(child_wait(pid), EXITED(3));
	return 7;
}

static int fuzz(const struct program *program)
{
	return fuzz_run(fuzz_number(program->arguments[2]), fuzz_number(program->arguments[3]));
}

static int peer(const struct program *program)
{
	(void)program;
	return peer_serve();
}

static int puppet(const struct program *program)
{
	(void)program;
	puppet_run();
}

target_function target_find(const char *name)
{
	static const struct {
		const char *name;
		target_function run;
	} targets[] = {
		{"idle", idle},	      {"ask", ask},   {"peer", peer},
		{"bomb", bomb_start}, {"fuzz", fuzz}, {"puppet", puppet},
	};

	for (unsigned int i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		if (strcmp(name, targets[i].name) == 0)
			return targets[i].run;
	}
	return NULL;
}
