/* The benchmark: a root service in VM's place, like the kernel test, whose framework it uses. It
 * says that the machine is ready, runs what bench= asks for and powers off.
 *
 *   root=kbench   bench=count|time   only=NAME,NAME   rounds=N
 *   root=kbench   bench=pairs   pairs=N   rounds=N   work=N
 *
 * count: each operation N times between marks, for the plugin; prints `bench ID NAME`.
 * time: batches of at least BATCH_TIME each; prints `batch NAME OPERATIONS NANOSECONDS`.
 * pairs: a client and a server on each CPU, or on the first pairs= ones (bench_pairs.c).
 * Without bench= it powers off as soon as it is ready.
 */
#include "bench.h"

#include "tests/system/kernel/frames.h"
#include "tests/system/kernel/option.h"
#include "tests/system/kernel/tap.h"
#include <arch/layout.h>
#include <skerry/kernel_page.h>
#include <sys.h>

#define QUANTUM_LONG 10000000000ull
#define PAIRS_ROUNDS_DEFAULT 10000u
#define ROUNDS_DEFAULT 2000u
#define BATCHES 15u
#define BATCH_TIME (10 * MILLISECOND)
#define BATCH_OPERATIONS_MAX (1u << 22)

static const struct bench *const benches[] = {
	&bench_kcall_null, &bench_kcall_trap, &bench_call_same,	  &bench_call_cross,
	&bench_send,	   &bench_notify,     &bench_switch_same, &bench_switch_cross,
	&bench_fault,	   &bench_copy_64,    &bench_copy_4k,	  &bench_copy_64k,
};

static bool counting;
static unsigned int rounds;

struct test_thread *bench_thread_on(u64 affinity, struct test_space *space, uint32_t priority,
				    int (*function)(void *argument), void *argument)
{
	const struct thread_plan plan = {
		.space = space,
		.function = function,
		.argument = argument,
		.priority = priority,
		.quantum = QUANTUM_LONG,
		.affinity = affinity,
	};

	return thread_make(&plan);
}

struct test_thread *bench_thread(struct test_space *space, uint32_t priority,
				 int (*function)(void *argument), void *argument)
{
	return bench_thread_on(0, space, priority, function, argument);
}

/* --- One benchmark -----------------------------------------------------------------------------
 */

static void run_batches(const struct bench *bench)
{
	unsigned int operations = 32;
	struct bench_time time;

	while ((time = bench->run(operations)).elapsed < BATCH_TIME &&
	       operations < BATCH_OPERATIONS_MAX)
		operations *= 2;
	for (unsigned int i = 0; i < BATCHES; i++) {
		time = bench->run(operations);
		sys_print("batch %s %u %llu\n", bench->name, time.operations, time.elapsed);
	}
}

static int client_run(void *argument)
{
	const struct bench *bench = argument;

	if (counting) {
		sys_print("bench %u %s\n", bench->id, bench->name);
		bench->run(rounds);
	} else {
		run_batches(bench);
	}
	if (bench->end != NULL)
		bench->end();
	return 0;
}

static bool has_ended(void *argument)
{
	return ((struct test_thread *)argument)->end != THREAD_RUNS;
}

static void bench_run(const struct bench *bench)
{
	struct test_space *space = bench->prepare();
	struct test_thread *client =
		bench_thread(space, PRIORITY_CLIENT, client_run, (void *)bench);

	if (bench->serve != NULL)
		bench->serve();
	supervisor_serve(has_ended, client, NULL);
	if (client->end != THREAD_EXITED || client->status != 0)
		panic("%s: the client ended early: %d", bench->name, client->end);
	threads_free_all();
	spaces_free_all();
}

/* --- Start -------------------------------------------------------------------------------------
 */

static void benches_run(void)
{
	char only[128];

	option_get("only", only, sizeof(only));
	for (unsigned int i = 0; i < sizeof(benches) / sizeof(benches[0]); i++) {
		if (only[0] == '\0' || list_has(only, benches[i]->name))
			bench_run(benches[i]);
	}
}

int sys_main(uintptr_t argument)
{
	const struct kernel_page *page = (const struct kernel_page *)ARCH_KERNEL_PAGE;
	char mode[8];

	sys_program_name = "kbench";
	sys_panic_end = power_off_failed;
	frames_init((const struct boot_page *)argument);
	supervisor_init();
	threads_init();
	spaces_init();
	supervisor_schedule(QUANTUM_LONG);
	sys_print("%s: %u CPU%s, ready\n", page->board, page->cpu_count,
		  page->cpu_count == 1 ? "" : "s");
	if (option_get("bench", mode, sizeof(mode)) && list_has(mode, "pairs")) {
		pairs_run(option_number("pairs", page->cpu_count),
			  option_number("rounds", PAIRS_ROUNDS_DEFAULT), option_number("work", 0));
	} else if (mode[0] != '\0') {
		counting = list_has(mode, "count");
		rounds = option_number("rounds", ROUNDS_DEFAULT);
		benches_run();
	}
	power_off(true);
}
