/* Programs that do what the service asks: `vmcase @peer`. The service and a peer talk through a
 * page that the peer has at PEER_PAGE and the service sees by VM_REMAP.
 */
#pragma once

#include "memory.h"
#include <skerry/pm.h>

#define PEER_PAGE 0x30000000ull
#define PEER_MAGIC 0x70656572u

enum peer_order {
	PEER_NOTHING,
	PEER_CALL,
	PEER_READ,
	PEER_FILL,
	PEER_HOLDS,
	PEER_FORK,
	PEER_WAIT,
	PEER_EXIT,
	PEER_TRY_FORK, /* a child that ends at once: its pid or -errno */
	PEER_TRY_EXEC, /* -errno */
};

struct peer_page {
	uint32_t magic;
	volatile uint32_t order; /* PEER_NOTHING: done */
	int result;
	uint32_t type; /* of a call to VM */
	uint64_t address;
	uint32_t pages;
	uint8_t seed;
	uint8_t step; /* from page to page */
	uint8_t payload[56];
};

struct peer {
	endpoint_t thread;
	space_t space;
	pid32 pid;
	volatile struct peer_page *page;
};

/* In the program: serve until PEER_EXIT. */
int peer_serve(void);

/* False, with a word to the log: it does not come. */
bool peer_start(struct peer *peer);

/* The peer forks: the child is a peer, too. */
bool peer_fork(struct peer *peer, struct peer *child);

/* It exits, and its parent waits for it: `parent` is NULL for one that was started. */
bool peer_end(struct peer *peer, struct peer *parent);

/* A fork whose child ends at once, and an exec that must fail: 0 or -errno. */
int peer_try_fork(struct peer *peer);
int peer_try_exec(struct peer *peer);

/* A call to VM in the peer's name; its answer. */
int peer_call(struct peer *peer, uint32_t type, const void *request, size_t bytes, void *reply,
	      size_t reply_bytes);

/* In the peer's memory. It dies of what is not there. */
int peer_read(struct peer *peer, uint64_t address);
void peer_write(struct peer *peer, uint64_t address, uint8_t value);

/* The kernel looks instead: the byte, or -EFAULT. */
int peer_peek(const struct peer *peer, uint64_t address);

/* One byte a page: `seed` and the page's number. */
void peer_fill(struct peer *peer, uint64_t start, unsigned int pages, uint8_t seed);
bool peer_holds(struct peer *peer, uint64_t start, unsigned int pages, uint8_t seed);
bool peer_is_zero(struct peer *peer, uint64_t start, unsigned int pages);

/* The same in the service's own memory. */
void own_fill(long start, unsigned int pages, uint8_t seed);
bool own_holds(long start, unsigned int pages, uint8_t seed);

long peer_map(struct peer *peer, uint64_t bytes, uint32_t protection, uint32_t flags);
int peer_unmap(struct peer *peer, uint64_t address, uint64_t bytes);
int peer_protect(struct peer *peer, uint64_t address, uint64_t bytes, uint32_t protection);
long peer_remap(struct peer *peer, uint64_t address, uint64_t old_bytes, uint64_t new_bytes);
