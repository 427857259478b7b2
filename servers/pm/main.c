/* PM: processes come, run programs, end and are waited for. One message after another; only VM is
 * called, which never waits for anybody.
 */
#include "archive.h"
#include "call.h"

#include <loader.h>
#include <sef.h>
#include <skerry/services.h>
#include <sys.h>

#define CALL(name, nr, request, reply, handler, right, what) SERVICE_RUN(request, reply, handler)
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
	else if (source == VM_ENDPOINT)
		watchers_come();
}

static const struct service pm = {
	.protocol = PROTOCOL_PM,
	.rows = rows,
	.row_count = sizeof(rows) / sizeof(rows[0]),
	.notified = notified,
};

static int init(uint32_t kind)
{
	(void)kind; /* RS does not restart PM: its death is the machine's */
	archive_init();
	loader_init("pm copier");
	privilege_init();
	return 0;
}

static const struct sef_ops ops = {.init = init};

int sys_main(uintptr_t argument)
{
	sef_startup((const struct service_start *)argument, "pm", &ops);
	sef_run(&pm);
}
