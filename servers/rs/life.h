/* A service's life: the states of enum rs_state, and what leads from one to another. */
#pragma once

#include "entry.h"

/* Let it begin its init. */
void life_begin(struct entry *entry);

/* Its init is over; 0 or -errno. */
void life_ready(struct entry *entry, int result);

/* Its instance broke, in whatever way: replaced now, later, or no more. */
void life_failed(struct entry *entry, enum rs_reason reason, int32_t detail);

/* Its instance has ended; it may have been told to. */
void life_ended(struct entry *entry, enum rs_reason reason, int32_t detail);

/* It answered a ping. */
void life_answered(struct entry *entry);

/* What RS_UP, RS_DOWN, RS_RESTART and RS_REFRESH do: 0: entry->caller is answered later. -errno. */
int life_control(struct entry *entry, uint32_t operation);

/* Its deadline has passed. */
void life_expired(struct entry *entry);
