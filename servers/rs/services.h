/* The boot services, as the boot table lists them. */
#pragma once

#include <service.h>
#include <skerry/boot_table.h>
#include <skerry/rs.h>

/* Release the first. Each further one follows when the one before is ready, or dead. */
void services_init(void);

/* The service, or NULL: none of the table's. */
const struct boot_service *service_find(endpoint_t thread);

/* Whether it can no longer become ready: the next one's turn, if it was this one's. */
void service_gone(const struct boot_service *service);

/* Report and clear every service that died. */
void signals_collect(void);

/* The machine ends, if it can. */
void machine_end(uint32_t code);
void end_as_failure(void);

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	struct answer handler(endpoint_t caller, const struct request *req, struct reply *rep);
#include <skerry/rs.def>
#undef CALL
