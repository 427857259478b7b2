/* The services `dsa` and `dsb`: they call DS as the suite says, and count its notifications. */
#include "order.h"

#include <sef.h>
#include <sys.h>
#include <sys_call.h>

static unsigned int notified_count;

unsigned int notified_take(void)
{
	const unsigned int count = notified_count;

	notified_count = 0;
	return count;
}

static void notified(endpoint_t source)
{
	notified_count += source == DS_ENDPOINT;
}

static int copy(endpoint_t from, uint64_t from_address, endpoint_t to, uint64_t to_address)
{
	const struct sys_copy_req request = {
		.source = from,
		.destination = to,
		.source_address = from_address,
		.destination_address = to_address,
		.bytes = sizeof(struct order),
	};

	return sys_vircopy(&request, NULL);
}

static struct answer order_do(endpoint_t caller, const struct order_req *req,
			      struct order_reply *rep)
{
	struct order order;
	const uintptr_t own = (uintptr_t)&order;
	const int error = copy(caller, req->address, EP_SELF, own);

	(void)rep;
	if (error != 0)
		return answer(error);
	obey(&order);
	return answer(copy(EP_SELF, own, caller, req->address));
}

SERVICE_RUN(order_req, order_reply, order_do)

static const struct service_row rows[] = {{run_order_do}};

static const struct service client = {
	.protocol = ORDER_PROTOCOL,
	.rows = rows,
	.row_count = 1,
	.notified = notified,
};

int sys_main(uintptr_t argument)
{
	sef_startup((const struct service_start *)argument, "dsclient", NULL);
	obey_init();
	sef_run(&client);
}
