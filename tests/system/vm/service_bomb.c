/* Cases of programs that take all there is of something. While they do, and when nothing is left,
 * VM, PM and RS answer, this service gets memory from what is kept for services, and can have
 * programs killed; then everything is back, which the runner compares, and works again.
 */
#include "service_case.h"

#include "bomb.h"
#include "tests/system/user/runner.h"
#include <pm_call.h>
#include <rs_call.h>
#include <skerry/info.h>
#include <skerry/kernel_call.h>
#include <skerry/signal.h>
#include <string.h>
#include <sys_call.h>
#include <vm_call.h>

#define SLEEPS_MAX 12000u /* two minutes */
#define BOMBS_MAX 8u
#define PIDS 2500u /* more than one case uses */
#define SWEEPS 20u
#define RESERVE 24u /* pages this service takes when programs get none */

struct bomb {
	const char *name;
	bool is_fatal; /* to who runs it, so that nothing is held */
};

struct set {
	unsigned int count;
	pid32 pid[BOMBS_MAX];
	pid32 first;
	uint64_t frames; /* the most that were in use */
	int status;	 /* of the last */
};

/* --- Whether the services answer -------------------------------------------------------------- */

static bool services_answer(void)
{
	const struct pm_kill_req nobody = {.pid = 99999, .signal = 0};
	const struct rs_ready_req again = {.result = 0};

	EXPECT(statistics_get().frames > 0);
	EXPECT_EQ(pm_kill(&nobody, NULL), -ESRCH);
	EXPECT_EQ(rs_ready(&again, NULL), -EINVAL); /* it is ready since long */
	return true;
}

static bool memory_answers(void)
{
	const long start = map(RESERVE * PAGE, RW, 0);
	const struct sys_memset_req fill = {
		.target = EP_SELF,
		.value = 0x77,
		.address = (uint64_t)start,
		.bytes = RESERVE / 2 * PAGE,
	};

	EXPECT(start > 0);
	EXPECT_EQ(sys_memset(&fill, NULL), 0); /* the kernel asks VM */
	for (unsigned int i = 0; i < RESERVE; i++) {
		EXPECT_EQ(byte_at(start)[i * PAGE], i < RESERVE / 2 ? 0x77 : 0);
		byte_at(start)[i * PAGE] = (uint8_t)i;
	}
	for (unsigned int i = 0; i < RESERVE; i++)
		EXPECT_EQ(byte_at(start)[i * PAGE], i);
	EXPECT_EQ(unmap((uint64_t)start, RESERVE * PAGE), 0);
	return true;
}

static int idler_start(pid32 *pid)
{
	return program_start("vmcase", "vmcase\0@idle", sizeof("vmcase\0@idle"), 2, pid);
}

static bool idler_kill(pid32 pid, int *status)
{
	const struct pm_kill_req kill = {.pid = pid, .signal = SIGNAL_KILL};

	EXPECT_EQ(pm_kill(&kill, NULL), 0);
	EXPECT_EQ(program_end_of(pid, status), 0);
	return true;
}

/* A program is started, or refused for want of something; it may get no memory to run in. */
static bool start_answers(int *error)
{
	int status;
	pid32 pid;

	*error = idler_start(&pid);
	EXPECT(*error == 0 || *error == -ENOMEM || *error == -EAGAIN);
	if (*error != 0)
		return true;
	EXPECT(idler_kill(pid, &status));
	EXPECT(status == SIGNAL_KILL || status == SIGNAL_BUS);
	return true;
}

/* --- Bombs ------------------------------------------------------------------------------------ */

static int bomb_start(const char *name, pid32 *pid)
{
	char block[32] = "vmcase\0@bomb";
	const size_t at = sizeof("vmcase\0@bomb"), length = strlen(name) + 1;

	memcpy(block + at, name, length);
	return program_start("vmcase", block, at + length, 3, pid);
}

/* The later ones may find nothing left to start with. */
static bool set_start(struct set *set, const struct bomb *bombs, unsigned int count)
{
	*set = (struct set){.count = 0};
	for (unsigned int i = 0; i < count; i++) {
		const int error = bomb_start(bombs[i].name, &set->pid[set->count]);

		EXPECT(error == 0 || (i > 0 && (error == -ENOMEM || error == -EAGAIN)));
		set->count += error == 0;
	}
	set->first = set->pid[0];
	return true;
}

