/* Parents wait for their children. */
#include "call.h"

#include "signal.h"
#include <skerry/signal.h>
#include <sys.h>

#define FLAGS                                                                                      \
	(PM_WAIT_NOHANG | PM_WAIT_STOPPED | PM_WAIT_EXITED | PM_WAIT_CONTINUED | PM_WAIT_NOWAIT)
#define KINDS (PM_WAIT_STOPPED | PM_WAIT_EXITED | PM_WAIT_CONTINUED)

static void usage_add(struct process *parent, const struct process *child)
{
	struct usage *sum = &parent->children_usage;
	const struct usage *own = &child->ended, *below = &child->children_usage;

	sum->user_time += own->user_time + below->user_time;
	sum->faults_minor += own->faults_minor + below->faults_minor;
	sum->faults_major += own->faults_major + below->faults_major;
	if (own->peak_bytes > sum->peak_bytes)
		sum->peak_bytes = own->peak_bytes;
	if (below->peak_bytes > sum->peak_bytes)
		sum->peak_bytes = below->peak_bytes;
}

/* Tell of the child, and unless it is to be told again: that was that. */
static void answer_fill(struct pm_wait_reply *rep, struct process *child, uint32_t flags)
{
	rep->pid = child->pid;
	rep->status = child->status;
	rep->user = child->ids.id.user;
	rep->user_time = child->ended.user_time;
	rep->peak_bytes = child->ended.peak_bytes;
	rep->faults_minor = child->ended.faults_minor;
	rep->faults_major = child->ended.faults_major;
	if (flags & PM_WAIT_NOWAIT)
		return;
	child->tell_stop = child->tell_continue = false;
	if (child->zombie) {
		usage_add(child->parent, child);
		process_free(child);
	}
}

struct answer pm_do_wait(endpoint_t caller, const struct pm_wait_req *req,
			 struct pm_wait_reply *rep)
{
	struct thread *thread = thread_by_endpoint(caller);
	struct process *child;
	bool any;

	if ((req->flags & ~FLAGS) || !(req->flags & KINDS))
		return answer(-EINVAL);
	if (thread == NULL)
		return answer(-ECHILD); /* a service that never started one */
	child = process_child_ready(thread->process, req->pid, req->flags, &any);
	if (child != NULL) {
		answer_fill(rep, child, req->flags);
		return answer(0);
	}
	if (!any)
		return answer(-ECHILD);
	if (req->flags & PM_WAIT_NOHANG)
		return answer(0);
	thread->sleep = SLEEP_CHILD;
	thread->on.child = *req;
	return answer_later();
}

/* Of its threads those that wait for such a child; one that waits for none there is is told, too.
 * The answer may end the parent (a signal that is due). */
static void waiters_answer(struct process *parent)
{
	struct thread *next;

	for (struct thread *thread = parent->threads; thread != NULL; thread = next) {
		const struct pm_wait_req wait = thread->on.child;
		struct pm_wait_reply reply = {0};
		struct process *child;
		bool any;

		next = thread->next;
		if (thread->sleep != SLEEP_CHILD)
			continue;
		child = process_child_ready(parent, wait.pid, wait.flags, &any);
		if (child == NULL && any)
			continue;
		if (child != NULL)
			answer_fill(&reply, child, wait.flags);
		thread_answer(thread, child != NULL ? 0 : -ECHILD, &reply, sizeof(reply));
		if (parent->thread == EP_NONE)
			return;
	}
}

static struct signal_facts facts_of(const struct process *child)
{
	const int32_t signal = child->status & 0x7F, high = child->status >> 8 & 0xFF;
	struct signal_facts facts = {.pid = child->pid, .user = child->ids.id.user};

	if (!child->zombie) {
		facts.code =
			child->tell_continue ? PM_SIGNAL_CODE_CONTINUED : PM_SIGNAL_CODE_STOPPED;
		facts.status = child->tell_continue ? SIGNAL_CONTINUE : high;
	} else {
		facts.code = signal == 0 ? PM_SIGNAL_CODE_EXITED : PM_SIGNAL_CODE_KILLED;
		facts.status = signal == 0 ? high : signal;
	}
	return facts;
}

/* Nobody will wait for it: POSIX's SA_NOCLDWAIT, and an ignored SIGCHLD. */
static bool leaves_no_zombie(const struct process *parent)
{
	const struct action *action = &parent->actions[SIGNAL_CHILD];

	return parent->pid != 0 &&
	       (action->handler == PM_SIGNAL_IGNORE || (action->flags & PM_SIGNAL_NOCLDWAIT));
}

/* Whoever waits has the child's status before the signal could end its waiting. */
void child_changed(struct process *child)
{
	struct process *parent = child->parent;
	const bool ended = child->zombie;
	const struct signal_facts facts = facts_of(child);

	if (parent == NULL) {
		if (ended)
			process_free(child);
		return;
	}
	if (ended && leaves_no_zombie(parent))
		process_free(child);
	waiters_answer(parent);
	if (parent->pid == 0 || parent->thread == EP_NONE ||
	    (!ended && (parent->actions[SIGNAL_CHILD].flags & PM_SIGNAL_NOCLDSTOP)))
		return;
	(void)signal_post(parent, NULL, SIGNAL_CHILD, &facts);
}
