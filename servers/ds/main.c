/* DS, the data store: services publish by name, ask for names and subscribe to patterns of them.
 * One call after another; only VM is called, which never waits for anybody.
 */
#include "call.h"

#include "map.h"
#include <sef.h>
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

/* A new instance begins with nothing: what was published is lost with the old one. */
static int init(uint32_t kind)
{
	(void)kind;
	maps_init();
	return 0;
}

static const struct sef_ops ops = {.init = init};

int sys_main(uintptr_t argument)
{
	sef_startup((const struct service_start *)argument, "ds", &ops);
	sef_run(&ds);
}
