/* Cases of many calls: of three clients against a model of all DS, of clients and threads at once,
 * and of messages that mean nothing.
 */
#include "client.h"

#include "tests/system/user/runner.h"
#include "tests/system/vm/crew.h"
#include <option.h>
#include <service.h>
#include <string.h>
#include <sys_ipc.h>

static uint64_t seed(void)
{
	return suite_number("seed", 1);
}

static bool replay(const char *name, uint64_t operation)
{
	sys_print("# operation %llu; again: CMDLINE='root=vm ds=%s seed=%llu ops=%llu'\n",
		  (unsigned long long)operation, name, (unsigned long long)seed(),
		  (unsigned long long)operation + 1);
	return false;
}

/* --- Against a model -------------------------------------------------------------------------- */

#define NAMES 20u
#define SIZES 700u

static const uint32_t kinds[] = {DS_U32, DS_MEMORY};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* Client `who` subscribes to names whose last character is in its pattern. */
static const char *const patterns[CLIENTS] = {"r[0-9]*", "*[02468]", "*[^02468]"};

static struct model {
	bool there;
	unsigned int owner;
	uint32_t value, bytes;
	bool pending[CLIENTS];
} model[KINDS][NAMES];

static bool subscribed[CLIENTS];

static void model_change(unsigned int kind, unsigned int index)
{
	for (unsigned int who = 0; who < CLIENTS; who++) {
		if (subscribed[who] && (who == SELF || index % 2 == who - A))
			model[kind][index].pending[who] = true;
	}
}

static bool play_publish(uint64_t *random, unsigned int who)
{
	const unsigned int kind = random_below(random, KINDS), index = random_below(random, NAMES);
	const uint32_t value = random_below(random, 200), flags = random_below(random, 2);
	const uint32_t bytes = 1 + random_below(random, SIZES);
	struct model *at = &model[kind][index];
	const char *name = name_number('r', index);
	const int wanted = !at->there ? 0 : !flags ? -EEXIST : at->owner != who ? -EPERM : 0;

	EXPECT_EQ(kind == 0 ? u32_publish(who, name, value, flags)
			    : filled_publish(who, DS_MEMORY, name, bytes, (uint8_t)value, flags),
		  wanted);
	if (wanted == 0) {
		at->there = true;
		at->owner = who;
		at->value = value;
		at->bytes = bytes;
		model_change(kind, index);
	}
	return true;
}

static bool play_get(uint64_t *random, unsigned int who)
{
	const unsigned int kind = random_below(random, KINDS), index = random_below(random, NAMES);
	const struct model *at = &model[kind][index];
	const char *name = name_number('r', index);
	uint32_t value;

	if (!at->there)
		EXPECT_EQ(kind == 0 ? u32_get(who, name, &value)
				    : data_get(who, DS_MEMORY, name, 0, 0, SIZES),
			  -ENOENT);
	else
		EXPECT(kind == 0
			       ? u32_is(who, name, at->value)
			       : filled_is(who, DS_MEMORY, name, 0, at->bytes, (uint8_t)at->value));
	return true;
}

static bool play_remove(uint64_t *random, unsigned int who)
{
	const unsigned int kind = random_below(random, KINDS), index = random_below(random, NAMES);
	struct model *at = &model[kind][index];

	EXPECT_EQ(entry_remove(who, kinds[kind], name_number('r', index), 0), !at->there ? -ENOENT
									      : at->owner != who
										      ? -EPERM
										      : 0);
	if (at->there && at->owner == who) {
		at->there = false;
		model_change(kind, index);
	}
	return true;
}

static bool play_subscribe(unsigned int who)
{
	if (!subscribed[who]) {
		EXPECT_EQ(subscribe(who, patterns[who], DS_KINDS_ALL, 0), 0);
	} else {
		EXPECT_EQ(unsubscribe(who, patterns[who]), 0);
		for (unsigned int kind = 0; kind < KINDS; kind++) {
			for (unsigned int i = 0; i < NAMES; i++)
				model[kind][i].pending[who] = false;
		}
	}
	subscribed[who] = !subscribed[who];
	return true;
}

static struct model *model_named(const struct ds_entry_reply *reply)
{
	for (unsigned int kind = 0; kind < KINDS; kind++) {
		for (unsigned int i = 0; i < NAMES; i++) {
			if (reply->kind == kinds[kind] &&
			    strcmp(reply->name, name_number('r', i)) == 0)
				return &model[kind][i];
		}
	}
	return NULL;
}

/* All that changed, each once, as it is. */
static bool play_check(unsigned int who)
{
	unsigned int pending = 0, found = 0;
	struct ds_entry_reply reply;
	int code;

	for (unsigned int kind = 0; kind < KINDS; kind++) {
		for (unsigned int i = 0; i < NAMES; i++)
			pending += model[kind][i].pending[who];
	}
	while ((code = check(who, &reply)) == 0) {
		struct model *at = model_named(&reply);

		EXPECT(at != NULL && at->pending[who]);
		EXPECT_EQ(reply.what, at->there ? DS_PUBLISHED : DS_DELETED);
		EXPECT(!at->there || reply.owner == client_endpoint[at->owner]);
		at->pending[who] = false;
		found++;
	}
	EXPECT_EQ(code, subscribed[who] ? -ENOENT : -EINVAL);
	EXPECT_EQ(found, pending);
	return true;
}

