/* Random calls of one client on names that nobody else uses, with all that must come of them. Runs
 * in several clients and threads at once.
 */
#include "order.h"

#include <ds_call.h>
#include <ds_use.h>
#include <string.h>

#define NAMES 12u
#define BYTES 600u

struct mine {
	bool there;
	uint32_t value;
	uint32_t bytes;
};

struct storm {
	uint64_t random;
	unsigned int number;
	struct grants *grants; /* NULL: only numbers */
	struct mine u32[NAMES], memory[NAMES];
};

#define REQUIRE(condition)                                                                         \
	do {                                                                                       \
		if (!(condition))                                                                  \
			return __LINE__;                                                           \
	} while (0)

static uint32_t below(struct storm *storm, uint32_t limit)
{
	storm->random ^= storm->random >> 12;
	storm->random ^= storm->random << 25;
	storm->random ^= storm->random >> 27;
	return (uint32_t)((storm->random * 0x2545F4914F6CDD1Dull) >> 32) % limit;
}

static void name_make(char name[8], unsigned int number, unsigned int index)
{
	const char made[8] = {'s', 't', (char)('0' + number), '.', (char)('a' + index)};

	memcpy(name, made, sizeof(made));
}

static int number_play(struct storm *storm, const char *name, struct mine *mine)
{
	const uint32_t value = below(storm, 1000000);
	uint32_t found;

	switch (below(storm, 4)) {
	case 0:
		REQUIRE(ds_u32_publish(name, value, 0) == (mine->there ? -EEXIST : 0));
		if (!mine->there)
			*mine = (struct mine){true, value, 0};
		return 0;
	case 1:
		REQUIRE(ds_u32_publish(name, value, DS_OVERWRITE) == 0);
		*mine = (struct mine){true, value, 0};
		return 0;
	case 2:
		REQUIRE(ds_u32(name, &found) == (mine->there ? 0 : -ENOENT));
		REQUIRE(!mine->there || found == mine->value);
		return 0;
	default:
		REQUIRE(ds_remove(DS_U32, name, 0) == (mine->there ? 0 : -ENOENT));
		mine->there = false;
		return 0;
	}
}

static int memory_play(struct storm *storm, const char *name, struct mine *mine)
{
	uint8_t bytes[BYTES];
	const uint32_t value = below(storm, 256), size = 1 + below(storm, BYTES);
	long found;

	switch (below(storm, 3)) {
	case 0:
		memset(bytes, (int)value, size);
		REQUIRE(ds_data_publish(storm->grants, DS_MEMORY, name, bytes, size,
					DS_OVERWRITE) == 0);
		*mine = (struct mine){true, value, size};
		return 0;
	case 1:
		memset(bytes, (int)mine->value + 1, sizeof(bytes));
		found = ds_data(storm->grants, DS_MEMORY, name, 0, bytes, BYTES);
		REQUIRE(found == (mine->there ? (long)mine->bytes : -ENOENT));
		for (long i = 0; i < found; i++)
			REQUIRE(bytes[i] == mine->value);
		return 0;
	default:
		REQUIRE(ds_remove(DS_MEMORY, name, 0) == (mine->there ? 0 : -ENOENT));
		mine->there = false;
		return 0;
	}
}

/* Another's. */
static int others_play(struct storm *storm)
{
	const unsigned int number = (storm->number + 1 + below(storm, 6)) % 7;
	char name[8];
	uint32_t found;
	int code;

	name_make(name, number, below(storm, NAMES));
	if (number == storm->number)
		return 0;
	code = ds_remove(DS_U32, name, 0);
	REQUIRE(code == -ENOENT || code == -EPERM);
	code = ds_u32(name, &found);
	REQUIRE(code == -ENOENT || code == 0);
	REQUIRE(ds_label_publish(name, 0, DS_OVERWRITE) == -EPERM);
	return 0;
}

static int step(struct storm *storm)
{
	const unsigned int index = below(storm, NAMES);
	char name[8];

	name_make(name, storm->number, index);
	if (below(storm, 10) == 0)
		return others_play(storm);
	if (storm->grants != NULL && below(storm, 2) == 0)
		return memory_play(storm, name, &storm->memory[index]);
	return number_play(storm, name, &storm->u32[index]);
}

static int finish(struct storm *storm)
{
	char name[8];

	for (unsigned int i = 0; i < NAMES; i++) {
		name_make(name, storm->number, i);
		REQUIRE(ds_remove(DS_U32, name, 0) == (storm->u32[i].there ? 0 : -ENOENT));
		if (storm->grants != NULL)
			REQUIRE(ds_remove(DS_MEMORY, name, 0) ==
				(storm->memory[i].there ? 0 : -ENOENT));
	}
	return 0;
}

int storm_run(uint64_t seed, unsigned int operations, unsigned int number, bool grants)
{
	struct storm storm = {
		.random = (seed + 1) * 0x9E3779B97F4A7C15ull + number,
		.number = number,
		.grants = grants ? client_grants() : NULL,
	};

	for (unsigned int i = 0; i < operations; i++) {
		const int line = step(&storm);

		if (line != 0)
			return line;
	}
	return finish(&storm);
}
