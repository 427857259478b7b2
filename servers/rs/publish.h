/* What RS tells DS: where services are, and which instances are gone. */
#pragma once

#include "entry.h"

/* It serves under its endpoint. */
void publish_ready(struct entry *entry);

/* Its instance is no more; `what`: DS_GONE_*. When it is not made again its label goes too. */
void publish_gone(struct entry *entry, u32 what);

/* Send what is yet to be sent, as far as there is room: once a turn. The answer in the message page
 * survives. */
void publish_flush(void);