static bool play(uint64_t *random)
{
	const unsigned int who = random_below(random, CLIENTS);

	switch (random_below(random, 20)) {
	case 0:
		return play_subscribe(who);
	case 1 ... 3:
		return play_check(who);
	case 4 ... 8:
		return play_get(random, who);
	case 9 ... 12:
		return play_remove(random, who);
	default:
		return play_publish(random, who);
	}
}

bool case_random(void)
{
	const uint64_t operations = suite_number("ops", 3000);
	uint64_t random = (seed() + 1) * 0x9E3779B97F4A7C15ull;
	bool right = true;

	memset(model, 0, sizeof(model));
	memset(subscribed, 0, sizeof(subscribed));
	for (uint64_t i = 0; right && i < operations; i++) {
		if (!play(&random))
			right = replay("random", i);
	}
	for (unsigned int who = 0; who < CLIENTS; who++)
		right &= !subscribed[who] || !right || play_subscribe(who);
	for (unsigned int kind = 0; kind < KINDS; kind++) {
		for (unsigned int i = 0; right && i < NAMES; i++)
			right = !model[kind][i].there ||
				entry_remove(model[kind][i].owner, kinds[kind], name_number('r', i),
					     0) == 0;
	}
	return right;
}

/* --- At once ---------------------------------------------------------------------------------- */

#define OPERATIONS 1500u
#define THREADS 4u

static struct stage {
	volatile int result[THREADS]; /* -1: not yet */
	uint64_t seed;
	unsigned int operations;
} * stage;

static void storm_work(unsigned int number)
{
	stage->result[number] = storm_run(stage->seed, stage->operations, CLIENTS + number, false);
	for (;;)
		;
}

static bool crew_finished(void)
{
	for (unsigned int i = 0; i < THREADS; i++) {
		for (unsigned int sleeps = 0; stage->result[i] < 0 && sleeps < 6000; sleeps++)
			runner_sleep(RUNNER_SLEEP_TIME);
		EXPECT_EQ(stage->result[i], 0); /* else: the line in storm.c */
	}
	return true;
}

bool case_storm(void)
{
	const unsigned int operations = (unsigned int)suite_number("ops", OPERATIONS);
	struct order order[CLIENTS];
	const uint64_t at = map_shared();
	struct crew crew;
	bool right;

	stage = (struct stage *)(uintptr_t)at;
	stage->seed = seed();
	stage->operations = operations;
	for (unsigned int i = 0; i < THREADS; i++)
		stage->result[i] = -1;
	crew_may_send(DS_ENDPOINT);
	EXPECT(crew_start(&crew, THREADS, storm_work));
	for (unsigned int who = CLIENTS; who-- > 0;) {
		order[who] =
			(struct order){.what = ORDER_STORM, .a = seed(), .b = operations, .c = who};
		if (who != SELF)
			client_begin(who, &order[who]);
	}
	EXPECT_EQ(client_order(SELF, &order[SELF]), 0);
	EXPECT_EQ(client_wait(A), 0);
	EXPECT_EQ(client_wait(B), 0);
	right = crew_finished();
	EXPECT(crew_stop(&crew));
	EXPECT_EQ(unmap(SELF, at, PAGE), 0);
	return right;
}

/* --- Messages that mean nothing --------------------------------------------------------------- */

static uint32_t strange(uint64_t *random)
{
	static const uint32_t values[] = {0,	      1,	  2,	     7,	      31,
					  32,	      0xFFF,	  0x1000,    0x10000, 0x7FFFFFFF,
					  0x80000000, 0xFFFFFFF0, 0xFFFFFFFF};

	if (random_below(random, 3) == 0)
		return random_below(random, 0xFFFFFFFF);
	return values[random_below(random, sizeof(values) / sizeof(values[0]))];
}

static void payload_make(uint64_t *random, uint32_t payload[14])
{
	static const char *const texts[] = {"f", "f*", "[f", "fuzz", "?", "[^a-z]"};

	for (unsigned int i = 0; i < 14; i++)
		payload[i] = strange(random);
	if (random_below(random, 4) != 0)
		name_set((char *)payload, texts[random_below(random, 6)]);
}

bool case_fuzz(void)
{
	const uint64_t messages = suite_number("ops", 4000);
	uint64_t random = (seed() + 1) * 0xD1342543DE82EF95ull;
	uint32_t payload[14];
	uint32_t value;

	EXPECT_EQ(u32_publish(B, "witness", 42, 0), 0);
	for (uint64_t i = 0; i < messages; i++) {
		const uint32_t nr = random_below(&random, 20);
		int code;

		payload_make(&random, payload);
		code = client_call(A, MESSAGE_TYPE(PROTOCOL_DS, nr), payload, sizeof(payload), NULL,
				   0);
		if (code > 0 || (code == 0 && nr > 16) || u32_get(SELF, "witness", &value) != 0 ||
		    value != 42)
			return replay("fuzz", i);
	}
	/* What it did publish, subscribe to and see goes. */
	(void)all_taken_away(true);
	EXPECT_EQ(entry_remove(B, DS_U32, "witness", 0), -ENOENT);
	return true;
}