static void peak_take(struct set *set)
{
	const struct vm_statistics now = statistics_get();

	if (set->frames < now.frames - now.frames_free)
		set->frames = now.frames - now.frames_free;
}

/* Until each has taken all it can, or died of it. */
static bool set_wait(struct set *set)
{
	unsigned int sleeps = 0;

	for (unsigned int i = 0; i < set->count; i++) {
		const struct pm_wait_req wait = {.pid = set->pid[i],
						 .flags = PM_WAIT_NOHANG | PM_WAIT_EXITED};
		struct pm_wait_reply reply = {0};

		while (reply.pid == 0) {
			EXPECT(sleeps++ < SLEEPS_MAX);
			runner_sleep(RUNNER_SLEEP_TIME);
			peak_take(set);
			EXPECT(services_answer());
			EXPECT_EQ(pm_wait(&wait, &reply), 0);
		}
		set->status = reply.status;
		EXPECT(reply.status == 0 || reply.status == 1 << 8 || reply.status == SIGNAL_BUS);
	}
	return true;
}

static uint32_t spaces_used(void)
{
	struct balance now;

	balance_take(&now);
	return now.kernel_spaces;
}

/* By number: nobody knows all of their names. They may still be forking. */
static bool set_kill(const struct set *set, uint32_t spaces_before)
{
	struct pm_kill_req kill = {.signal = SIGNAL_KILL};

	for (unsigned int i = 0; i < SWEEPS && spaces_used() != spaces_before; i++) {
		for (kill.pid = set->first; kill.pid < set->first + (pid32)PIDS; kill.pid++) {
			const int error = pm_kill(&kill, NULL);

			EXPECT(error == 0 || error == -ESRCH);
		}
	}
	EXPECT_EQ(spaces_used(), spaces_before);
	return true;
}

/* What was held when nothing more was given; all of it comes back. */
static void report(const char *name, const struct set *set, const struct balance *before,
		   const struct balance *held)
{
	sys_print("# %s: at most %llu frames, then %lld; %lld spaces, %lld regions, %d threads: "
		  "all back\n",
		  name, set->frames - before->frames_user - before->frames_kernel,
		  (long long)(held->frames_user + held->frames_kernel - before->frames_user -
			      before->frames_kernel),
		  (long long)(held->spaces - before->spaces),
		  (long long)(held->regions - before->regions),
		  (int)(held->threads - before->threads));
}

static bool works_again(const struct balance *before)
{
	int start;

	EXPECT(balance_holds(before));
	EXPECT(start_answers(&start));
	EXPECT_EQ(start, 0);
	return true;
}

static bool bombs_run(const char *name, const struct bomb *bombs, unsigned int count,
		      bool (*look)(void))
{
	struct balance before, held;
	struct set set;
	int start;

	EXPECT(start_answers(&start));
	balance_take(&before);
	EXPECT(set_start(&set, bombs, count));
	EXPECT(set_wait(&set));
	peak_take(&set);
	balance_take(&held);
	EXPECT(services_answer());
	EXPECT(memory_answers());
	EXPECT(look == NULL || look());
	EXPECT(start_answers(&start));
	EXPECT(set_kill(&set, before.kernel_spaces));
	if (count == 1 && bombs[0].is_fatal)
		EXPECT(set.status == 1 << 8 || set.status == SIGNAL_BUS);
	EXPECT(works_again(&before));
	report(name, &set, &before, &held);
	return true;
}

static bool bomb_run(const char *name, bool is_fatal, bool (*look)(void))
{
	const struct bomb bomb = {name, is_fatal};

	return bombs_run(name, &bomb, 1, look);
}

/* --- When nothing is left --------------------------------------------------------------------- */

#define LEFT_MAX 128u
#define KEPT 192u /* frames that programs never get, and a few that no request fits */

/* The kernel's copies to memory of a program for which there is none: an error, at once. There may
 * be a few frames left that were of no use to it. */
static bool copies_refused(void)
{
	struct sys_copy_req copy = {
		.source = EP_SELF,
		.source_address = (uintptr_t) "none",
		.bytes = 4,
	};
	struct sys_memset_req fill = {.bytes = 4};
	struct info_thread bomb;
	int error = 0;

	EXPECT(thread_named("vmcase", &bomb));
	fill.target = copy.destination = bomb.thread;
	for (unsigned int i = 0; i < BOMB_ABSENT_PAGES; i++) {
		copy.destination_address = BOMB_ABSENT + i * PAGE;
		EXPECT(error == 0 || sys_vircopy(&copy, NULL) == error);
		error = sys_vircopy(&copy, NULL);
		EXPECT(error == 0 || error == -EFAULT);
	}
	EXPECT_EQ(error, -EFAULT);
	fill.address = copy.destination_address;
	EXPECT_EQ(sys_memset(&fill, NULL), -EFAULT);
	copy.flags = CPF_TRY;
	EXPECT_EQ(sys_vircopy(&copy, NULL), -EFAULT);
	return true;
}

