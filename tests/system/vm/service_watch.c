/* Cases of watching other spaces. */
#include "service_case.h"

#include "tests/system/user/runner.h"
#include <pm_call.h>
#include <service.h>
#include <skerry/signal.h>
#include <string.h>
#include <sys_ipc.h>
#include <vm_call.h>

#define SPACES 12u

static int watch(space_t space)
{
	const struct vm_space_req request = {.space = space};

	return vm_watch_exit(&request, NULL);
}

static int signalled(space_t space)
{
	const struct vm_space_req request = {.space = space};

	return vm_notify_signal(&request, NULL);
}

static int ending(space_t space)
{
	const struct vm_space_req request = {.space = space};

	return vm_space_ending(&request, NULL);
}

/* Reasons of the next space, which must be this one; else -errno. */
static int query(space_t space)
{
	const struct vm_empty_req request = {};
	struct vm_query_exit_reply reply = {0};
	const int error = vm_query_exit(&request, &reply);

	if (error == 0 && reply.space != space)
		return -ERANGE;
	return error != 0 ? error : (int)reply.reasons;
}

/* Has VM notified us, since this was asked last? */
static bool notified(void)
{
	struct ipc_received received;

	return ipc_receive(VM_ENDPOINT, NULL, IPC_NONBLOCK, &received) == 0 &&
	       ipc_status_trap(received.status) == TRAP_IPC_NOTIFY;
}

bool service_watch_end(void)
{
	space_t space;

	EXPECT_EQ(space_make(&space), 0);
	EXPECT_EQ(watch(space), 0);
	EXPECT_EQ(watch(space), 0); /* the same watch */
	EXPECT(!notified());
	EXPECT_EQ(query(space), -ENOENT);
	EXPECT_EQ(space_end(space), 0);
	EXPECT(notified());
	EXPECT_EQ(query(space), VM_EXIT_ENDED);
	EXPECT_EQ(query(space), -ENOENT);
	EXPECT(!notified());
	/* Announced first: that is the end, and the only one. */
	EXPECT_EQ(space_make(&space), 0);
	EXPECT_EQ(watch(space), 0);
	EXPECT_EQ(ending(space), 0);
	EXPECT(notified());
	EXPECT_EQ(ending(space), 0);
	EXPECT_EQ(query(space), VM_EXIT_ENDED);
	EXPECT_EQ(space_end(space), 0);
	EXPECT(!notified());
	EXPECT_EQ(query(space), -ENOENT);
	return true;
}

/* PM says so, because somebody watches. */
bool service_watch_signal(void)
{
	struct info_thread idler;
	struct pm_kill_req kill = {.signal = SIGNAL_TERMINATE};
	int status;

	for (unsigned int round = 0; round < 3; round++) {
		EXPECT_EQ(program_start("vmcase", "vmcase\0@idle", sizeof("vmcase\0@idle"), 2,
					&kill.pid),
			  0);
		EXPECT(thread_named("vmcase", &idler));
		if (round != 1) /* without a watch PM learns that nobody wants to know */
			EXPECT_EQ(watch(idler.space), 0);
		EXPECT_EQ(pm_kill(&kill, NULL), 0);
		EXPECT_EQ(program_end_of(kill.pid, &status), 0);
		EXPECT_EQ(notified(), round != 1);
		EXPECT_EQ(query(idler.space),
			  round != 1 ? (int)(VM_EXIT_SIGNALLED | VM_EXIT_ENDED) : -ENOENT);
		EXPECT_EQ(query(idler.space), -ENOENT);
	}
	return true;
}

bool service_watch_again(void)
{
	space_t space, other;

	EXPECT_EQ(space_make(&space), 0);
	EXPECT_EQ(space_make(&other), 0);
	EXPECT_EQ(signalled(space), -ENOENT); /* nobody watches anything */
	EXPECT_EQ(watch(space), 0);
	EXPECT_EQ(signalled(other), 0);
	EXPECT(!notified());
	EXPECT_EQ(signalled(space), 0);
	EXPECT(notified());
	EXPECT_EQ(signalled(space), 0);
	EXPECT(!notified());
	EXPECT_EQ(query(space), VM_EXIT_SIGNALLED);
	EXPECT_EQ(query(space), -ENOENT);
	EXPECT_EQ(signalled(space), 0);
	EXPECT(notified());
	EXPECT_EQ(space_end(space), 0);
	EXPECT(notified());
	EXPECT_EQ(query(space), VM_EXIT_SIGNALLED | VM_EXIT_ENDED);
	EXPECT_EQ(query(space), -ENOENT);
	EXPECT_EQ(signalled(other), -ENOENT);
	EXPECT_EQ(signalled(space), -ESRCH);
	EXPECT_EQ(space_end(other), 0);
	return true;
}

bool service_watch_order(void)
{
	space_t spaces[SPACES];

	for (unsigned int i = 0; i < SPACES; i++) {
		EXPECT_EQ(space_make(&spaces[i]), 0);
		EXPECT_EQ(watch(spaces[i]), 0);
	}
	for (unsigned int i = 0; i < SPACES; i++)
		EXPECT_EQ(space_end(spaces[i * 5 % SPACES]), 0);
	EXPECT(notified());
	for (unsigned int i = 0; i < SPACES; i++)
		EXPECT_EQ(query(spaces[i * 5 % SPACES]), VM_EXIT_ENDED);
	EXPECT_EQ(query(spaces[0]), -ENOENT);
	return true;
}

bool service_watch_refused(void)
{
	struct info_thread self;
	space_t space;

	EXPECT(thread_named("vmsuite", &self));
	EXPECT_EQ(watch(self.space), -EINVAL);
	EXPECT_EQ(watch(0), -ESRCH);
	EXPECT_EQ(watch(~0u), -ESRCH);
	EXPECT_EQ(space_make(&space), 0);
	EXPECT_EQ(watch(space + 4096), -ESRCH);
	EXPECT_EQ(ending(space), 0);
	EXPECT_EQ(watch(space), -ESRCH);
	EXPECT_EQ(space_end(space), 0);
	EXPECT_EQ(watch(space), -ESRCH);
	EXPECT_EQ(signalled(space), -ESRCH);
	EXPECT(!notified());
	EXPECT_EQ(query(space), -ENOENT);
	return true;
}

/* The watches become those of a space like ours, and end with it: one with news, one without. */
bool service_watch_dropped(void)
{
	const struct vm_space_create_req create = {.thread = service_start()->endpoint};
	struct vm_update_req update;
	struct vm_space_reply like;
	struct info_thread self;
	space_t space[2];

	EXPECT(thread_named("vmsuite", &self));
	EXPECT_EQ(vm_space_create(&create, &like), 0);
	for (unsigned int i = 0; i < 2; i++) {
		EXPECT_EQ(space_make(&space[i]), 0);
		EXPECT_EQ(watch(space[i]), 0);
	}
	EXPECT_EQ(signalled(space[0]), 0);
	EXPECT(notified());
	update = (struct vm_update_req){.old_space = self.space, .new_space = like.space};
	EXPECT_EQ(vm_update(&update, NULL), 0);
	EXPECT_EQ(query(space[0]), -ENOENT);
	EXPECT_EQ(space_end(like.space), 0);
	EXPECT_EQ(signalled(space[1]), -ENOENT);
	EXPECT_EQ(space_end(space[0]), 0);
	EXPECT_EQ(space_end(space[1]), 0);
	EXPECT(!notified());
	EXPECT_EQ(query(space[1]), -ENOENT);
	return true;
}
