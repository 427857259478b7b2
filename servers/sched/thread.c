/* The table of threads. */
#include "thread.h"

#include <skerry/endpoint.h>

static struct thread threads[THREADS];

struct thread *thread_find(endpoint_t endpoint)
{
	const unsigned int slot = endpoint_slot(endpoint);

	if (slot >= THREADS || endpoint == 0 || threads[slot].endpoint != endpoint)
		return NULL;
	return &threads[slot];
}

struct thread *thread_enter(endpoint_t endpoint)
{
	const unsigned int slot = endpoint_slot(endpoint);

	if (slot >= THREADS || endpoint_is_special(endpoint))
		return NULL;
	threads[slot] = (struct thread){.endpoint = endpoint, .owner = EP_NONE};
	return &threads[slot];
}

void thread_forget(struct thread *thread)
{
	*thread = (struct thread){.endpoint = 0};
}

struct thread *thread_next(uint32_t *slot)
{
	while (*slot < THREADS) {
		struct thread *thread = &threads[(*slot)++];

		if (thread->endpoint != 0)
			return thread;
	}
	return NULL;
}

uint64_t thread_weight(const struct thread *thread)
{
	return nice_quantum(thread->nice) / 1000000;
}

void threads_load(uint64_t load[CPUS_MAX])
{
	const struct thread *thread;
	uint32_t slot = 0;

	for (uint32_t cpu = 0; cpu < CPUS_MAX; cpu++)
		load[cpu] = 0;
	while ((thread = thread_next(&slot)) != NULL) {
		if (thread->busy)
			load[thread->cpu] += thread_weight(thread);
	}
}
