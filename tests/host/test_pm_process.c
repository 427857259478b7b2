/* PM's process table: pids, threads, parents. */
#include "test.h"

#include "servers/pm/process.h"
#include <skerry/endpoint.h>

#define TABLE (1u << CONFIG_THREAD_SLOTS_LOG2)

static struct process *alive(struct process *parent, endpoint_t thread)
{
	struct process *process = process_create();

	process_set_thread(process, thread);
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
	process_set_thread(process, EP_NONE);
	CHECK(process_by_thread(ENDPOINT(3, 5)) == NULL);
	CHECK(process_by_pid(process->pid) == process); /* a zombie */
	process_free(process);
	CHECK(process_by_pid(process->pid) == NULL);
}

TEST("a thread's slot may be used again before its old process is free")
{
	struct process *old = alive(NULL, ENDPOINT(3, 5)), *new;

	process_set_thread(old, EP_NONE);
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

TEST("only zombies that were asked for are found")
{
	struct process *parent = alive(NULL, ENDPOINT(1, 1));
	struct process *first = alive(parent, ENDPOINT(2, 1)),
		       *last = alive(parent, ENDPOINT(3, 1));
	bool any;

	CHECK(process_zombie(parent, -1, &any) == NULL && any);
	CHECK(process_zombie(parent, parent->pid, &any) == NULL && !any);
	process_set_thread(first, EP_NONE);
	CHECK(process_zombie(parent, -1, &any) == first && any);
	CHECK(process_zombie(parent, first->pid, &any) == first && any);
	CHECK(process_zombie(parent, last->pid, &any) == NULL && any);
	process_free(first);
	process_free(last);
	CHECK(process_zombie(parent, -1, &any) == NULL && !any);
	process_free(parent);
}
