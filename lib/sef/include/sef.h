/* SEF: what every service has in common towards RS. A service begins with sef_startup() and then
 * serves with sef_run(), or with a loop of its own around sef_reply_receive(); both answer pings
 * and take what RS says (skerry/sef.def) out of what is received.
 */
#pragma once

#include <service.h>
#include <skerry/sef.h>
#include <sys_ipc.h>

/* Each may be NULL. */
struct sef_ops {
	/* SEF_INIT_*: 0, or -errno ends this instance. Other services may be called, if the service
	 * may call them at all. NULL: nothing to do, as is good for one without state. */
	int (*init)(uint32_t init);

	/* Is all well? NULL: that the loop turns is enough. */
	bool (*ping)(void);

	/* A signal that is no exception. NULL: SIGNAL_TERMINATE is a shutdown, others are nothing.
	 */
	void (*signal)(uint32_t signal);

	/* The instance ends when this comes back: last words to devices. */
	void (*shutdown)(void);
};

/* First of all, before any other call: attaches the first thread, names the service, runs `init`
 * and tells RS its result. Comes back only if that was 0. ops: NULL: none; else it stays in use. */
void sef_startup(const struct service_start *start, const char *name, const struct sef_ops *ops);

/* Serve for ever. */
void sef_run(const struct service *service) __attribute__((noreturn));

/* ipc_reply_receive() without what is SEF's. */
int sef_reply_receive(endpoint_t caller, endpoint_t source, struct ipc_received *received);

/* Tell RS that a service breaks its protocol. `code` is the caller's own, for the report. 0 or
 * -errno: see RS_COMPLAIN. */
int sef_complain(endpoint_t service, uint32_t code);
