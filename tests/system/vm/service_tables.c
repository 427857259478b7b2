/* Cases of tables that are full, of the kernel and of VM: who wants a process is told so, and has
 * one as soon as there is a place.
 */
#include "service_case.h"

#include "crew.h"
#include "peer.h"
#include "tests/system/user/runner.h"
#include <pm_call.h>
#include <service.h>
#include <skerry/signal.h>
#include <sys_call.h>
#include <vm_call.h>

#define PLACES_MAX 4096u /* more than any table has */

static union {
	space_t space[PLACES_MAX];
	endpoint_t thread[PLACES_MAX];
} taken;

static unsigned int count;

static void crew_idle(unsigned int number)
{
	const struct sys_empty_req request = {};

	while (number < CREW_MAX)
		(void)sys_yield(&request, NULL);
}

static bool starts(void)
{
	struct pm_kill_req kill = {.signal = SIGNAL_KILL};
	int status;

	EXPECT_EQ(program_start("vmcase", "vmcase\0@idle", sizeof("vmcase\0@idle"), 2, &kill.pid),
		  0);
	EXPECT_EQ(pm_kill(&kill, NULL), 0);
	EXPECT_EQ(program_end_of(kill.pid, &status), 0);
	EXPECT_EQ(status, SIGNAL_KILL);
	return true;
}

static bool is_full(struct peer *peer)
{
	pid32 pid;

	EXPECT_EQ(program_start("hello", "hello", sizeof("hello"), 1, &pid), -EAGAIN);
	EXPECT_EQ(peer_try_fork(peer), -EAGAIN);
	return true;
}

/* --- Spaces ----------------------------------------------------------------------------------- */

static bool space_take(int *error)
{
	const struct vm_space_create_req request = {.thread = EP_NONE};
	struct vm_space_reply reply = {0};

	*error = vm_space_create(&request, &reply);
	taken.space[count] = reply.space;
	return *error == 0 && ++count < PLACES_MAX;
}

static bool space_return(void)
{
	const struct vm_space_req request = {.space = taken.space[--count]};

	return vm_space_destroy(&request, NULL) == 0;
}

bool service_tables_spaces(void)
{
	const struct vm_space_fork_req fork = {.thread = service_start()->endpoint};
	struct peer peer;
	int error;

	EXPECT(peer_start(&peer));
	for (unsigned int round = 0; round < 2; round++) {
		count = 0;
		while (space_take(&error))
			;
		EXPECT_EQ(error, -ENOSPC);
		EXPECT(is_full(&peer));
		EXPECT_EQ(peer_try_exec(&peer), -EAGAIN);
		EXPECT_EQ(vm_space_fork(&fork, NULL), -ENOSPC);
		EXPECT(space_return());
		EXPECT_EQ(peer_try_fork(&peer), 0);
		EXPECT(starts());
		EXPECT(space_take(&error));
		EXPECT(is_full(&peer));
		while (count > 0)
			EXPECT(space_return());
		EXPECT(starts());
	}
	return peer_end(&peer, NULL);
}

/* --- Threads ---------------------------------------------------------------------------------- */

bool service_tables_threads(void)
{
	struct crew crew;
	struct peer peer;
	int error = 0;

	EXPECT(peer_start(&peer));
	EXPECT(crew_start(&crew, 1, crew_idle));
	count = 0;
	while (error == 0 && count < PLACES_MAX)
		error = crew_idler(&crew, &taken.thread[count++]);
	count--;
	EXPECT_EQ(error, -ENOSPC);
	EXPECT(is_full(&peer));
	EXPECT(crew_clear(taken.thread[--count]));
	EXPECT_EQ(peer_try_fork(&peer), 0);
	EXPECT(starts());
	EXPECT_EQ(crew_idler(&crew, &taken.thread[count++]), 0);
	EXPECT(is_full(&peer));
	while (count > 0)
		EXPECT(crew_clear(taken.thread[--count]));
	EXPECT(starts());
	EXPECT(crew_stop(&crew));
	return peer_end(&peer, NULL);
}

/* --- Privileges ------------------------------------------------------------------------------- */

/* Programs share one: they go on when services have all others. */
bool service_tables_privileges(void)
{
	unsigned int counts[2];
	struct crew crew;
	struct peer peer;
	int error = 0;

	EXPECT(peer_start(&peer));
	EXPECT(crew_start(&crew, 1, crew_idle));
	for (unsigned int round = 0; round < 2; round++) {
		count = 0;
		do {
			EXPECT(count < PLACES_MAX);
			EXPECT_EQ(crew_idler(&crew, &taken.thread[count]), 0);
			error = crew_privilege(taken.thread[count++]);
		} while (error == 0);
		EXPECT_EQ(error, -ENOSPC);
		counts[round] = count;
		EXPECT(starts());
		EXPECT_EQ(peer_try_fork(&peer), 0);
		while (count > 0)
			EXPECT(crew_clear(taken.thread[--count]));
	}
	EXPECT_EQ(counts[0], counts[1]);
	EXPECT(counts[0] > 8);
	EXPECT(crew_stop(&crew));
	return peer_end(&peer, NULL);
}
