/* Names every program knows. Boot services are made in this order, before any other thread, so
 * that their endpoints are constants; a restarted service keeps its endpoint (SYS_UPDATE).
 */
#pragma once

#include <skerry/endpoint.h>

#define VM_ENDPOINT ENDPOINT(0, 1) /* the root service, which the kernel starts */
#define RS_ENDPOINT ENDPOINT(1, 1)
#define PM_ENDPOINT ENDPOINT(2, 1)
#define DS_ENDPOINT ENDPOINT(3, 1)
#define SCHED_ENDPOINT ENDPOINT(4, 1)
#define VFS_ENDPOINT ENDPOINT(5, 1)

/* Protocols: the upper half of message types. */
#define PROTOCOL_VM 0x0101u
#define PROTOCOL_RS 0x0102u
#define PROTOCOL_PM 0x0103u
#define PROTOCOL_DS 0x0104u
#define PROTOCOL_SCHED 0x0105u
#define PROTOCOL_VFS 0x0106u
#define PROTOCOL_SEF 0x0107u	/* RS to every service */
#define PROTOCOL_PM_VFS 0x0108u /* between PM and VFS, without waiting */
#define PROTOCOL_FS 0x0110u	/* VFS to file servers */
#define PROTOCOL_CHR 0x0111u	/* VFS to character drivers, and back */
#define PROTOCOL_HELLO 0x0120u	/* drivers/hello */
#define PROTOCOL_PAGER 0x0180u	/* whoever maps files */
