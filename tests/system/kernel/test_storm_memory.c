/* Storms about translations: page tables are edited while others read and write through them, with
 * and without a bracket. What is checked, stage.h says.
 */
#include "stage.h"
#include "ticker.h"
#include <sys.h>

#define EDITORS 2u

static struct stage stage_of[EDITORS];

static unsigned int runners(void)
{
	return cpu_count() < STAGE_RUNNERS ? cpu_count() : STAGE_RUNNERS;
}

/* Somebody runs elsewhere from now on, the editor itself perhaps. */
static void move_somebody(struct stage *stage)
{
	const unsigned int who = storm_below(stage->random, stage->runner_count + 1);

	thread_place(who == stage->runner_count ? EP_SELF : stage->runner[who].thread->endpoint,
		     PRIORITY_TEST, storm_below(stage->random, cpu_count()));
}

static int edit_on(void *argument)
{
	struct storm_worker *worker = argument;
	struct stage *stage = &stage_of[worker->index];

	stage_make(stage, &worker->random);
	stage->writers_keep = true;
	stage_run(stage, runners());
	while (worker->done < worker->operations) {
		switch (storm_below(&worker->random, 16)) {
		case 0:
			move_somebody(stage);
			break;
		case 1:
			stage_disturb(stage);
			break;
		default:
			stage_edit(stage);
		}
		if (cpu_count() == 1 || storm_below(&worker->random, 4) == 0)
			yield();
		worker->done++;
	}
	stage_end(stage);
	return 0;
}

static void edits_under_runners(void)
{
	struct storm_worker workers[STORM_WORKERS];
	struct ticker ticker;
	unsigned int owed = 0;

	supervisor_hooks.fault = stage_fault;
	ticker_start(&ticker);
	storm_start(workers, EDITORS, edit_on, NULL);
	storm_finish(workers, EDITORS);
	ticker_stop(&ticker);
	for (unsigned int i = 0; i < EDITORS; i++)
		owed += stage_of[i].owed;
	sys_print("# %u brackets closed before all had flushed\n", owed);
}

static int flush_on(void *argument)
{
	struct storm_worker *worker = argument;
	struct stage *stage = &stage_of[worker->index];

	stage_make(stage, &worker->random);
	stage_run(stage, runners());
	while (worker->done < worker->operations) {
		switch (storm_below(&worker->random, 8)) {
		case 0:
			move_somebody(stage);
			break;
		case 1:
		case 2:
			stage_region_move(stage, false);
			break;
		default:
			stage_move_flushed(stage, storm_below(&worker->random, STAGE_PAGES));
		}
		if (cpu_count() == 1 || storm_below(&worker->random, 4) == 0)
			yield();
		worker->done++;
	}
	stage_end(stage);
	return 0;
}

static void flushes_under_runners(void)
{
	struct storm_worker workers[STORM_WORKERS];
	struct ticker ticker;

	ticker_start(&ticker);
	storm_start(workers, EDITORS, flush_on, NULL);
	storm_finish(workers, EDITORS);
	ticker_stop(&ticker);
}

static const struct test_case cases[] = {
	STORM("edits hold for who runs in the space", edits_under_runners, 6000, 17000),
	STORM("a passed epoch is passed everywhere", flushes_under_runners, 4000, 10000),
};

const struct test_suite suite_storm_memory = SUITE("storm_memory", cases);
