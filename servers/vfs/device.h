/* Character devices: which driver serves which numbers, and requests to drivers that may take any
 * time (chr.def). A call that has asked a driver keeps no worker; its tag is the request's.
 */
#pragma once

#include "open_file.h"
#include <skerry/chr.h>

/* Open, with the driver's consent. */
struct answer device_open(struct call *call, struct open_file *file, uint32_t flags);

/* A driver's message. */
void device_answered(endpoint_t driver, const struct message *message);

/* Ask for the end of what the call has asked of a driver; its answer comes as ever. */
void device_cancel(struct call *call);

/* The driver is gone, or another instance: nothing is answered any more. */
void device_lost(endpoint_t driver);

/* Fail the call's request if its driver is gone. */
void device_check(const struct call *call);

/* The leader of a session ends; its terminal hangs up. */
void device_session_ends(endpoint_t driver, pid32 session);
