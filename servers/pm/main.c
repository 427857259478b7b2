/* PM: processes come, run programs, end and are waited for. One message after another; only VM is
 * called, which never waits for anybody.
 */
#include "archive.h"
#include "call.h"
#include "copier.h"

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

int sys_main(uintptr_t argument)
{
	service_init((const struct service_start *)argument, "pm");
	archive_init();
	copier_init();
	privilege_init();
	service_ready(0);
	service_run(&pm);
}
