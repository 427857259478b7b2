/* SCHED, the scheduler of programs: the kernel tells it the end of each quantum, it answers with
 * the next one, a priority and CPUs. It calls nobody, so PM and RS may call it.
 */
#include "call.h"

#include "decide.h"
#include <sef.h>
#include <skerry/kernel_message.h>
#include <sys.h>

#define CALL(name, nr, request, reply, handler, right, what) SERVICE_RUN(request, reply, handler)
#include <skerry/sched.def>
#undef CALL

static const struct service_row rows[] = {
#define CALL(name, nr, request, reply, handler, right, what) [nr] = {run_##handler},
#include <skerry/sched.def>
#undef CALL
};

static void notified(endpoint_t source)
{
	if (source == EP_CLOCK)
		period_ended();
}

static void told(const struct message *message)
{
	if (message->type == MESSAGE_QUANTUM_END)
		quantum_ended(message);
}

static const struct service sched = {
	.protocol = PROTOCOL_SCHED,
	.rows = rows,
	.row_count = sizeof(rows) / sizeof(rows[0]),
	.notified = notified,
	.told = told,
};

int sys_main(uintptr_t argument)
{
	sef_startup((const struct service_start *)argument, "sched", NULL);
	sef_run(&sched);
}
