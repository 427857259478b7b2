/* RS: starts the services, one after another, watches over them and replaces those that fail. It
 * calls nobody but VM, because it manages the signals of all others: a service that failed would
 * never answer.
 */
#include "call.h"
#include "death.h"
#include "instance.h"
#include "life.h"
#include "machine.h"
#include "publish.h"
#include "start.h"
#include "timer.h"

#include <sys.h>

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	SERVICE_RUN(request, reply, handler)                                                       \
	static struct answer allow_##handler(endpoint_t caller, const void *payload, void *to)     \
	{                                                                                          \
		if (!call_allowed(caller, right))                                                  \
			return answer(-ENOTALLOWED);                                               \
		return run_##handler(caller, payload, to);                                         \
	}
#include <skerry/rs.def>
#undef CALL

static const struct service_row rows[] = {
#define CALL(name, nr, request, reply, handler, right, what) [nr] = {allow_##handler},
#include <skerry/rs.def>
#undef CALL
};

static void notified(endpoint_t source)
{
	struct entry *entry;

	switch (source) {
	case EP_SYSTEM:
		signals_collect();
		break;
	case EP_CLOCK:
		timer_expired();
		break;
	default:
		entry = entry_by_endpoint(source);
		if (entry != NULL)
			life_answered(entry);
	}
}

static const struct service rs = {
	.protocol = PROTOCOL_RS,
	.rows = rows,
	.row_count = sizeof(rows) / sizeof(rows[0]),
	.notified = notified,
};

static void __attribute__((noreturn)) serve(void)
{
	struct ipc_received received;
	endpoint_t caller = EP_NONE;

	for (;;) {
		publish_flush();
		timer_update();
		if (ipc_reply_receive(caller, EP_ANY, &received) != 0)
			panic("cannot receive");
		caller = service_serve(&rs, &received);
	}
}

int sys_main(uintptr_t argument)
{
	service_init((const struct service_start *)argument, "rs");
	sys_panic_end = end_as_failure;
	table_init();
	instances_init();
	start_begin();
	serve();
}
