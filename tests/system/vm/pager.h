/* The service as a file system and pager of made-up files, and the strings of its puppets. */
#pragma once

#include "puppet.h"
#include <skerry/pager.h>

#define DEVICE 0x100000005ull
#define NAMED_PAGES 128u   /* pages that the pager can have at a time */
#define PUPPET_TOKENS 900u /* from here on: the control pages of puppets */

/* Where page `page` of an inode lies on the device. */
static inline uint64_t place_of(uint64_t inode, uint64_t page)
{
	return (inode << 32) + page * PAGE;
}

/* --- The cache, with plain arguments: 0, a count or an address, or -errno --------------------- */

int cache_set(uint64_t offset, uint64_t inode, uint64_t inode_offset, long address, uint32_t pages,
	      uint32_t flags);
long cache_map(uint64_t offset, uint64_t bytes, uint32_t protection);
long cache_map_file(uint64_t inode, uint64_t offset, uint64_t bytes, uint32_t protection);
long cache_forget(uint64_t offset, uint64_t bytes);
long cache_forget_file(uint64_t inode, uint64_t offset, uint64_t bytes);
/* The same, and the file has this size. */
long cache_truncate(uint64_t inode, uint64_t offset, uint64_t bytes, uint64_t file_bytes);
long cache_clear(void);

/* --- The pager -------------------------------------------------------------------------------- */

/* What the pager does with a PAGER_READ. */
enum pager_mode {
	PAGER_SERVES,
	PAGER_HOLDS, /* keeps the requests for pager_answer() */
	PAGER_FAILS, /* -EIO */
	PAGER_LIES,  /* says it is there, and it is not */
};

/* Counts since pager_start(). */
struct pager {
	enum pager_mode mode;
	unsigned int reads;
	unsigned int held;
	struct pager_read_req request[PUPPET_SLOTS]; /* those held */
	unsigned int closed;			     /* PAGER_CLOSED, but of puppets */
	struct pager_closed_req last_closed;
};

extern struct pager pager;

void pager_start(void);

/* Take and serve messages for so long; nothing waits for them otherwise. */
void pager_serve(unsigned int milliseconds);

/* Serve until so many PAGER_READ or PAGER_CLOSED have come; false: they do not come. */
bool pager_reads(unsigned int count);
bool pager_closes(unsigned int count);

/* Answer what is held; errors of VM_FILE_READY are answered. */
int pager_answer(void);

/* Where the pager has the page of the file; it must have it. */
volatile uint8_t *pager_page(uint64_t inode, uint64_t page);

/* Read in, as a PAGER_READ would have it. */
int pager_read(uint64_t inode, uint64_t page);

/* Unmap all that it has; the cache keeps it. */
void pager_unmap(void);

/* Unmap and forget everything. All is well if so many blocks were left. */
long pager_end(void);

/* --- Puppets ---------------------------------------------------------------------------------- */

struct puppet {
	pid32 pid;
	space_t space;
	endpoint_t thread;
	volatile struct puppet_slot *slots; /* the service's view of the control page */
	uint32_t token;			    /* of the control page */
};

#define PUPPET_SILENT (-0x7FFFFFFFl)

/* Up to two at a time. */
bool puppet_start(struct puppet *puppet, unsigned int number);

/* End it and everything of it. All slots but the first must have ended. */
bool puppet_end(struct puppet *puppet);

/* After its death by a signal: the status. */
int puppet_buried(struct puppet *puppet);

/* A command for a slot, and its result; the pager serves meanwhile. PUPPET_SILENT: none comes. */
void puppet_ask(struct puppet *puppet, unsigned int slot, enum puppet_command command, uint64_t a,
		uint64_t b, uint64_t c);
long puppet_result(struct puppet *puppet, unsigned int slot);
long puppet_do(struct puppet *puppet, enum puppet_command command, uint64_t a, uint64_t b,
	       uint64_t c);

/* Map `pages` pages of a file of `file_bytes` there; the token is the inode. 0 or -errno. */
long file_map(const struct puppet *puppet, long address, uint64_t inode, uint64_t offset,
	      uint32_t pages, uint64_t file_bytes, uint32_t protection, uint32_t flags);

/* Does the puppet see so many bytes of the file there? */
bool puppet_sees(struct puppet *puppet, long address, uint64_t bytes, uint64_t inode,
		 uint64_t offset);
