/* The space table. Guarded by the big kernel lock. */
#include "kernel/space.h"

#include "kernel/check.h"
#include "kernel/panic.h"
#include "kernel/smp.h"
#include <skerry/ipc.h>

#define SPACE_SLOT_BITS 12

static struct space spaces[SPACE_MAX];
static struct space *free_head, *free_tail;
static uint32_t live[SLOT_WORDS(SPACE_MAX)];
static unsigned int used_count;

static void free_list_add(struct space *space) REQUIRES(bkl)
{
	space->id = 0;
	slots_remove(live, (unsigned int)(space - spaces));
	space->free_next = NULL;
	if (free_tail)
		free_tail->free_next = space;
	else
		free_head = space;
	free_tail = space;
}

void spaces_init(void)
{
	unsigned int i;

	for (i = 0; i < SPACE_MAX; i++)
		free_list_add(&spaces[i]);
}

unsigned int spaces_used(void)
{
	return used_count;
}

struct space *space_allocate(paddr_t root)
{
	struct space *space = free_head;

	if (!space)
		return NULL;
	free_head = space->free_next;
	if (!free_head)
		free_tail = NULL;
	space->generation =
		space->generation == ENDPOINT_GENERATION_MAX ? 1 : space->generation + 1;
	space->id = (space_t)(space->generation << SPACE_SLOT_BITS | (space - spaces));
	space->root = root;
	space->inhibited = false;
	space->threads = NULL;
	space->thread_count = 0;
	space->copy_waiters = 0;
	slots_add(live, (unsigned int)(space - spaces));
	used_count++;
	return space;
}

bool space_root_used(paddr_t root)
{
	unsigned int i;

	slots_each(i, live, SPACE_MAX) if (spaces[i].root == root) return true;
	return false;
}

struct space *space_find(space_t id)
{
	unsigned int slot = id & ((1u << SPACE_SLOT_BITS) - 1);

	return id && slot < SPACE_MAX && spaces[slot].id == id ? &spaces[slot] : NULL;
}

/* Threads whose copy waited for this space do their call again. */
static void copy_waiters_wake(struct space *space) REQUIRES(bkl)
{
	unsigned int i;

	if (!space->copy_waiters)
		return;
	slots_each(i, threads_live, THREAD_MAX) if ((threads[i].rts & RTS_COPY_WAIT) &&
						    threads[i].wait_space == space)
	{
		space->copy_waiters--;
		threads[i].wait_space = NULL;
		thread_unblock(&threads[i], RTS_COPY_WAIT);
	}
}

void space_free(struct space *space)
{
	assert(space->id && !space->thread_count);
	copy_waiters_wake(space);
	smp_leave_root(space->root);
	check_root_left(space->root);
	used_count--;
	free_list_add(space);
}

void space_thread_add(struct space *space, struct thread *t)
{
	t->space = space;
	t->space_status = (uint32_t)(space - spaces) << IPC_STATUS_SPACE_SHIFT;
	t->space_prev = NULL;
	t->space_next = space->threads;
	if (space->threads)
		space->threads->space_prev = t;
	space->threads = t;
	space->thread_count++;
}

void space_thread_remove(struct thread *t)
{
	struct space *space = t->space;

	if (t->space_prev)
		t->space_prev->space_next = t->space_next;
	else
		space->threads = t->space_next;
	if (t->space_next)
		t->space_next->space_prev = t->space_prev;
	t->space = NULL;
	space->thread_count--;
}

void space_thread_move(struct thread *t, struct space *space)
{
	space_thread_remove(t);
	space_thread_add(space, t);
	if (space->inhibited)
		thread_block(t, RTS_VMINHIBIT);
	else
		thread_unblock(t, RTS_VMINHIBIT);
}

void space_inhibit(struct space *space)
{
	struct thread *t;

	space->inhibited = true;
	for (t = space->threads; t; t = t->space_next)
		thread_block(t, RTS_VMINHIBIT);
}

uint64_t space_uninhibit(struct space *space)
{
	uint64_t epoch = smp_flush_space(space);
	struct thread *t;

	check_flushed(this_cpu(), space);
	space->inhibited = false;
	for (t = space->threads; t; t = t->space_next)
		thread_unblock(t, RTS_VMINHIBIT);
	copy_waiters_wake(space);
	return epoch;
}
