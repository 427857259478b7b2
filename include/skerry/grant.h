/* Grants: a right to a byte range of one's memory, given to one process (or service).
 *
 * The table lives in the granter's memory and is announced with SYS_GRANT_TABLE, which answers the
 * epoch to put into new ids. The kernel holds the epoch and advances it when a service is replaced.
 *
 *   31        20 19     12 11          0
 *   +-----------+---------+-------------+
 *   |   index   |  epoch  |  generation |    id 0 is never valid (generation starts at 1)
 *   +-----------+---------+-------------+
 */
#pragma once

#include <skerry/endpoint.h>

#define GRANT_INDEX_BITS 12
#define GRANT_EPOCH_BITS 8
#define GRANT_GENERATION_BITS 12
#define GRANT_ENTRIES_MAX (1u << GRANT_INDEX_BITS)
#define GRANT_EPOCH_MASK ((1u << GRANT_EPOCH_BITS) - 1)
#define GRANT_GENERATION_MASK ((1u << GRANT_GENERATION_BITS) - 1)
#define GRANT_INVALID 0u

#define GRANT_ID(index, epoch, generation)                                                         \
	((grant_t)(index) << (GRANT_EPOCH_BITS + GRANT_GENERATION_BITS) |                          \
	 (grant_t)(epoch) << GRANT_GENERATION_BITS | (generation))

static inline unsigned int grant_index(grant_t id)
{
	return id >> (GRANT_EPOCH_BITS + GRANT_GENERATION_BITS);
}

static inline unsigned int grant_epoch(grant_t id)
{
	return id >> GRANT_GENERATION_BITS & GRANT_EPOCH_MASK;
}

static inline unsigned int grant_generation(grant_t id)
{
	return id & GRANT_GENERATION_MASK;
}

/* grant_entry.flags: one kind, any accesses. */
#define GRANT_DIRECT 0x1u   /* the granter's own memory */
#define GRANT_INDIRECT 0x2u /* (a part of) a grant the granter itself received */
#define GRANT_MAGIC 0x4u    /* another process's memory; needs PRIV_MAGIC_GRANTS */
#define GRANT_KIND_MASK 0x7u
#define GRANT_READ 0x10u
#define GRANT_WRITE 0x20u
#define GRANT_TRY 0x40u /* copies under it never wait for memory: EFAULT */
#define GRANT_MAP 0x80u /* may be mapped (safemap) */
#define GRANT_USED_MASK 0xF7u

#define GRANT_INDIRECT_DEPTH 5

struct grant_entry {
	uint32_t flags;	     /* 0: free */
	uint32_t generation; /* must equal the id's */
	endpoint_t grantee;  /* the process or service that may use it; EP_ANY: anybody */
	endpoint_t owner;    /* MAGIC: whose memory; INDIRECT: who granted to us */
	u64 address;	     /* DIRECT, MAGIC: start; INDIRECT: offset into the other grant */
	u64 bytes;
	grant_t other; /* INDIRECT: the id received */
	uint32_t reserved[3];
};

_Static_assert(sizeof(struct grant_entry) == 48, "one layout on every architecture");

/* One element of a vectored safecopy, in the caller's memory. */
struct safecopy_element {
	endpoint_t granter;
	grant_t grant;
	u64 offset;  /* into the grant */
	u64 address; /* in the caller */
	u64 bytes;
	uint32_t write; /* 0: from the grant, 1: to the grant */
	uint32_t reserved;
};

#define SAFECOPY_VECTOR_MAX 64
