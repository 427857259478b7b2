/* The suite's side of its clients, and what cases share. A case answers whether all was well. */
#pragma once

#include "tests/system/user/expect.h"
#include "order.h"
#include <arch/layout.h>
#include <skerry/vm.h>
#include <sys.h>

#define PAGE ((uint64_t)ARCH_PAGE_SIZE)
#define BAD_GRANT GRANT_ID(9, 200, 9)

enum { SELF, A, B, CLIENTS };

extern endpoint_t client_endpoint[CLIENTS];
extern uint64_t client_buffer[CLIENTS]; /* address of ORDER_BUFFER bytes */

void clients_init(void);

int client_order(unsigned int who, struct order *order);

/* An asynchronous order; client_wait() has its result. Not of the suite itself. */
void client_begin(unsigned int who, struct order *order);
int client_wait(unsigned int who);

/* A call of DS with sizes of any struct of ds.h. */
int client_call(unsigned int who, uint32_t type, const void *request, size_t bytes, void *reply,
		size_t reply_bytes);

/* --- DS ---- `name`: up to 32 characters, the rest of its field is zero. */

void name_set(char field[DS_NAME_SIZE], const char *name);
/* A name that is a letter and a number. */
const char *name_number(char letter, unsigned int number);

int u32_publish(unsigned int who, const char *name, uint32_t value, uint32_t flags);
int u32_get(unsigned int who, const char *name, uint32_t *value);
bool u32_is(unsigned int who, const char *name, uint32_t value);
int entry_remove(unsigned int who, uint32_t kind, const char *name, uint32_t number);

/* The buffer's bytes, under a grant that is gone afterwards. */
int data_publish(unsigned int who, uint32_t kind, const char *name, uint64_t offset, uint64_t bytes,
		 uint32_t flags);
long data_get(unsigned int who, uint32_t kind, const char *name, uint32_t number, uint64_t offset,
	      uint32_t room);
int data_publish_under(unsigned int who, uint32_t kind, const char *name, grant_t grant,
		       uint64_t bytes, uint32_t flags);
int data_get_under(unsigned int who, uint32_t kind, const char *name, uint32_t number,
		   grant_t grant, uint32_t room, struct ds_bytes_reply *reply);

/* Published by filling the buffer from `seed`, and found so by another. */
int filled_publish(unsigned int who, uint32_t kind, const char *name, uint64_t bytes, uint8_t seed,
		   uint32_t flags);
bool filled_is(unsigned int who, uint32_t kind, const char *name, uint32_t number, uint64_t bytes,
	       uint8_t seed);

/* --- Memory of a client */

void fill(unsigned int who, uint64_t address, uint64_t bytes, uint8_t seed);
bool holds(unsigned int who, uint64_t address, uint64_t bytes, uint8_t seed);
grant_t grant(unsigned int who, uint64_t address, uint64_t bytes, uint32_t flags,
	      endpoint_t grantee);
int revoke(unsigned int who, grant_t id);
int map(unsigned int who, endpoint_t granter, grant_t id, uint64_t bytes, uint32_t protection,
	uint64_t *address);
int unmap(unsigned int who, uint64_t address, uint64_t bytes);
uint64_t map_new(unsigned int who, uint64_t bytes);
/* A page that the suite's threads share; of the suite. */
uint64_t map_shared(void);

/* --- Subscribers */

int subscribe(unsigned int who, const char *pattern, uint32_t kinds, uint32_t flags);
int unsubscribe(unsigned int who, const char *pattern);
int check(unsigned int who, struct ds_entry_reply *reply);
/* The next that changed is this one; that was all that changed. */
bool told(unsigned int who, const char *name, uint32_t what);
bool told_all(unsigned int who);
unsigned int notified(unsigned int who);

/* Nothing was published but labels, and nobody subscribed? What was left is taken away. */
bool all_taken_away(bool quiet);

/* A number from a seed. */
uint32_t random_below(uint64_t *state, uint32_t limit);

#define DS_CASE(function, behaviour) bool case_##function(void);
#include "cases.def"
#undef DS_CASE
