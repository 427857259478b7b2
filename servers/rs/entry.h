/* The service table: one entry a service of system.conf, in its order. */
#pragma once

#include "backoff.h"
#include <cpio.h>
#include <service.h>
#include <skerry/boot_table.h>
#include <skerry/rs.h>

struct entry {
	struct rs_public row; /* the public part */

	/* The private part. */
	const struct boot_service *boot; /* its rights and limits */
	struct cpio_entry file;		 /* its program, if RS can make it again */
	enum rs_state state;
	enum rs_reason reason; /* why the last instance ended */
	int32_t detail;
	u32 restarts;
	u32 init;	/* SEF_INIT_* of the present instance */
	u32 next_fail;	/* FAIL_INIT_* of the next one */
	space_t space;	/* of the present instance */
	bool body;	/* there is one; else its thread has ended and its memory is gone */
	int make_error; /* why there is no body */
	bool pinged;	/* and has not answered */
	struct backoff backoff;

	/* What DS has yet to hear (publish.c). */
	u32 news_gone;	 /* DS_GONE_* of an instance, or 0 */
	bool news_label; /* where it is, or that it is nowhere */

	/* When the state lasts no longer (entry_expired() in life.c); 0: it may for ever. */
	nanoseconds_t deadline;

	/* The control call under way: EP_NONE, or who is to be answered. */
	endpoint_t caller;
	uint32_t operation;
};

struct boot {
	const struct boot_table *table;
	const char *command_line;
};
extern struct boot boot;

/* Fill the table from what VM made. */
void table_init(void);

/* One after another: NULL after the last. */
struct entry *entry_next(struct entry *entry);
struct entry *entry_at(unsigned int index);
unsigned int entry_count(void);

/* NULL: none of the table's. */
struct entry *entry_by_endpoint(endpoint_t endpoint);
struct entry *entry_by_name(const char name[RS_NAME_BYTES]);

/* May the one send to the other? */
bool entry_may_send(const struct entry *from, const struct entry *to);

nanoseconds_t clock_now(void);
