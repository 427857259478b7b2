/* Granters: made, filled, used. */
#include "granter.h"

#include "helper.h"

static int announce(struct granter *granter)
{
	const struct sys_grant_table_req request = {(vaddr_t)granter->table, GRANTER_ENTRIES};
	struct sys_grant_table_reply reply = {};

	granter->error = sys_grant_table(&request, &reply);
	granter->epoch = reply.epoch;
	granter->ready = true;
	return granter->error;
}

static int granter_run(void *argument)
{
	return announce(argument) != 0 ? -1 : wait_for_ever(NULL);
}

void granter_start(struct granter *granter, struct test_space *space, const struct role *role)
{
	const struct thread_plan plan = {
		.space = space,
		.role = role != NULL ? role : &role_service,
		.function = granter_run,
		.argument = granter,
	};
	nanoseconds_t limit = 0;

	memset(granter, 0, sizeof(*granter));
	granter->space = space;
	granter->thread = thread_make(&plan);
	granter->name = granter->thread->endpoint;
	while (!granter->ready && wait_a_moment(&limit))
		;
	CHECK_EQUAL(granter->error, 0);
}

void granter_self(struct granter *granter)
{
	memset(granter, 0, sizeof(*granter));
	granter->space = &root_space;
	granter->name = thread_self();
	CHECK_EQUAL(announce(granter), 0);
}

grant_t granter_grant(struct granter *granter, unsigned int index, struct grant_entry entry)
{
	if (entry.generation == 0)
		entry.generation = granter->table[index].generation + 1;
	granter->table[index] = entry;
	return GRANT_ID(index, granter->epoch, entry.generation);
}

static struct sys_safecopy_req request_of(const struct granter *granter, grant_t grant, u64 offset,
					  const void *address, u64 bytes)
{
	return (struct sys_safecopy_req){
		.granter = granter->name,
		.grant = grant,
		.offset = offset,
		.address = (vaddr_t)address,
		.bytes = bytes,
	};
}

int grant_read(const struct granter *granter, grant_t grant, u64 offset, void *to, u64 bytes)
{
	const struct sys_safecopy_req request = request_of(granter, grant, offset, to, bytes);

	return sys_safecopy_from(&request, NULL);
}

int grant_write(const struct granter *granter, grant_t grant, u64 offset, const void *from,
		u64 bytes)
{
	const struct sys_safecopy_req request = request_of(granter, grant, offset, from, bytes);

	return sys_safecopy_to(&request, NULL);
}
