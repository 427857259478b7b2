/* Watches. Invariant: a watch is in exactly one ring of its watcher, in `news` iff it has reasons,
 * and in its space's as long as that lives; without space and reasons it is freed.
 */
#include "watch.h"

#include "memory.h"
#include <skerry/errno.h>
#include <sys_ipc.h>

static uint32_t watch_count;

static struct watch *of_watcher(const struct link *link)
{
	return link_object(link, struct watch, of_watcher);
}

static struct watch *of_space(const struct link *link)
{
	return link_object(link, struct watch, of_space);
}

static struct watch *find(const struct vm_space *watcher, const struct vm_space *space)
{
	for (const struct link *link = space->watched.next; link != &space->watched;
	     link = link->next) {
		if (of_space(link)->watcher == watcher)
			return of_space(link);
	}
	return NULL;
}

static struct watch *make(struct vm_space *watcher, struct vm_space *space)
{
	struct watch *watch = slab_allocate(&watch_slab);

	if (watch == NULL)
		return NULL;
	*watch = (struct watch){.watcher = watcher, .space = space};
	link_append(&watcher->watches, &watch->of_watcher);
	link_append(&space->watched, &watch->of_space);
	/* PM reports signals only while it has reason to believe that somebody asks. */
	if (watch_count++ == 0)
		(void)ipc_notify(PM_ENDPOINT);
	return watch;
}

int watch_begin(struct vm_space *watcher, endpoint_t thread, struct vm_space *space)
{
	struct watch *watch = find(watcher, space);
	USE(watcher);
	USE(space);

	if (watch == NULL)
		watch = make(watcher, space);
	if (watch == NULL)
		return -ENOMEM;
	slab_write(watch);
	watch->thread = thread;
	watch->id = space->id;
	return 0;
}

/* It is in no space's ring any more. */
static void release(struct watch *watch, const struct link *head)
{
	link_remove(head, &watch->of_watcher);
	slab_free(&watch_slab, watch);
	watch_count--;
}

bool watch_news(struct vm_space *watcher, space_t *id, uint32_t *reasons)
{
	struct watch *watch;
	USE(watcher);

	if (link_is_empty(&watcher->news))
		return false;
	watch = of_watcher(watcher->news.next);
	slab_write(watch);
	*id = watch->id;
	*reasons = watch->reasons;
	watch->reasons = 0;
	if (watch->space == NULL) {
		release(watch, &watcher->news);
	} else {
		link_remove(&watcher->news, &watch->of_watcher);
		link_append(&watcher->watches, &watch->of_watcher);
	}
	return true;
}

/* A reason that is to be told already is not told twice. */
static void tell(struct watch *watch, uint32_t reason)
{
	slab_write(watch);
	slab_write(watch->watcher);
	if (watch->reasons == 0) {
		link_remove(&watch->watcher->watches, &watch->of_watcher);
		link_append(&watch->watcher->news, &watch->of_watcher);
	}
	if (!(watch->reasons & reason))
		(void)ipc_notify(watch->thread); /* it may be gone */
	watch->reasons |= reason;
}

bool watch_signalled(struct vm_space *space)
{
	USE(space);

	for (struct link *link = space->watched.next; link != &space->watched; link = link->next)
		tell(of_space(link), VM_EXIT_SIGNALLED);
	return watch_count != 0;
}

static void drop_all(struct link *head)
{
	while (!link_is_empty(head)) {
		struct watch *watch = of_watcher(head->next);

		if (watch->space != NULL) {
			slab_write(watch->space);
			link_remove(&watch->space->watched, &watch->of_space);
		}
		release(watch, head);
	}
}

void watch_space_end(struct vm_space *space)
{
	USE(space);

	drop_all(&space->watches);
	drop_all(&space->news);
	while (!link_is_empty(&space->watched)) {
		struct watch *watch = of_space(space->watched.next);

		tell(watch, VM_EXIT_ENDED);
		link_remove(&space->watched, &watch->of_space);
		watch->space = NULL;
	}
}

static void adopt(struct vm_space *space)
{
	struct link *link;

	for (link = space->watches.next; link != &space->watches; link = link->next) {
		slab_write(link);
		of_watcher(link)->watcher = space;
	}
	for (link = space->news.next; link != &space->news; link = link->next) {
		slab_write(link);
		of_watcher(link)->watcher = space;
	}
	for (link = space->watched.next; link != &space->watched; link = link->next) {
		slab_write(link);
		of_space(link)->space = space;
	}
}

void watch_swap(struct vm_space *a, struct vm_space *b)
{
	USE(a);
	USE(b);

	link_swap(&a->watches, &b->watches);
	link_swap(&a->news, &b->news);
	link_swap(&a->watched, &b->watched);
	adopt(a);
	adopt(b);
}
