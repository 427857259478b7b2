/* PM's process table: pids, threads, parents. */
#include "test.h"

#include "servers/pm/process.h"
#include <skerry/endpoint.h>

#define TABLE (1u << CONFIG_THREAD_SLOTS_LOG2)

static struct process *alive(struct process *parent, endpoint_t thread)
{
	struct process *process = process_create();

	(void)process_thread_add(process, thread, process->pid);
	process_set_parent(process, parent);
	return process;
}

TEST("the first process is process 1, and a number comes back late")
{
	struct process *first = process_create(), *second = process_create();
	const pid32 second_pid = second->pid;

	CHECK_EQ(first->pid, PM_PID_INIT);
	CHECK(second_pid > PM_PID_INIT);
	process_free(second);
	second = process_create();
	CHECK(second->pid > second_pid);
	process_free(first);
	for (unsigned int i = 0; i < 100001; i++) {
		first = process_create();
		CHECK(first->pid > PM_PID_INIT && first->pid != second->pid);
		process_free(first);
	}
	process_free(second);
}

TEST("a process that never ran leaves its number to the next")
{
	struct process *process = process_create();
	const pid32 pid = process->pid;

	process_unmake(process);
	process = process_create();
	CHECK_EQ(process->pid, pid);
	process_unmake(process);
	CHECK(process_by_pid(pid) == NULL);
	/* The last number of all, and the first that comes round again. */
	while ((process = process_create())->pid != 99999)
		process_free(process);
	process_unmake(process);
	process = process_create();
	CHECK_EQ(process->pid, 99999);
	process_free(process);
	process = process_create();
	CHECK_EQ(process->pid, PM_PID_INIT + 1);
	process_unmake(process);
	process = process_create();
	CHECK_EQ(process->pid, PM_PID_INIT + 1);
	process_free(process);
}

TEST("a full table refuses, and takes again what became free")
{
	struct process *all[TABLE];

	for (unsigned int i = 0; i < TABLE; i++) {
		all[i] = process_create();
		CHECK(all[i] != NULL);
	}
	CHECK(process_create() == NULL);
	CHECK(process_of_service(ENDPOINT(9, 1)) == NULL);
	process_free(all[7]);
	all[7] = process_create();
	CHECK(all[7] != NULL);
	for (unsigned int i = 0; i < TABLE; i++)
		process_free(all[i]);
}

TEST("a process is found by thread and pid until it ends")
{
	struct process *process = alive(NULL, ENDPOINT(3, 5));

	CHECK(process_by_thread(ENDPOINT(3, 5)) == process);
	CHECK(process_by_thread(ENDPOINT(3, 4)) == NULL);
	CHECK(process_by_thread(EP_NONE) == NULL);
	CHECK(process_by_pid(process->pid) == process);
	CHECK(process_by_pid(0) == NULL);
	CHECK(process_by_pid(-1) == NULL);
	process_threads_remove(process);
	CHECK(process_by_thread(ENDPOINT(3, 5)) == NULL);
	CHECK(process_by_pid(process->pid) == process); /* a zombie */
	process_free(process);
	CHECK(process_by_pid(process->pid) == NULL);
}

TEST("a thread's slot may be used again before its old process is free")
{
	struct process *old = alive(NULL, ENDPOINT(3, 5)), *new;

	process_threads_remove(old);
	new = alive(NULL, ENDPOINT(3, 6));
	process_free(old);
	CHECK(process_by_thread(ENDPOINT(3, 6)) == new);
	process_free(new);
}

TEST("a service has one entry without a number")
{
	struct process *service = process_of_service(ENDPOINT(4, 1));
	struct process *child = alive(service, ENDPOINT(5, 1));

	CHECK_EQ(service->pid, 0);
	CHECK(process_of_service(ENDPOINT(4, 1)) == service);
	CHECK(service->children == child);
	process_free(child);
	process_free(service);
}

TEST("children are listed until they are free or have another parent")
{
	struct process *parent = alive(NULL, ENDPOINT(1, 1)), *other = alive(NULL, ENDPOINT(2, 1));
	struct process *child[3];

	for (unsigned int i = 0; i < 3; i++)
		child[i] = alive(parent, ENDPOINT(3 + i, 1));
	process_set_parent(child[1], other);
	CHECK(other->children == child[1] && child[1]->next == NULL);
	process_free(child[2]);
	CHECK(parent->children == child[0] && child[0]->next == NULL);
	process_set_parent(child[0], NULL);
	CHECK(parent->children == NULL && child[0]->parent == NULL);
	process_free(child[0]);
	process_free(child[1]);
	CHECK(other->children == NULL);
	process_free(parent);
	process_free(other);
}

TEST("threads are found until they are gone, and the first names the process")
{
	struct process *process = alive(NULL, ENDPOINT(1, 1));
	struct thread *second = process_thread_add(process, ENDPOINT(2, 1), 77);

	CHECK_EQ(process->thread, ENDPOINT(1, 1));
	CHECK(process_by_thread(ENDPOINT(2, 1)) == process);
	CHECK_EQ(thread_by_endpoint(ENDPOINT(2, 1))->tid, 77);
	CHECK_EQ(process->thread_count, 2);
	process_thread_remove(second);
	CHECK(thread_by_endpoint(ENDPOINT(2, 1)) == NULL);
	CHECK_EQ(process->thread, ENDPOINT(1, 1));
	process_threads_remove(process);
	CHECK_EQ(process->thread, EP_NONE);
	process_free(process);
}

TEST("children match by pid and by group")
{
	struct process *parent = alive(NULL, ENDPOINT(1, 1)),
		       *child = alive(parent, ENDPOINT(2, 1));

	child->group = 500;
	CHECK(process_matches(child, -1, 1));
	CHECK(process_matches(child, child->pid, 1));
	CHECK(process_matches(child, -500, 1));
	CHECK(process_matches(child, 0, 500));
	CHECK(!process_matches(child, 0, 501));
	CHECK(!process_matches(child, -501, 500));
	CHECK(!process_matches(child, 500, 500));
	process_free(child);
	process_free(parent);
}

static struct process *ready(const struct process *parent, pid32 pid, bool *any)
{
	return process_child_ready(parent, pid, PM_WAIT_EXITED, any);
}

TEST("only children that were asked for, with what was asked for, are found")
{
	struct process *parent = alive(NULL, ENDPOINT(1, 1));
	struct process *first = alive(parent, ENDPOINT(2, 1)),
		       *last = alive(parent, ENDPOINT(3, 1));
	bool any;

	CHECK(ready(parent, -1, &any) == NULL && any);
	CHECK(ready(parent, parent->pid, &any) == NULL && !any);
	last->tell_stop = true;
	CHECK(ready(parent, -1, &any) == NULL && any);
	CHECK(process_child_ready(parent, -1, PM_WAIT_STOPPED, &any) == last && any);
	CHECK(process_child_ready(parent, -1, PM_WAIT_CONTINUED, &any) == NULL && any);
	process_threads_remove(first);
	CHECK(ready(parent, -1, &any) == NULL && any); /* VFS has its files yet */
	first->zombie = true;
	CHECK(ready(parent, -1, &any) == first && any);
	CHECK(ready(parent, first->pid, &any) == first && any);
	CHECK(ready(parent, last->pid, &any) == NULL && any);
	process_free(first);
	process_free(last);
	CHECK(ready(parent, -1, &any) == NULL && !any);
	process_free(parent);
}
