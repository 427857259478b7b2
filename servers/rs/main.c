/* RS, so far the least of it: releases the boot services one after another, and says which one
 * died. It never calls a service but VM, because it manages the signals of all others.
 */
#include "services.h"

#include <service.h>
#include <skerry/kernel_call.h>
#include <sys.h>
#include <sys_call.h>

#define CALL(name, nr, request, reply, handler, right, what) SERVICE_RUN(request, reply, handler)
#include <skerry/rs.def>
#undef CALL

static const struct service_row rows[] = {
#define CALL(name, nr, request, reply, handler, right, what) [nr] = {run_##handler},
#include <skerry/rs.def>
#undef CALL
};

static void notified(endpoint_t source)
{
	if (source == EP_SYSTEM)
		signals_collect();
}

static const struct service rs = {
	.protocol = PROTOCOL_RS,
	.rows = rows,
	.row_count = sizeof(rows) / sizeof(rows[0]),
	.notified = notified,
};

int sys_main(uintptr_t argument)
{
	service_init((const struct service_start *)argument, "rs");
	sys_panic_end = end_as_failure;
	services_init();
	service_run(&rs);
}
