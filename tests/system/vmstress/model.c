/* The case: random operations on a population of spaces, in rounds. A round begins with one space
 * and ends with none, in any order, and all memory back.
 */
#include "model.h"

#include "stress.h"
#include "tests/system/user/runner.h"
#include <skerry/kernel_call.h>
#include <string.h>
#include <sys.h>
#include <vm_call.h>

#define OPERATIONS 8000u
#define ROUND 2000u	  /* operations */
#define CHECK_EVERY 1000u /* VM's own check */
#define VERIFY_EVERY 16u  /* one space */
#define AT_ONCE 4u

static struct actor actors[ACTORS];
static uint64_t random;
static uint32_t serial; /* what writes write: no two are alike */

static uint32_t below(uint32_t limit)
{
	return stress_below(&random, limit);
}

static uint32_t address_of(int page)
{
	return ARENA_START + (uint32_t)page * PAGE;
}

/* --- Population ------------------------------------------------------------------------------- */

static unsigned int population(void)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < ACTORS; i++)
		count += actors[i].used;
	return count;
}

static struct actor *actor_choose(void)
{
	unsigned int i;

	do
		i = below(ACTORS);
	while (!actors[i].used);
	return &actors[i];
}

static struct actor *actor_free(void)
{
	for (unsigned int i = 0; i < ACTORS; i++) {
		if (!actors[i].used)
			return &actors[i];
	}
	return NULL;
}

static void guard(space_t space, uint64_t from, uint64_t to)
{
	if (from < to && map_in(space, from, to - from, 0, VM_MAP_GUARD | VM_MAP_FIXED) < 0)
		panic("no guard at %#llx", from);
}

/* Everything but the arena is a guard's, where it is nobody's. */
static void arena_enclose(space_t space)
{
	struct vm_region_info region;
	uint64_t end = PAGE;

	guard(space, ARENA_START - PAGE, ARENA_START);
	guard(space, ARENA_START + ARENA_PAGES * PAGE, ARENA_START + (ARENA_PAGES + 1) * PAGE);
	while (region_get(space, end, &region)) {
		if (region.address != ARENA_START + ARENA_PAGES * PAGE)
			guard(space, end, region.address);
		end = region.address + region.bytes;
	}
	guard(space, end, PROGRAM_END);
}

static void population_begin(void)
{
	struct actor *first = &actors[0];
	struct vm_brk_req heap = {.address = address_of(ARENA_HEAP)};

	first->used = true;
	arena_init(&first->arena);
	world_begin(&first->worker);
	heap.space = first->worker.space;
	arena_enclose(first->worker.space);
	if (vm_brk(&heap, NULL) != 0)
		panic("no heap");
}

static void actor_end(struct actor *actor)
{
	const space_t space = actor->worker.space;

	world_thread_end(&actor->worker);
	world_space_end(space);
	arena_clear(&actor->arena);
	actor->used = false;
}

/* --- Touches ---------------------------------------------------------------------------------- */

/* An access at one end of a page; the model's word, or none. */
struct touch {
	int page;
	bool last, write, allowed;
	uint32_t address, value;
};

static void touch_choose(struct actor *actor, struct touch *touch)
{
	touch->page = (int)below(ARENA_PAGES);
	for (int i = 0; i < 8 && actor->arena.page[touch->page].kind == ARENA_NONE; i++)
		touch->page = (int)below(ARENA_PAGES);
	touch->last = below(2);
	touch->write = below(3) != 0;
	touch->address = address_of(touch->page) + (touch->last ? PAGE - 4 : 0);
	touch->value = ++serial;
	touch->allowed = arena_touch(&actor->arena, touch->page, touch->write ? VM_WRITE : VM_READ);
}

static uint32_t *touch_word(struct actor *actor, const struct touch *touch)
{
	struct arena_words *words = arena_words(&actor->arena, touch->page);

	return touch->last ? &words->last : &words->first;
}

static bool touch_fail(const struct actor *actor, const struct touch *touch, const char *who,
		       int code, uint32_t found)
{
	return stress_fail("space %#x: %s %ss %#x at %#x: %d, allowed: %d", actor->worker.space,
			   who, touch->write ? "write" : "read", found, touch->address, code,
			   touch->allowed);
}

/* By the kernel; now and then it may not ask VM, and then it may fail. */
static bool touch_copy(struct actor *actor)
{
	const uint32_t flags = below(4) == 0 ? CPF_TRY : 0;
	struct arena unchanged = actor->arena;
	struct touch touch;
	uint32_t found;
	int code;

	touch_choose(actor, &touch);
	found = touch.value;
	code = touch.write ? world_copy_to(&actor->worker, touch.address, &found, 4, flags)
			   : world_copy_from(&actor->worker, touch.address, &found, 4, flags);
	if (flags == CPF_TRY && code != 0) {
		actor->arena = unchanged; /* no stack has grown */
		return true;
	}
	if ((code == 0) != touch.allowed)
		return touch_fail(actor, &touch, "the kernel", code, found);
	if (!touch.allowed)
		return true;
	if (touch.write)
		*touch_word(actor, &touch) = touch.value;
	return found == *touch_word(actor, &touch) ||
	       touch_fail(actor, &touch, "the kernel", code, found);
}

/* --- Programs at work ------------------------------------------------------------------------- */

/* What an actor was told to do. */
struct task {
	struct actor *actor;
	bool is_call;
	struct expectation call;
	struct touch touch;
};

static void task_call(struct task *task)
{
	struct work_command command = {.kind = WORK_CALL};

	if (below(8) == 0)
		call_choose_bad(&random, &task->call);
	else
		call_choose(task->actor, true, &random, &task->call);
	command.count = task->call.type;
	memcpy(command.call, task->call.request, sizeof(command.call));
	world_command(&task->actor->worker, &command);
}

