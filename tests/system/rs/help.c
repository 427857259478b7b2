/* Asking RS, the victim and hello; waiting for what RS does. */
#include "help.h"

#include <skerry/kernel_call.h>
#include <string.h>
#include <sys_call.h>

#define POLL_TIME 2000000ull /* 2 ms */
#define POLLS 20000u

endpoint_t hello, victim;

static struct rs_name_req name_of(const char *name)
{
	struct rs_name_req request = {0};

	strncpy(request.name, name, sizeof(request.name) - 1);
	return request;
}

void endpoints_find(void)
{
	hello = status_of(HELLO).row.endpoint;
	victim = status_of(VICTIM).row.endpoint;
}

struct rs_status status_of(const char *name)
{
	static struct rs_status rows[64];
	const struct rs_status_req request = {.address = (uintptr_t)rows, .count = 64};
	struct rs_status_reply reply;

	if (rs_status(&request, &reply) != 0)
		panic("RS has no table");
	for (u32 i = 0; i < reply.copied; i++) {
		if (strcmp(rows[i].row.name, name) == 0)
			return rows[i];
	}
	panic("RS does not know %s", name);
}

bool becomes(const char *name, enum rs_state state)
{
	for (unsigned int i = 0; i < POLLS; i++) {
		if (status_of(name).state == state)
			return true;
		runner_sleep(POLL_TIME);
	}
	sys_print("# %s is in state %u\n", name, (unsigned int)status_of(name).state);
	return false;
}

bool restarted(const char *name, u32 restarts)
{
	struct rs_status status = {0};

	for (unsigned int i = 0; i < POLLS; i++) {
		status = status_of(name);
		if (status.restarts >= restarts && status.state == RS_STATE_RUNNING)
			return status.restarts == restarts;
		runner_sleep(POLL_TIME);
	}
	sys_print("# %s: state %u, %u restarts\n", name, (unsigned int)status.state,
		  (unsigned int)status.restarts);
	return false;
}

bool thread_info(endpoint_t thread, struct info_thread *info)
{
	const struct sys_info_req request = {
		.what = INFO_THREAD,
		.index = endpoint_slot(thread),
		.address = (uintptr_t)info,
		.size = sizeof(*info),
	};

	return sys_info(&request, NULL) == 0 && info->thread == thread;
}

bool waits_for(endpoint_t thread, u32 rts, endpoint_t other)
{
	struct info_thread info;

	for (unsigned int i = 0; i < POLLS; i++) {
		if (thread_info(thread, &info) && (info.rts & rts) && info.waits_for == other)
			return true;
		runner_sleep(POLL_TIME);
	}
	return false;
}

int control(int (*call)(const struct rs_name_req *request, struct rs_empty_reply *reply),
	    const char *name)
{
	const struct rs_name_req request = name_of(name);

	return call(&request, NULL);
}

int inject(const char *name, u32 kind)
{
	struct rs_inject_req request = {.kind = kind};

	strncpy(request.name, name, sizeof(request.name) - 1);
	return rs_inject(&request, NULL);
}

int signal_send(endpoint_t thread, u32 signal)
{
	const struct sys_kill_req request = {.thread = thread, .signal = signal};

	return sys_kill(&request, NULL);
}

static bool ready(const char *name)
{
	const bool down = status_of(name).state == RS_STATE_DOWN;

	return control(down ? rs_up : rs_restart, name) == 0 &&
	       status_of(name).state == RS_STATE_RUNNING && status_of(name).failures == 0;
}

bool services_ready(void)
{
	return ready(HELLO) && ready(VICTIM);
}

int victim_ask(uint32_t type)
{
	struct message *message = &message_page()->message;
	int error;

	memset(message->payload, 0, sizeof(message->payload));
	message->type = type;
	error = ipc_call(victim);
	return error != 0 ? error : (int)message->type;
}

int victim_echo(u32 value, struct victim_echo *echo)
{
	struct message *message = &message_page()->message;
	int error;

	memcpy(message->payload, &value, sizeof(value));
	message->type = VICTIM_ECHO;
	error = ipc_call(victim);
	if (error != 0)
		return error;
	memcpy(echo, message->payload, sizeof(*echo));
	return echo->value == value ? (int)message->type : -EIO;
}

int greet(struct hello_greet_reply *reply)
{
	const struct hello_empty_req request = {};
	int error = -EDEADSRCDST;

	for (unsigned int i = 0; error == -EDEADSRCDST && i < POLLS; i++) {
		error = hello_greet(hello, &request, reply);
		if (error == -EDEADSRCDST)
			runner_sleep(POLL_TIME);
	}
	return error;
}

nanoseconds_t time_now(void)
{
	const struct sys_times_req request = {.thread = EP_SELF};
	struct sys_times_reply reply;

	if (sys_times(&request, &reply) != 0)
		panic("no time");
	return reply.now;
}
