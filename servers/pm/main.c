/* PM: processes come, run programs, end and are waited for. One message after another; only VM is
 * called, which never waits for anybody. VFS is asked by messages whose answers are messages, too.
 */
#include "archive.h"
#include "call.h"
#include "signal.h"
#include "vfs.h"

#include <loader.h>
#include <sef.h>
#include <skerry/services.h>
#include <sys.h>

/* A caller with signals takes them behind the answer, or instead of its sleep. One that is gone is
 * not `calling` any more. */
static struct answer call_end(struct answer said, const void *reply, size_t bytes)
{
	struct thread *thread = calling;

	calling = NULL;
	if (thread == NULL || !signal_is_due(thread))
		return said;
	if (!said.later)
		thread_answer(thread, said.code, reply, bytes);
	else if (thread->sleep != SLEEP_NONE)
		signal_kick(thread);
	return answer_later();
}

static struct thread *program_thread(endpoint_t caller)
{
	struct thread *thread = thread_by_endpoint(caller);

	return thread != NULL && thread->process->pid != 0 ? thread : NULL;
}

#define CALL(name, nr, request_type, reply_type, handler, right, what)                             \
	static struct answer run_##handler(endpoint_t caller, const void *payload, void *to)       \
	{                                                                                          \
		struct request_type request;                                                       \
		struct reply_type reply;                                                           \
		struct answer said;                                                                \
                                                                                                   \
		__builtin_memcpy(&request, payload, sizeof(request));                              \
		__builtin_memset(&reply, 0, sizeof(reply));                                        \
		calling = program_thread(caller);                                                  \
		said = handler(caller, &request, &reply);                                          \
		__builtin_memcpy(to, &reply, sizeof(reply));                                       \
		return call_end(said, to, sizeof(reply));                                          \
	}
#include <skerry/pm.def>
#undef CALL

static const struct service_row rows[] = {
#define CALL(name, nr, request, reply, handler, right, what) [nr] = {run_##handler},
#include <skerry/pm.def>
#undef CALL
};

static void notified(endpoint_t source)
{
	if (source == EP_SYSTEM)
		signals_collect();
	else if (source == EP_CLOCK)
		timers_run();
	else if (source == VM_ENDPOINT)
		watchers_come();
}

static const struct service pm = {
	.protocol = PROTOCOL_PM,
	.rows = rows,
	.row_count = sizeof(rows) / sizeof(rows[0]),
	.notified = notified,
	.message = vfs_message,
};

static int init(uint32_t kind)
{
	(void)kind; /* RS does not restart PM: its death is the machine's */
	archive_init();
	loader_init("pm copier");
	privilege_init();
	vfs_init();
	return 0;
}

static const struct sef_ops ops = {.init = init};

int sys_main(uintptr_t argument)
{
	sef_startup((const struct service_start *)argument, "pm", &ops);
	sef_run(&pm);
}
