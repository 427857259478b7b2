/* VFS: messages come in here, workers and calls do the rest. It calls VM and nobody else. */
#include "call.h"
#include "clock.h"
#include "device.h"
#include "lock_range.h"
#include "map.h"
#include "memory.h"
#include "peer.h"
#include "pm.h"
#include "process.h"
#include "worker.h"
#include <sef.h>
#include <skerry/fs.h>
#include <skerry/kernel_call.h>
#include <skerry/pm_vfs.h>
#include <sys.h>
#include <sys_call.h>
#include <sys_ipc.h>

#define TEND_TIME 100000000ull /* 100 ms: is whom we wait for still there? */
#define RETRY_TIME 2000000ull  /* 2 ms: the kernel's queue was full */

static uint64_t alarm_at; /* 0: none is set */

static void async_accept(const struct message *message, const struct ipc_received *received)
{
	switch (MESSAGE_PROTOCOL(message->type)) {
	case PROTOCOL_FS:
		if (message->type == FS_ANSWER)
			peer_answered(message->source, message);
		break;
	case PROTOCOL_CHR:
		device_answered(message->source, message);
		break;
	case PROTOCOL_VFS:
		call_accept(message, received);
		break;
	case PROTOCOL_PM_VFS:
		if (message->source == PM_ENDPOINT)
			pm_asked(message);
		break;
	case PROTOCOL_PAGER:
		if (message->source == VM_ENDPOINT)
			map_asked(message);
		break;
	}
}

static void alarm_came(void)
{
	alarm_at = 0;
	peers_tend();
	calls_time(clock_now());
}

static void accept(const struct message *message, const struct ipc_received *received)
{
	switch (ipc_status_trap(received->status)) {
	case TRAP_IPC_CALL:
		call_accept(message, received);
		break;
	case TRAP_IPC_SEND_ASYNC:
		async_accept(message, received);
		break;
	case TRAP_IPC_NOTIFY:
		if (message->source == EP_CLOCK)
			alarm_came();
		break;
	}
}

/* When to look again: at the first deadline, whether somebody died, or has room for a message. An
 * alarm that is set stays until it must come earlier, or has come.
 */
static void alarm_set(void)
{
	struct sys_alarm_req request = {.flags = ALARM_ABSOLUTE, .time = calls_soonest()};
	const uint64_t wait = peers_full() ? RETRY_TIME : peers_busy() ? TEND_TIME : 0;

	if (wait != 0 && (alarm_at == 0 || wait == RETRY_TIME)) {
		const uint64_t then = clock_now() + wait;

		if (request.time == 0 || then < request.time)
			request.time = then;
	}
	if (request.time == 0 || (alarm_at != 0 && alarm_at <= request.time))
		return;
	alarm_at = request.time;
	(void)sys_alarm(&request, NULL);
}

/* Apart from sys_main(): where the message page lies is known only after sef_startup(). */
static void __attribute__((noinline, noreturn)) serve(void)
{
	struct ipc_received received;
	struct message message;

	for (;;) {
		if (sef_reply_receive(EP_NONE, EP_ANY, &received) != 0)
			panic("cannot receive");
		message = message_page()->message;
		accept(&message, &received);
		peers_send();
		workers_again();
		calls_serve();
		peers_send();
		alarm_set();
	}
}

static int init(uint32_t kind)
{
	(void)kind; /* what processes had is lost with an old instance */
	workers_init();
	calls_init();
	processes_init();
	lock_pool_init();
	grants_start();
	return 0;
}

static const struct sef_ops ops = {.init = init};

int sys_main(uintptr_t argument)
{
	sef_startup((const struct service_start *)argument, "vfs", &ops);
	pm_tell_ready();
	serve();
}