/* Shared memory is written by one alone, so that all know what it holds. */
static void task_touch(struct task *task, bool *shared)
{
	struct arena_page *pages = task->actor->arena.page;
	struct work_command command;

	do
		touch_choose(task->actor, &task->touch);
	while (*shared && pages[task->touch.page].kind == ARENA_SHARED);
	*shared |= pages[task->touch.page].kind == ARENA_SHARED;
	command = (struct work_command){
		.kind = task->touch.write ? WORK_WRITE : WORK_LOOK,
		.count = 1,
		.address = task->touch.write ? task->touch.address : address_of(task->touch.page),
		.value = task->touch.value,
	};
	if (task->touch.write && task->touch.allowed)
		*touch_word(task->actor, &task->touch) = task->touch.value;
	world_command(&task->actor->worker, &command);
}

static bool task_check(struct task *task)
{
	const struct worker *worker = &task->actor->worker;
	const struct touch *touch = &task->touch;
	uint32_t found;

	if (task->is_call && worker->signals != 0)
		return stress_fail("a call ends its caller");
	if (task->is_call)
		return call_check(task->actor, &task->call, worker->result.code,
				  worker->result.address);
	if ((worker->signals == 0) != touch->allowed)
		return touch_fail(task->actor, touch, "the program", (int)worker->signals,
				  touch->value);
	if (!touch->allowed || touch->write)
		return true;
	found = worker->result.word[touch->last];
	return found == *touch_word(task->actor, touch) ||
	       touch_fail(task->actor, touch, "the program", 0, found);
}

/* One to four programs at once. */
static bool programs_work(void)
{
	unsigned int count = 1 + below(AT_ONCE);
	struct task tasks[AT_ONCE];
	bool shared = false, good = true;

	if (count > population())
		count = population();
	for (unsigned int i = 0; i < count; i++) {
		struct task *task = &tasks[i];

		task->actor = actor_choose();
		task->is_call = below(2);
		for (unsigned int j = 0; j < i; j++) {
			if (tasks[j].actor == task->actor) {
				task->actor = actor_choose();
				j = UINT32_MAX;
			}
		}
		if (task->is_call)
			task_call(task);
		else
			task_touch(task, &shared);
	}
	for (unsigned int i = 0; i < count; i++) {
		world_wait(&tasks[i].actor->worker);
		good = good && task_check(&tasks[i]);
	}
	stress_done += count;
	return good;
}

/* --- Others' doings --------------------------------------------------------------------------- */

/* The service itself calls VM on an actor's behalf. */
static bool service_calls(void)
{
	struct actor *actor = actor_choose();
	struct expectation call;
	uint64_t address;
	int code;

	call_choose(actor, false, &random, &call);
	call_set_space(&call, actor->worker.space);
	code = work_call(call.type, call.request, &address);
	return call_check(actor, &call, code, address);
}

static bool service_forks(void)
{
	const struct actor *parent = actor_choose();
	struct actor *child = actor_free();
	int error;

	if (child == NULL)
		return true;
	error = world_fork(&parent->worker, &child->worker);
	if (error != 0)
		return stress_fail("space %#x cannot be forked: %d", parent->worker.space, error);
	child->used = true;
	arena_fork(&parent->arena, &child->arena);
	return true;
}

/* Nobody destroys a space in which a thread lives, and nothing of it is lost in the attempt. */
static bool actor_stays(void)
{
	struct actor *actor = actor_choose();
	const struct vm_space_req request = {.space = actor->worker.space};
	const int error = vm_space_destroy(&request, NULL);

	if (error != -EBUSY)
		return stress_fail("space %#x is busy, but to destroy it answers %d",
				   actor->worker.space, error);
	return actor_verify(actor);
}

/* Verified, so that nothing is lost with it unseen. */
static bool actor_leaves(void)
{
	struct actor *actor = actor_choose();
	const bool good = actor_verify(actor);

	actor_end(actor);
	return good;
}

static bool step(void)
{
	const uint32_t choice = below(32);

	stress_done++;
	if (choice < 2)
		return service_forks();
	if (choice == 2 && population() > 1)
		return actor_leaves();
	if (choice == 3 && below(8) == 0)
		return actor_stays();
	if (choice < 8)
		return service_calls();
	if (choice < 12)
		return touch_copy(actor_choose());
	stress_done--;
	return programs_work();
}

/* --- Rounds ----------------------------------------------------------------------------------- */

static bool steps(unsigned int budget)
{
	unsigned int checked = stress_done, verified = stress_done;
	bool good = true;

	while (stress_done < budget && good) {
		good = step();
		if (good && stress_done - verified >= VERIFY_EVERY) {
			good = actor_verify(actor_choose());
			verified = stress_done;
		}
		if (stress_done - checked >= CHECK_EVERY) {
			stress_check();
			checked = stress_done;
		}
	}
	return good;
}

static bool round_run(unsigned int budget, const struct balance *first)
{
	bool good;

	population_begin();
	good = steps(budget);
	while (population() > 0) {
		if (good)
			good = actor_leaves();
		else
			actor_end(actor_choose());
	}
	stress_check();
	return good && (balance_holds(first) || stress_fail("memory is lost"));
}

bool model(void)
{
	const unsigned int budget = stress_budget(OPERATIONS);
	struct balance first;
	bool good = true;

	memset(actors, 0, sizeof(actors));
	random = stress_random(0);
	serial = 0;
	sys_print("# budget: %u operations\n", budget);
	balance_take(&first);
	while (stress_done < budget && good)
		good = round_run(stress_done + ROUND < budget ? stress_done + ROUND : budget,
				 &first);
	sys_print("# %u operations\n", stress_done);
	return good;
}
