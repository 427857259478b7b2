/* The smallest driver: counts greetings, and fails when asked to. Its only state is the count,
 * which a new instance begins anew.
 */
#include <sef.h>
#include <skerry/hello.h>
#include <sys.h>

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	static struct answer handler(endpoint_t caller, const struct request *req,                 \
				     struct reply *rep);                                           \
	SERVICE_RUN(request, reply, handler)
#include <skerry/hello.def>
#undef CALL

static struct hello_greet_reply state;

static struct answer hello_do_greet(endpoint_t caller, const struct hello_empty_req *req,
				    struct hello_greet_reply *rep)
{
	(void)caller, (void)req;
	state.greetings++;
	*rep = state;
	return answer(0);
}

static struct answer hello_do_crash(endpoint_t caller, const struct hello_empty_req *req,
				    struct hello_empty_reply *rep)
{
	volatile uintptr_t near_null = 8; /* the compiler must not know it */

	(void)caller, (void)req, (void)rep;
	*(volatile int *)near_null = 1;
	return answer(0);
}

static const struct service_row rows[] = {
#define CALL(name, nr, request, reply, handler, right, what) [nr] = {run_##handler},
#include <skerry/hello.def>
#undef CALL
};

static const struct service hello = {
	.protocol = PROTOCOL_HELLO,
	.rows = rows,
	.row_count = sizeof(rows) / sizeof(rows[0]),
};

static int init(uint32_t kind)
{
	state.init = kind;
	return 0;
}

static const struct sef_ops ops = {.init = init};

int sys_main(uintptr_t argument)
{
	sef_startup((const struct service_start *)argument, "hello_driver", &ops);
	sef_run(&hello);
}
