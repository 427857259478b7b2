/* What VM, or RS after a restart, puts on top of a service's stack; its entry point gets the
 * address. */
#pragma once

#include <skerry/endpoint.h>

struct service_start {
	endpoint_t endpoint; /* its own */
	u32 index;	     /* in the boot table */
	u64 message_page;
	u64 stack_top;
	u64 archive; /* BOOT_SERVICE_ARCHIVE: where it sees the boot archive; 0 */
	u64 archive_bytes;
	u64 table;	  /* BOOT_SERVICE_TABLE: where it sees the boot table; 0 */
	u64 command_line; /* NUL-ended, behind this structure */
	u32 init;	  /* SEF_INIT_*; VM's are fresh */
	u32 fail;	  /* FAIL_INIT_*, or 0 */
};
