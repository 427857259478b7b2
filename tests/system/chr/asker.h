/* The suite in VFS's place: requests to drivers, and what they send back. A case answers whether
 * all was well. Waiting ends after ASK_TIME, so that a driver that says nothing is a failure, no
 * hang.
 */
#pragma once

#include "tests/system/user/expect.h"
#include <chr_call.h>
#include <skerry/errno.h>
#include <sys.h>

#define ASK_TIME 30000000000ull

/* What a wait answers when there was nothing; no driver does. */
#define NO_ANSWER INT64_MIN

void asker_init(void);

/* The service of that name; EP_NONE. */
endpoint_t driver_find(const char *name);

/* Whom the further requests go to, and in whose name: both stay. */
extern endpoint_t asked;
extern struct ask_as {
	pid32 process, group, session;
} ask_as;

/* A request, to be answered later: its tag, 0 if it could not be sent. The buffer is granted until
 * the answer is taken. */
u32 ask_open(u32 device, u32 flags);
u32 ask_close(u32 device);
u32 ask_read(u32 device, void *buffer, size_t bytes, u32 flags);
u32 ask_write(u32 device, const void *buffer, size_t bytes, u32 flags);
u32 ask_ioctl(u32 device, u32 number, void *argument, size_t bytes);
u32 ask_poll(u32 device, u32 events, u32 flags);
void ask_cancel(u32 tag);

extern u64 ask_position; /* of reads and writes */

/* The answer to a tag; wait for it, or look whether it is there after what was asked before. */
int64_t answer_of(u32 tag);
bool answer_is_there(u32 tag);
bool answer_soon(u32 tag);   /* within a fraction of a second; it is taken */
void answer_forget(u32 tag); /* none will come: its grant ends */
u32 answer_flags(void);	     /* of the last one taken */

/* Events that CHR_READY tells of the device; 0: none came. */
u32 ready_wait(u32 device);

/* Ask and wait. */
static inline int64_t do_open(u32 device, u32 flags)
{
	return answer_of(ask_open(device, flags));
}

static inline int64_t do_close(u32 device)
{
	return answer_of(ask_close(device));
}

static inline int64_t do_read(u32 device, void *buffer, size_t bytes)
{
	return answer_of(ask_read(device, buffer, bytes, CHR_NONBLOCK));
}

static inline int64_t do_write(u32 device, const void *buffer, size_t bytes)
{
	return answer_of(ask_write(device, buffer, bytes, 0));
}

static inline int64_t do_ioctl(u32 device, u32 number, void *argument, size_t bytes)
{
	return answer_of(ask_ioctl(device, number, argument, bytes));
}

static inline int64_t do_poll(u32 device, u32 events, u32 flags)
{
	return answer_of(ask_poll(device, events, flags));
}

#define CHR_CASE(function, behaviour) bool case_##function(void);
#include "cases.def"
#undef CHR_CASE
