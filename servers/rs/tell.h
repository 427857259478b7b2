/* What RS tells a service (skerry/sef.def). */
#pragma once

#include <skerry/sef.h>

/* 0, or -EAGAIN: too much waits to be received already. */
int sef_tell(endpoint_t service, uint32_t type, const void *request, size_t bytes);
