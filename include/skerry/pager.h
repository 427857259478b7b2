/* What VM asks of pagers: services that map files into spaces (VM_MAP_FILE) and read them in.
 *
 *	VM				pager
 *	a fault: no such block
 *	PAGER_READ ------------------->	reads the page into memory of its own
 *	            <------------------	VM_CACHE_SET: device and inode are the map's
 *	            <------------------	VM_FILE_READY: the faulting threads go on
 *
 * The pager keeps the block mapped until VM_FILE_READY was answered: a block that is not there then
 * counts as an error. A page may be asked for twice; it may be there already. A pager that waits
 * for a page of its own (a copy without CPF_TRY) is refused at once.
 *
 * Whoever makes a file longer says so (VM_CACHE_FORGET with VM_CACHE_SIZE) before it writes behind
 * the old end: VM clears the rest of the last page whenever it maps it.
 */
#pragma once

#include <skerry/message.h>
#include <skerry/services.h>

struct pager_empty_reply {
};

struct pager_read_req {
	u32 request; /* for VM_FILE_READY */
	u32 token;
	u64 offset; /* in the file */
	u64 bytes;  /* a page */
};

struct pager_closed_req {
	u32 token;
	u32 maps; /* VM_MAP_FILE calls that this ends: further ones may be under way already */
};

enum {
#define CALL(name, nr, request, reply, handler, right, what)                                       \
	name = MESSAGE_TYPE(PROTOCOL_PAGER, nr),
#include <skerry/pager.def>
#undef CALL
};

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	_Static_assert(sizeof(struct request) <= MESSAGE_PAYLOAD_SIZE, #request " too large");     \
	_Static_assert(sizeof(struct reply) <= MESSAGE_PAYLOAD_SIZE, #reply " too large");
#include <skerry/pager.def>
#undef CALL
