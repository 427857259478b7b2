/* News for DS: asynchronous messages, for RS waits for nobody but VM. What does not fit into the
 * kernel's pool stays with its entry until the next turn; EP_ASYNC says when messages were taken.
 * News is told in this order: the end of the old instance, then what is there now.
 */
#include "publish.h"

#include <skerry/ds.h>
#include <string.h>
#include <sys_ipc.h>

static bool waiting; /* some entry has news */

/* DS itself is told of nothing before it runs, and then of everybody. */
static void publish_all(void)
{
	for (struct entry *entry = entry_next(NULL); entry != NULL; entry = entry_next(entry)) {
		if (entry->state == RS_STATE_RUNNING)
			entry->news_label = true;
	}
}

void publish_ready(struct entry *entry)
{
	entry->news_label = true;
	if (entry->row.endpoint == DS_ENDPOINT)
		publish_all();
	waiting = true;
}

void publish_gone(struct entry *entry, u32 what)
{
	/* An end outlasts a restart that DS has not heard of. */
	if (entry->news_gone != DS_GONE_ENDED)
		entry->news_gone = what;
	entry->news_label = what == DS_GONE_ENDED;
	waiting = true;
}

static int tell(uint32_t type, const void *request, size_t bytes)
{
	struct message *message = &message_page()->message;

	message->type = type;
	memset(message->payload, 0, sizeof(message->payload));
	memcpy(message->payload, request, bytes);
	return ipc_send_async(DS_ENDPOINT, IPC_ASYNC_COMPLETION);
}

static int label_tell(const struct entry *entry)
{
	struct ds_publish_value_req publish = {
		.flags = DS_OVERWRITE,
		.value = entry->row.endpoint,
	};
	struct ds_delete_req delete = {.kind = DS_LABEL};

	memcpy(publish.name, entry->row.name, sizeof(entry->row.name));
	memcpy(delete.name, entry->row.name, sizeof(entry->row.name));
	if (entry->state == RS_STATE_RUNNING)
		return tell(DS_PUBLISH_LABEL, &publish, sizeof(publish));
	return tell(DS_DELETE, &delete, sizeof(delete));
}

static bool entry_flush(struct entry *entry)
{
	const struct ds_gone_req gone = {entry->row.endpoint, entry->news_gone};

	if (entry->news_gone != 0 && tell(DS_GONE, &gone, sizeof(gone)) != 0)
		return false;
	entry->news_gone = 0;
	if (entry->news_label && label_tell(entry) != 0)
		return false;
	entry->news_label = false;
	return true;
}

static bool ds_listens(void)
{
	const struct entry *ds = entry_by_endpoint(DS_ENDPOINT);

	return ds != NULL && ds->state == RS_STATE_RUNNING;
}

void publish_flush(void)
{
	const struct message answer = message_page()->message;
	bool done = true;

	if (!waiting || !ds_listens())
		return;
	for (struct entry *entry = entry_next(NULL); done && entry != NULL;
	     entry = entry_next(entry))
		done = entry_flush(entry);
	waiting = !done;
	message_page()->message = answer;
}
