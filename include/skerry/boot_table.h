/* The boot table: the services of the boot archive, in the order they are made and released. Made
 * on the host from system.conf by scripts/make-boot-table, archive member "boot.table". VM makes
 * the services with these privileges and fills in their names; RS sees the table read-only.
 */
#pragma once

#include <skerry/endpoint.h>

#define BOOT_TABLE_MAGIC 0x426F6F74u
#define BOOT_TABLE_MEMBER "boot.table"
#define BOOT_TABLE_SERVICES 40
#define BOOT_TABLE_RESOURCES 8

#define BOOT_SERVICE_ARCHIVE 0x1u  /* sees the boot archive, read-only */
#define BOOT_SERVICE_TABLE 0x2u	   /* sees this table, read-only: RS */
#define BOOT_SERVICE_PINNED 0x4u   /* all its memory is there, always: VM_MEMCTL */
#define BOOT_SERVICE_RESTART 0x8u  /* RS makes it again when it fails */
#define BOOT_SERVICE_CONTROL 0x10u /* may ask RS to start and stop services */

struct boot_resource {
	u32 kind; /* RESOURCE_*; 0: none */
	u32 reserved;
	u64 first;
	u64 count;
};

struct boot_service {
	char name[16];	/* archive member and service name */
	char when[16];	/* made only if the command line has this word; "": always */
	u32 flags;	/* BOOT_SERVICE_* */
	u32 priv_flags; /* PRIV_*, of SYS_PRIV_SET */
	u32 traps;	/* a bit a TRAP_* */
	u32 vm_rights;	/* VM_RIGHT_* */
	u64 calls;	/* a bit a SYS_* */
	u64 targets;	/* a bit a service of this table; bit 63: programs */
	u32 manager;	/* index of the signal manager in this table; its own: itself */
	u32 priority;
	ns64 quantum;
	struct boot_resource resource[BOOT_TABLE_RESOURCES];
	u32 restart_limit;   /* so many failures in a row, then it stays down */
	u32 backoff_first;   /* ms; before the second restart in a row, then twice as long each time
			      */
	u32 backoff_max;     /* ms */
	u32 heartbeat;	     /* ms between an answer and the next ping; 0: no pings */
	u32 heartbeat_limit; /* ms for an answer */
	u32 init_limit;	     /* ms for its init */
	endpoint_t endpoint; /* filled in by VM; EP_NONE in the file, and if not made */
	space_t space;	     /* likewise */
	u32 privilege;	     /* likewise */
	u32 reserved;
};

struct boot_table {
	u32 magic;
	u32 count;
	struct boot_service service[BOOT_TABLE_SERVICES]; /* [0] is VM itself: names and rights */
};

#define BOOT_TARGET_PROGRAMS (1ull << 63)

/* scripts/make-boot-table packs this. */
_Static_assert(sizeof(struct boot_service) == 312, "a service is 312 bytes");
_Static_assert(offsetof(struct boot_service, calls) == 48, "calls");
_Static_assert(offsetof(struct boot_service, resource) == 80, "resources");
_Static_assert(sizeof(struct boot_table) <= 16384, "four pages");
