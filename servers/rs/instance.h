/* Instances: what stands behind a service's endpoint. */
#pragma once

#include "entry.h"

/* RS can make instances. */
void instances_init(void);

/* A new instance takes the name, held until instance_release(); what was there before is gone, and
 * whose calls it had received got EDEADSRCDST. -EAGAIN, -ENOMEM, -ENOEXEC: nothing has changed. */
int instance_replace(struct entry *entry, u32 init);

/* Let it run. */
void instance_release(const struct entry *entry);

/* It runs no more, and its memory goes: calls to the name answer EDEADSRCDST. */
void instance_end(struct entry *entry);
