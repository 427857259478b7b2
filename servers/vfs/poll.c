/* poll(): what is ready of many. A call that finds nothing watches all it has asked, and asks again
 * when one of these, or of others that fall on the same bit, has changed.
 */
#include "clock.h"
#include "kinds.h"
#include "memory.h"
#include "process.h"

#define BATCH 32u
#define ALWAYS (POLL_IN | POLL_OUT | POLL_IN_NORMAL | POLL_OUT_NORMAL)

uint32_t open_file_poll(struct call *call, struct open_file *file, uint32_t events,
			struct watch *watch)
{
	uint32_t ready = ALWAYS;

	if (file->kind->poll != NULL)
		ready = file->kind->poll(call, file, events, watch);
	return ready & (events | POLL_ERROR | POLL_HANGUP);
}

uint64_t poll_deadline(struct call *call, uint64_t wait)
{
	const uint64_t now = wait == VFS_FOREVER ? 0 : clock_now();

	/* Once a call, however often it is run. */
	if (call->done == 0)
		call->done =
			wait == VFS_FOREVER || wait > VFS_FOREVER - now ? VFS_FOREVER : now + wait;
	return call->done;
}

bool poll_over(uint64_t deadline)
{
	return deadline != VFS_FOREVER && clock_now() >= deadline;
}

static uint32_t entry_poll(struct call *call, const struct poll_entry *entry, struct watch *watch)
{
	struct open_file *file = descriptor_file(call->process, entry->fd);
	uint32_t ready;

	if (file == NULL || file->flags & FILE_PATH)
		return POLL_INVALID;
	/* Asking a driver lets others run. */
	open_file_get(file);
	ready = open_file_poll(call, file, (uint16_t)entry->events, watch);
	open_file_put(file);
	return ready;
}

static int scan(struct call *call, const struct vfs_poll_req *req, struct watch *watch,
		uint64_t *count)
{
	struct poll_entry entries[BATCH];

	*count = 0;
	for (uint32_t i = 0; i < req->count; i += BATCH) {
		const uint32_t batch = req->count - i < BATCH ? req->count - i : BATCH;
		const uint64_t at = req->entries + i * sizeof(entries[0]);
		int error = memory_read(call, at, entries, batch * sizeof(entries[0]));

		if (error != 0)
			return error;
		for (uint32_t j = 0; j < batch; j++) {
			entries[j].ready = 0;
			if (entries[j].fd >= 0)
				entries[j].ready = (int16_t)entry_poll(call, &entries[j], watch);
			*count += entries[j].ready != 0;
		}
		error = memory_write(call, at, entries, batch * sizeof(entries[0]));
		if (error != 0)
			return error;
	}
	return 0;
}

struct answer vfs_do_poll(struct call *call, const struct vfs_poll_req *req,
			  struct vfs_count_reply *rep)
{
	const uint64_t deadline = poll_deadline(call, req->wait);
	struct watch watch;
	uint32_t before;
	int error;

	if (req->count > VFS_POLL_MAX)
		return answer(-EINVAL);
	/* What changes while a driver is asked would be missed. */
	do {
		before = queue_changes();
		watch = (struct watch){.bits = 0};
		error = scan(call, req, &watch, &rep->count);
	} while (error == 0 && rep->count == 0 && before != queue_changes() &&
		 call->interrupted == 0);
	if (error != 0 || rep->count > 0 || poll_over(deadline))
		return answer(error);
	return call_wait_until(call, watch.bits, deadline);
}
