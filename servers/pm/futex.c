/* Futexes: threads that sleep on a word of memory.
 *
 * No wake-up is lost: PM reads the word and queues the sleeper before it looks at another message,
 * and who wakes changes the word before it calls PM:
 *
 *	sleeper				waker
 *	WAIT(word is 1) ->
 *	   PM reads 1, queues		word = 0
 *					WAKE -> PM finds the sleeper
 * or
 *					word = 0
 *	   PM reads 0: EAGAIN		WAKE -> PM finds nobody, and nobody sleeps
 */
#include "call.h"

#include "signal.h"
#include <skerry/kernel_call.h>
#include <sys_call.h>
#include <vm_call.h>

#define QUEUES 256u
#define FUTEX_PHYSICAL (~0ull) /* no space has that number */

static struct thread *queues[QUEUES]; /* the longest asleep first */

static struct thread **queue_of(const struct futex_key *key)
{
	return &queues[(key->address >> 2 ^ key->address >> 12 ^ key->space * 31) % QUEUES];
}

static bool same(const struct futex_key *a, const struct futex_key *b)
{
	return a->space == b->space && a->address == b->address;
}

/* --- Words ------------------------------------------------------------------------------------ */

/* Is that memory what other spaces may have, too? */
static bool is_shared(const struct process *process, uint64_t address)
{
	static struct vm_region_info info;
	const struct vm_info_req request = {
		.space = process->space,
		.what = VM_INFO_REGIONS,
		.address = (uintptr_t)&info,
		.bytes = sizeof(info),
		.next = address,
	};
	struct vm_info_reply reply;

	return vm_info(&request, &reply) == 0 && reply.bytes == sizeof(info) &&
	       info.address <= address && address - info.address < info.bytes &&
	       (info.flags & VM_MAP_SHARED);
}

static int word_read(const struct thread *thread, uint64_t address, u32 *value)
{
	if (address % sizeof(*value) != 0)
		return -EINVAL;
	return memory_fetch(thread->process->thread, address, value, sizeof(*value));
}

/* A word of shared memory is its frame's, which stays while anybody maps it. Reading brings it
 * where it is not there yet. */
static int key_make(const struct thread *thread, uint64_t address, uint32_t flags,
		    struct futex_key *key)
{
	const struct sys_umap_req request = {
		.target = thread->process->thread, .address = address, .bytes = sizeof(u32)};
	struct sys_umap_reply reply;
	u32 value;

	if (address % sizeof(u32) != 0)
		return -EINVAL;
	*key = (struct futex_key){thread->process->space, address};
	if (!(flags & PM_FUTEX_SHARED) || !is_shared(thread->process, address))
		return 0;
	if (sys_umap(&request, &reply) != 0 &&
	    (word_read(thread, address, &value) != 0 || sys_umap(&request, &reply) != 0))
		return -EFAULT;
	*key = (struct futex_key){FUTEX_PHYSICAL, reply.physical};
	return 0;
}

/* --- Queues ----------------------------------------------------------------------------------- */

static void enqueue(struct thread *thread, const struct futex_key *key)
{
	struct thread **link = queue_of(key);

	while (*link != NULL)
		link = &(*link)->on.futex.next;
	thread->on.futex.key = *key;
	thread->on.futex.next = NULL;
	*link = thread;
}

void futex_forget(struct thread *thread)
{
	struct thread **link = queue_of(&thread->on.futex.key);

	while (*link != thread)
		link = &(*link)->on.futex.next;
	*link = thread->on.futex.next;
}

static struct thread *find(const struct futex_key *key, uint32_t bits)
{
	struct thread *thread = *queue_of(key);

	while (thread != NULL &&
	       !(same(&thread->on.futex.key, key) && (thread->on.futex.bits & bits)))
		thread = thread->on.futex.next;
	return thread;
}

static unsigned int wake(const struct futex_key *key, uint32_t count, uint32_t bits)
{
	struct thread *thread;
	unsigned int woken = 0;

	for (; woken < count && (thread = find(key, bits)) != NULL; woken++)
		thread_answer(thread, 0, NULL, 0);
	return woken;
}

unsigned int futex_wake_word(struct thread *thread, uint64_t address, unsigned int count)
{
	struct futex_key key;
	const struct futex_key own = {thread->process->space, address};

	if (key_make(thread, address, PM_FUTEX_SHARED, &key) != 0)
		key = own;
	return wake(&key, count, ~0u);
}

/* --- Calls ------------------------------------------------------------------------------------ */

static void time_over(struct timer *timer)
{
	thread_answer(avl_object(timer, struct thread, timer), -ETIMEDOUT, NULL, 0);
}

struct answer pm_do_futex_wait(endpoint_t caller, const struct pm_futex_wait_req *req,
			       struct pm_empty_reply *rep)
{
	struct thread *thread = calling;
	struct futex_key key;
	u32 value;
	int error;

	(void)caller, (void)rep;
	if (thread == NULL)
		return answer(-ENOTALLOWED);
	if (req->bits == 0)
		return answer(-EINVAL);
	error = word_read(thread, req->address, &value);
	if (error == 0)
		error = key_make(thread, req->address, req->flags, &key);
	if (error == 0 && value != req->value)
		error = -EAGAIN;
	if (error != 0)
		return answer(error);
	thread->sleep = SLEEP_FUTEX;
	thread->on.futex.bits = req->bits;
	enqueue(thread, &key);
	timer_set(&thread->timer, time_of(req->flags, req->time), time_over);
	return answer_later();
}

struct answer pm_do_futex_wake(endpoint_t caller, const struct pm_futex_wake_req *req,
			       struct pm_count_reply *rep)
{
	struct futex_key key;
	int error;

	(void)caller;
	if (calling == NULL)
		return answer(-ENOTALLOWED);
	if (req->bits == 0)
		return answer(-EINVAL);
	error = key_make(calling, req->address, req->flags, &key);
	if (error == 0)
		rep->count = wake(&key, req->count, req->bits);
	return answer(error);
}

static unsigned int move(const struct futex_key *from, const struct futex_key *to, uint32_t count)
{
	struct thread *thread;
	unsigned int moved = 0;

	if (same(from, to))
		return 0;
	for (; moved < count && (thread = find(from, ~0u)) != NULL; moved++) {
		futex_forget(thread);
		enqueue(thread, to);
	}
	return moved;
}

struct answer pm_do_futex_requeue(endpoint_t caller, const struct pm_futex_requeue_req *req,
				  struct pm_count_reply *rep)
{
	struct futex_key from, to;
	u32 value = req->value;
	int error;

	(void)caller;
	if (calling == NULL)
		return answer(-ENOTALLOWED);
	error = key_make(calling, req->address, req->flags, &from);
	if (error == 0)
		error = key_make(calling, req->target, req->flags, &to);
	if (error == 0 && (req->flags & PM_FUTEX_COMPARE))
		error = word_read(calling, req->address, &value);
	if (error == 0 && value != req->value)
		error = -EAGAIN;
	if (error != 0)
		return answer(error);
	rep->count = wake(&from, req->wake, ~0u);
	rep->count += move(&from, &to, req->move);
	return answer(0);
}
