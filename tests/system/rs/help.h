/* What the cases of RS share. A case answers whether all was well. */
#pragma once

#include "tests/system/user/expect.h"
#include "tests/system/user/runner.h"
#include "victim.h"
#include <hello_call.h>
#include <rs_call.h>
#include <skerry/sef.h>
#include <skerry/signal.h>

#define HELLO "hello_driver"
#define VICTIM "rsvictim"
#define SUITE "rssuite"

/* Found once: no restart may change them. */
extern endpoint_t hello, victim;

void endpoints_find(void);

/* The service's row; ends the suite if there is none. */
struct rs_status status_of(const char *name);

/* Wait until it is in that state; false: it never was. */
bool becomes(const char *name, enum rs_state state);

/* Wait until it runs and has been restarted so often. */
bool restarted(const char *name, u32 restarts);

/* Wait until the thread waits for another in one of these ways (RTS_*). */
bool waits_for(endpoint_t thread, u32 rts, endpoint_t other);

bool thread_info(endpoint_t thread, struct info_thread *info);

/* RS's control calls: control(rs_down, HELLO). */
int control(int (*call)(const struct rs_name_req *request, struct rs_empty_reply *reply),
	    const char *name);
int inject(const char *name, u32 kind);
int signal_send(endpoint_t thread, u32 signal);

/* Both services run, with no failure on their account. */
bool services_ready(void);

/* A call to the victim without an answer to speak of: 0 or -errno. */
int victim_ask(uint32_t type);

/* The victim's answer; `value` is checked. */
int victim_echo(u32 value, struct victim_echo *echo);

/* A greeting, repeated while the old instance's end is the answer. */
int greet(struct hello_greet_reply *reply);

nanoseconds_t time_now(void);

/* `rs=bench`: how long recovery takes. */
int bench_run(void);

#define RS_CASE(function, behaviour) bool case_##function(void);
#include "cases.def"
#undef RS_CASE
