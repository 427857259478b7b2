/* Signals that wait. A signal is in a set of pending ones; where its facts are known, they are in
 * the queue beside. A standard signal needs no place in the queue: without one it is sent by
 * nobody.
 */
#include "signal.h"

#include <skerry/signal.h>

#define PLACES 1024u

static struct pending places[PLACES];
static struct pending *free_list;
static unsigned int fresh;

static struct pending *allocate(void)
{
	struct pending *place = free_list;

	if (place != NULL)
		free_list = place->next;
	else if (fresh < PLACES)
		place = &places[fresh++];
	return place;
}

bool signal_add(uint64_t *pending, struct pending **queue, uint32_t signal,
		const struct signal_facts *facts)
{
	struct pending *place;

	if (signal < SIGNAL_REALTIME_FIRST && (*pending & SIGNAL_BIT(signal)))
		return true;
	place = allocate();
	if (place == NULL && signal >= SIGNAL_REALTIME_FIRST)
		return false;
	*pending |= SIGNAL_BIT(signal);
	if (place == NULL)
		return true;
	*place = (struct pending){.signal = signal, .facts = *facts};
	while (*queue != NULL)
		queue = &(*queue)->next;
	*queue = place;
	return true;
}

/* The next of a signal's places, or NULL; `more`: another one follows. */
static struct pending *unqueue(struct pending **queue, uint32_t signal, bool *more)
{
	struct pending *found = NULL;

	*more = false;
	while (*queue != NULL) {
		struct pending *place = *queue;

		if (place->signal != signal) {
			queue = &place->next;
		} else if (found == NULL) {
			found = place;
			*queue = place->next;
		} else {
			*more = true;
			break;
		}
	}
	return found;
}

static void take(uint64_t *pending, struct pending **queue, uint32_t signal,
		 struct signal_facts *facts)
{
	bool more;
	struct pending *place = unqueue(queue, signal, &more);

	*facts = (struct signal_facts){0};
	if (place != NULL) {
		*facts = place->facts;
		place->next = free_list;
		free_list = place;
	}
	if (!more)
		*pending &= ~SIGNAL_BIT(signal);
}

uint32_t signal_first(const struct thread *thread, uint64_t wanted)
{
	const uint64_t there = (thread->pending | thread->process->pending) & wanted;

	return there != 0 ? (uint32_t)__builtin_ctzll(there) + 1 : 0;
}

uint32_t signal_take(struct thread *thread, uint64_t wanted, struct signal_facts *facts)
{
	const uint32_t signal = signal_first(thread, wanted);

	if (signal == 0)
		return 0;
	if (thread->pending & SIGNAL_BIT(signal))
		take(&thread->pending, &thread->queue, signal, facts);
	else
		take(&thread->process->pending, &thread->process->queue, signal, facts);
	return signal;
}

void signals_drop(uint64_t *pending, struct pending **queue, uint64_t which)
{
	*pending &= ~which;
	while (*queue != NULL) {
		struct pending *place = *queue;

		if (!(which & SIGNAL_BIT(place->signal))) {
			queue = &place->next;
			continue;
		}
		*queue = place->next;
		place->next = free_list;
		free_list = place;
	}
}

void signals_drop_all(struct process *process, uint64_t which)
{
	signals_drop(&process->pending, &process->queue, which);
	for (struct thread *thread = process->threads; thread != NULL; thread = thread->next)
		signals_drop(&thread->pending, &thread->queue, which);
}
