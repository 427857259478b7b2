/* DS, the data store: services publish by name, ask for names and subscribe to patterns of them.
 * One call after another; only VM is called, which never waits for anybody.
 */
#include "call.h"

#include "map.h"
#include <sys.h>

#define CALL(name, nr, request, reply, handler, right, what) SERVICE_RUN(request, reply, handler)
#include <skerry/ds.def>
#undef CALL

static const struct service_row rows[] = {
#define CALL(name, nr, request, reply, handler, right, what) [nr] = {run_##handler},
#include <skerry/ds.def>
#undef CALL
};

static const struct service ds = {
	.protocol = PROTOCOL_DS,
	.rows = rows,
	.row_count = sizeof(rows) / sizeof(rows[0]),
};

int sys_main(uintptr_t argument)
{
	service_init((const struct service_start *)argument, "ds");
	maps_init();
	service_ready(0);
	service_run(&ds);
}
