/* Cases of figures that add up over all spaces, and of rights that are taken away. */
#include "service_case.h"

#include "tests/system/user/runner.h"
#include <pm_call.h>
#include <service.h>
#include <skerry/info.h>
#include <skerry/kernel_call.h>
#include <skerry/signal.h>
#include <string.h>
#include <sys_call.h>
#include <vm_call.h>

#define IDLERS 3u
#define SPACES_MAX 128u

/* Of all spaces that VM knows, by their threads. */
struct sum {
	unsigned int spaces;
	space_t space[SPACES_MAX];
	uint64_t regions, tables;
	uint64_t alone; /* pages that no other space has */
};

static bool space_see(space_t space, struct sum *sum)
{
	const struct vm_usage usage = usage_get(space);
	struct vm_region_info region;
	u64 total = 0, resident = 0;

	for (u64 at = 0; region_get(space, at, &region); at = region.address + region.bytes) {
		EXPECT(region.bytes != 0 && region.address >= at);
		EXPECT(region.resident <= region.bytes);
		total += region.bytes;
		resident += region.resident;
		sum->regions++;
	}
	EXPECT_EQ(usage.total, total);
	EXPECT_EQ(usage.resident, resident);
	EXPECT(usage.shared <= usage.resident);
	sum->alone += (usage.resident - usage.shared) / PAGE;
	sum->tables += usage.tables / PAGE;
	return true;
}

static bool is_known(const struct sum *sum, space_t space)
{
	for (unsigned int i = 0; i < sum->spaces; i++) {
		if (sum->space[i] == space)
			return true;
	}
	return false;
}

/* VM's own space has no figures. */
static bool spaces_see(struct sum *sum)
{
	struct info_thread info;
	u32 next = 0;

	*sum = (struct sum){.spaces = 0};
	while (runner_thread(&next, &info)) {
		if (info.thread == VM_ENDPOINT || is_known(sum, info.space))
			continue;
		EXPECT(sum->spaces < SPACES_MAX);
		sum->space[sum->spaces++] = info.space;
		EXPECT(space_see(info.space, sum));
	}
	return true;
}

/* *rest: what no space has alone, less the pages that VM shows but does not own. It changes only
 * when memory is shared. */
static bool figures_check(int64_t *rest)
{
	static struct sum sum;
	struct vm_statistics now;

	EXPECT(spaces_see(&sum));
	now = statistics_get();
	EXPECT_EQ(now.spaces, sum.spaces);
	EXPECT_EQ(now.regions, sum.regions);
	EXPECT_EQ(now.frames_free + now.frames_kernel + now.frames_user + now.frames_dma,
		  now.frames);
	EXPECT(sum.tables < now.frames_kernel);
	*rest = (int64_t)(now.frames_user - sum.alone);
	return true;
}

static bool idlers_start(pid32 pid[IDLERS])
{
	for (unsigned int i = 0; i < IDLERS; i++)
		EXPECT_EQ(program_start("vmcase", "vmcase\0@idle", sizeof("vmcase\0@idle"), 2,
					&pid[i]),
			  0);
	runner_sleep(10 * RUNNER_SLEEP_TIME); /* they touch what they will */
	return true;
}

static bool idlers_end(const pid32 pid[IDLERS])
{
	for (unsigned int i = 0; i < IDLERS; i++) {
		const struct pm_kill_req kill = {.pid = pid[i], .signal = SIGNAL_KILL};
		int status;

		EXPECT_EQ(pm_kill(&kill, NULL), 0);
		EXPECT_EQ(program_end_of(pid[i], &status), 0);
	}
	return true;
}

/* The first time PM pages in what it reads of the archive, and this service what it needs. */
bool service_info_sum(void)
{
	pid32 pid[IDLERS];
	int64_t before, rest;

	EXPECT(idlers_start(pid) && figures_check(&before) && idlers_end(pid));
	EXPECT(figures_check(&before));
	EXPECT(idlers_start(pid) && figures_check(&rest));
	EXPECT_EQ(rest, before);
	EXPECT(idlers_end(pid) && figures_check(&rest));
	EXPECT_EQ(rest, before);
	return true;
}

/* All that a fork copies is shared then, and costs one frame: the message page. What is written
 * meanwhile, this service's stack, is copied. */
bool service_info_shared(void)
{
	const struct vm_space_fork_req fork = {.thread = service_start()->endpoint};
	struct vm_usage before, its, mine;
	struct vm_space_reply made;
	struct vm_space_req end;
	uint64_t frames, now, copied;

	/* Once, so that the code of it is in memory. */
	EXPECT_EQ(vm_space_fork(&fork, &made), 0);
	end.space = made.space;
	EXPECT_EQ(vm_space_destroy(&end, NULL), 0);
	before = usage_get(0);
	frames = statistics_get().frames_user;
	EXPECT_EQ(vm_space_fork(&fork, &made), 0);
	its = usage_get(made.space);
	now = statistics_get().frames_user;
	mine = usage_get(0);
	copied = mine.faults_copied - before.faults_copied;
	EXPECT(copied <= 2); /* stack, data */
	EXPECT_EQ(its.resident, before.resident);
	EXPECT_EQ(its.shared, its.resident - (1 + copied) * PAGE);
	EXPECT_EQ(mine.shared, its.shared);
	EXPECT_EQ(now, frames + 1 + copied);
	end.space = made.space;
	EXPECT_EQ(vm_space_destroy(&end, NULL), 0);
	EXPECT_EQ(statistics_get().frames_user, frames);
	EXPECT_EQ(usage_get(0).shared, before.shared);
	return true;
}

/* --- Rights ----------------------------------------------------------------------------------- */

/* It asks VM until it is refused; then memory still comes at its first touch. */
bool service_rights_taken(void)
{
	struct vm_set_rights_req rights = {.rights = 0};
	struct info_thread asker;
	int status;
	pid32 pid;

	EXPECT_EQ(program_start("vmcase", "vmcase\0@ask", sizeof("vmcase\0@ask"), 2, &pid), 0);
	do
		runner_sleep(RUNNER_SLEEP_TIME);
	while (!thread_named("vmcase", &asker) || usage_get(asker.space).total < ASKER_BYTES);
	rights.space = asker.space;
	EXPECT_EQ(vm_set_rights(&rights, NULL), 0);
	EXPECT_EQ(program_end_of(pid, &status), 0);
	EXPECT_EQ(status, 7 << 8);
	return true;
}