static bool memory_is_gone(void)
{
	const uint64_t left = statistics_get().frames_free;
	int error;

	EXPECT(left >= 64 && left <= KEPT + 64);
	EXPECT(start_answers(&error));
	EXPECT_EQ(error, -ENOMEM);
	return copies_refused();
}

/* The bomb's first process has left a place or two. */
static bool spaces_are_gone(void)
{
	pid32 pid[LEFT_MAX];
	unsigned int count = 0;
	int error, status;

	while ((error = idler_start(&pid[count])) == 0)
		EXPECT(++count < LEFT_MAX);
	/* Which of the two, and how much is free by now, is the luck of those that die meanwhile.
	 */
	EXPECT(error == -EAGAIN || error == -ENOMEM);
	EXPECT(services_answer());
	while (count > 0)
		EXPECT(idler_kill(pid[--count], &status));
	return true;
}

bool exhaust_bomb_resident(void)
{
	return bomb_run("resident", false, memory_is_gone);
}

bool exhaust_bomb_shared(void)
{
	return bomb_run("shared", false, memory_is_gone);
}

bool exhaust_bomb_populate(void)
{
	return bomb_run("populate", false, memory_is_gone);
}

bool exhaust_bomb_regions(void)
{
	return bomb_run("regions", false, memory_is_gone);
}

bool exhaust_bomb_address(void)
{
	return bomb_run("address", false, NULL);
}

bool exhaust_bomb_touch(void)
{
	return bomb_run("touch", true, NULL);
}

bool exhaust_bomb_heap(void)
{
	return bomb_run("heap", true, NULL);
}

bool exhaust_bomb_stack(void)
{
	return bomb_run("stack", true, NULL);
}

bool exhaust_bomb_fork(void)
{
	return bomb_run("fork", false, spaces_are_gone);
}

bool exhaust_bomb_fork_fat(void)
{
	return bomb_run("fork-fat", false, spaces_are_gone);
}

bool exhaust_bomb_exec(void)
{
	return bomb_run("exec", false, spaces_are_gone);
}

/* Half of memory is free, and no two frames of it touch: but for what was never taken. */
static bool memory_is_comb(void)
{
	const struct vm_statistics now = statistics_get();
	const uint64_t wanted = now.largest_free + 1;
	long start;

	EXPECT(now.frames_free > now.frames / 4);
	EXPECT(wanted < now.frames / 8);
	EXPECT_EQ(map(wanted * PAGE, RW, VM_MAP_CONTIGUOUS), -ENOMEM);
	start = map(now.largest_free * PAGE, RW, VM_MAP_CONTIGUOUS);
	EXPECT(start > 0);
	EXPECT_EQ(unmap((uint64_t)start, now.largest_free * PAGE), 0);
	start = map(wanted * PAGE, RW, VM_MAP_POPULATE); /* one by one there are enough */
	EXPECT(start > 0);
	EXPECT_EQ(unmap((uint64_t)start, wanted * PAGE), 0);
	return true;
}

bool exhaust_bomb_comb(void)
{
	const uint64_t largest = statistics_get().largest_free;

	EXPECT(bomb_run("comb", false, memory_is_comb));
	EXPECT(statistics_get().largest_free > largest / 2);
	return true;
}

/* --- Several at once -------------------------------------------------------------------------- */

bool exhaust_bombs_memory(void)
{
	static const struct bomb bombs[] = {{"resident", false}, {"shared", false},
					    {"touch", true},	 {"stack", true},
					    {"regions", false},	 {"heap", true}};

	return bombs_run("six that take memory", bombs, 6, NULL);
}

bool exhaust_bombs_all(void)
{
	static const struct bomb bombs[] = {
		{"fork", false}, {"populate", false}, {"fork-fat", false}, {"touch", true},
		{"exec", false}, {"address", false},  {"stack", true},	   {"shared", false}};

	return bombs_run("eight of all kinds", bombs, 8, NULL);
}
