/* Who runs on a stage: readers and writers in its space, their faults, their sudden ends. */
#include "stage.h"

#define STAGES_MAX 4u

/* For the supervisor's hook. An entry is set before its runners start; several editors start at
 * once. */
static struct stage *stages[STAGES_MAX];

static void page_read(struct stage_runner *runner, unsigned int page)
{
	const uint32_t least = runner->stage->least[page];
	const unsigned int word =
		STAGE_FIRST_STAMP + storm_below(&runner->random, STAGE_WORDS - STAGE_FIRST_STAMP);
	const uint32_t stamp = ((volatile uint32_t *)stage_address(page))[word];

	CHECK_EQUAL(STAMP_PAGE(stamp), page);
	CHECK(STAMP_GENERATION(stamp) >= least);
}

static void page_write(struct stage_runner *runner, unsigned int page)
{
	volatile uint32_t *word = (volatile uint32_t *)stage_address(page) + runner->index;

	if (runner->stage->writers_keep)
		CHECK_EQUAL(*word, runner->last[page]);
	runner->last[page]++;
	*word = runner->last[page];
}

static int run(void *argument)
{
	struct stage_runner *runner = argument;

	while (!runner->stage->stop) {
		const uint32_t dice = storm_below(&runner->random, 64);

		page_read(runner, storm_below(&runner->random, STAGE_ALL));
		if (dice & 1)
			page_write(runner, storm_below(&runner->random, STAGE_PAGES));
		runner->count++;
		if (dice < 2)
			yield();
		else if (dice == 2 && runner->count % 8 == 0)
			sleep_for(MILLISECOND / 20);
	}
	return 0;
}

/* Held until the hook can find it. */
static void runner_start(struct stage_runner *runner)
{
	const struct thread_plan plan = {
		.space = runner->stage->space,
		.function = run,
		.argument = runner,
		.quantum = MILLISECOND,
		.flags = THREAD_HELD,
	};
	struct sys_priv_allow_req request = {.operation = PRIV_ALLOW};

	runner->held = false;
	runner->thread = thread_make(&plan);
	runner->name = request.thread = runner->thread->endpoint;
	CHECK_EQUAL(sys_priv_allow(&request, NULL), 0);
}

void stage_run(struct stage *stage, unsigned int runners)
{
	struct stage *nobody = NULL;
	unsigned int slot = 0;

	while (!__atomic_compare_exchange_n(&stages[slot], &nobody, stage, false, __ATOMIC_SEQ_CST,
					    __ATOMIC_SEQ_CST)) {
		nobody = NULL;
		slot++;
		REQUIRE(slot < STAGES_MAX);
	}
	for (unsigned int i = 0; i < runners; i++) {
		struct stage_runner *runner = &stage->runner[i];

		runner->stage = stage;
		runner->index = i;
		runner->random = *stage->random + i;
		runner_start(runner);
		stage->runner_count = i + 1;
	}
}

static void runner_stop(struct stage *stage, const struct stage_runner *runner)
{
	struct sys_runctl_req request = {runner->thread->endpoint, RUNCTL_STOP};
	unsigned int count;

	CHECK_EQUAL(sys_runctl(&request, NULL), 0);
	count = runner->count;
	if (runner->held)
		stage_open(stage, (runner->fault_address - STAGE_BASE) / ARCH_PAGE_SIZE);
	stage_answer(stage);
	yield();
	CHECK(thread_rts(runner->thread->endpoint) & RTS_STOPPED);
	CHECK_EQUAL(runner->count, count);
	request.operation = RUNCTL_RESUME;
	CHECK_EQUAL(sys_runctl(&request, NULL), 0);
}

static void runner_replace(struct stage *stage, struct stage_runner *runner)
{
	const struct sys_fault_clear_req request = {runner->thread->endpoint};

	runner->name = EP_NONE;
	thread_free(runner->thread);
	CHECK_EQUAL(sys_vmctl_fault_clear(&request, NULL), -EDEADSRCDST);
	for (unsigned int i = 0; i < STAGE_PAGES; i++)
		runner->last[i] = ((uint32_t *)frame_pointer(stage->frame[i]))[runner->index];
	runner_start(runner);
}

void stage_disturb(struct stage *stage)
{
	struct stage_runner *runner =
		&stage->runner[storm_below(stage->random, stage->runner_count)];

	if (storm_below(stage->random, 4) == 0)
		runner_replace(stage, runner);
	else
		runner_stop(stage, runner);
}

enum fault_answer stage_fault(const struct fault_event *event)
{
	for (unsigned int s = 0; s < STAGES_MAX; s++) {
		for (unsigned int i = 0; stages[s] != NULL && i < stages[s]->runner_count; i++) {
			struct stage_runner *runner = &stages[s]->runner[i];

			if (runner->name != event->thread)
				continue;
			if (event->fault.address - STAGE_BASE >= STAGE_PAGES * ARCH_PAGE_SIZE)
				return FAULT_FATAL;
			CHECK(!runner->held);
			runner->fault_address = (vaddr_t)event->fault.address;
			runner->fault_access = event->fault.access;
			runner->held = true;
			return FAULT_HOLD;
		}
	}
	return FAULT_FATAL;
}

bool stage_allows(const struct stage *stage, vaddr_t address, uint32_t access)
{
	const enum page_state state = stage->state[(address - STAGE_BASE) / ARCH_PAGE_SIZE];

	return state == PAGE_OPEN || (state == PAGE_READONLY && !(access & FAULT_WRITE));
}

void stage_answer(struct stage *stage)
{
	for (unsigned int i = 0; i < stage->runner_count; i++) {
		struct stage_runner *runner = &stage->runner[i];

		if (!runner->held ||
		    !stage_allows(stage, runner->fault_address, runner->fault_access))
			continue;
		runner->held = false;
		CHECK_EQUAL(sys_vmctl_fault_clear(
				    &(struct sys_fault_clear_req){runner->thread->endpoint}, NULL),
			    0);
	}
}

void stage_runners_end(struct stage *stage)
{
	for (unsigned int i = 0; i < stage->runner_count; i++) {
		nanoseconds_t limit = 0;

		while (stage->runner[i].thread->end == THREAD_RUNS && wait_a_moment(&limit))
			stage_answer(stage);
		CHECK(stage->runner[i].count != 0);
		CHECK_EQUAL(thread_join(stage->runner[i].thread), 0);
	}
	for (unsigned int i = 0; i < STAGES_MAX; i++) {
		if (stages[i] == stage)
			stages[i] = NULL;
	}
	stage->runner_count = 0;
}
