/* The kernel-call fuzzer, shared by the fuzz_*.c files.
 *
 * Workers make the calls: trusted threads that nobody may stop or clear. Victims are what the calls
 * are about: threads in cells, spaces where the test's image is read-only and only the playground
 * can be written, with rights that cannot end the test. Whatever a call does to a victim (other
 * registers, another program counter, a spoilt stack) stays in there.
 *
 * The choices of a step depend on the seed, the worker and the step alone, not on what came back
 * before: the same seed makes the same choices however threads interleave.
 */
#pragma once

#include "helper.h"
#include <arch/layout.h>
#include <skerry/grant.h>

#define WORKERS 6u
#define PARTNERS 2u
#define CELLS 8u
#define BODIES 24u

/* --- The playground: the same addresses in every space -----------------------------------------
 *
 * Between the parts lie pages that are never mapped, so that what runs over the end of one stops.
 */

#define DATA_PAGES 64u
#define RECORD_PAGES 8u
#define HOLE_PAGES 16u
#define BODY_STACK_PAGES 2u
#define BODY_PAGES (BODY_STACK_PAGES + 1)

#define DATA_BASE PRIVATE_BASE /* whatever; the target of copies */
#define DATA_BYTES (DATA_PAGES * ARCH_PAGE_SIZE)
#define RECORD_BASE (PRIVATE_BASE + 0x80000) /* structures that calls read: a page a worker */
#define ZERO_PAGE (PRIVATE_BASE + 0xA0000)   /* read-only */
#define HOLE_BASE (PRIVATE_BASE + 0xC0000)   /* pages that come and go */
#define HOLE_BYTES (HOLE_PAGES * ARCH_PAGE_SIZE)
#define BODY_BASE (PRIVATE_BASE + 0x100000) /* guard page, stack, message page */
#define BODY_BYTES ((BODY_PAGES + 1) * ARCH_PAGE_SIZE)
#define NOWHERE (PRIVATE_BASE + 0x1000000) /* never mapped anywhere */

#define POOL_PAGES (DATA_PAGES + RECORD_PAGES + BODIES * BODY_PAGES)

/* What a victim knows about itself; at the top of its stack, so that it is found by it. */
struct victim {
	struct sys_thread thread;
	uint64_t random;
	endpoint_t caller;    /* who waits for its answer; EP_NONE */
	vaddr_t signal_frame; /* of the handler entered last */
	struct grant_entry grant[2];
	grant_t grant_id[2];
};

/* A place for a victim: its pages, and whom the kernel has there. */
struct body {
	uint32_t claimed;
	volatile endpoint_t endpoint; /* 0: nobody */
};

struct cell {
	struct page_table table;
	volatile space_t id; /* 0: the root is no space now */
};

#define GRANTS 16u

/* A worker's grant table: in memory that no call may write. */
struct grants {
	struct grant_entry entry[GRANTS];
	volatile grant_t id[GRANTS];
	uint32_t epoch;
};

struct worker {
	unsigned int index;
	struct role role;
	struct test_thread *thread;
	endpoint_t endpoint;
	uint32_t share;		 /* calls to make */
	volatile uint32_t calls; /* made */
	uint32_t steps;
	endpoint_t focus;     /* the victim it is busy with */
	endpoint_t caller;    /* who waits for its answer; EP_NONE */
	endpoint_t taken;     /* whose signals it got */
	endpoint_t scheduled; /* whom it schedules */
	uint32_t hook;	      /* its latest interrupt */
	uint8_t *record;      /* its record page */
	struct grants grants;
};

/* Less urgent than the conductor. */
#define WORKER_PRIORITY (PRIORITY_TEST + 2)
/* On one CPU workers take turns where they say so; else another CPU comes for those that wait when
 * a quantum ends. */
#define WORKER_QUANTUM ((cpu_count() == 1 ? 1000 : 1) * MILLISECOND)

#define STALE_NAMES 16u

struct world {
	uint64_t seed;
	struct body body[BODIES];
	struct cell cell[CELLS];
	struct test_space *space[2]; /* for workers, like the root's */
	struct worker worker[WORKERS];
	struct test_thread *partner[PARTNERS]; /* they answer calls at once */
	endpoint_t conductor;
	paddr_t pool;	/* the playground's frames, adjacent */
	u64 targets[2]; /* whom a victim may send to: not the root, not the conductor */
	volatile endpoint_t stale[STALE_NAMES];
	uint32_t stale_next;
	volatile endpoint_t faulted, requested; /* held by the pager's hooks */
	int32_t backtraces_left;
};

extern struct world world;

/* fuzz_world.c: made and unmade by the conductor. */
void world_make(uint64_t seed);
void world_unmake(void);

struct victim *body_victim(unsigned int body);
vaddr_t body_message(unsigned int body);
paddr_t body_frame(unsigned int body); /* of the message page */
/* A free place for a new victim, prepared; BODIES: there is none. It is the caller's until
 * body_settle() says who lives there, or 0. */
unsigned int body_claim(uint64_t random);
void body_settle(unsigned int body, endpoint_t endpoint);
unsigned int body_of(endpoint_t endpoint); /* BODIES: none */
/* A victim is gone. */
void victim_forget(endpoint_t endpoint);
/* A thread of the test itself. */
bool is_protected(endpoint_t endpoint);
/* Take a hole's page away again, in some cell. */
void hole_unmap(uint32_t random);

/* fuzz_check.c, by the conductor: nobody waits for a thread that is gone. At the end: no thread is
 * ready but the conductor. */
void waits_check(void);
void queues_check(void);
/* The kernel's tables that SYS_INFO does not count: what is free, and that it is so again. */
void tables_note(void);
void tables_check(void);

/* fuzz_victim.c: code that runs in cells. */
void victim_entry(void) __attribute__((noreturn));
void victim_handler(uint32_t signal, vaddr_t frame) __attribute__((noreturn));
/* The calls a victim may be allowed. */
#define VICTIM_CALLS                                                                               \
	(CALL_BIT(SYS_NULL) | CALL_BIT(SYS_YIELD) | CALL_BIT(SYS_EXIT) | CALL_BIT(SYS_TLS_SET) |   \
	 CALL_BIT(SYS_TIMES) | CALL_BIT(SYS_GRANT_TABLE) | CALL_BIT(SYS_SAFECOPY_FROM) |           \
	 CALL_BIT(SYS_SAFECOPY_TO) | CALL_BIT(SYS_SAFECOPY_VECTOR) | CALL_BIT(SYS_SAFEMEMSET) |    \
	 CALL_BIT(SYS_GRANT_CHECK) | CALL_BIT(SYS_SIGNAL_GET) | CALL_BIT(SYS_SIGNAL_END) |         \
	 CALL_BIT(SYS_IO_PORT) | CALL_BIT(SYS_ALARM) | CALL_BIT(SYS_INFO))

/* --- Choices: fuzz_choose.c --------------------------------------------------------------------
 */

struct choice {
	struct worker *worker;
	uint64_t state;
	bool hostile; /* a third of the arguments is wrong */
};

void choice_begin(struct choice *c, struct worker *worker);
uint32_t below(struct choice *c, uint32_t limit);
bool one_in(struct choice *c, uint32_t count);
bool bad(struct choice *c);
uint32_t any32(struct choice *c);
u64 any64(struct choice *c);
uint32_t flags_of(struct choice *c, uint32_t valid);

/* Threads: victim() is safe for every call, victim_or_me() for calls that refuse their caller,
 * anybody() for calls that change nothing, partner_or_victim() for messages. */
endpoint_t victim(struct choice *c);
endpoint_t victim_or_me(struct choice *c);
endpoint_t anybody(struct choice *c);
endpoint_t partner_or_victim(struct choice *c);
endpoint_t manager(struct choice *c);
endpoint_t scheduler(struct choice *c);
endpoint_t stale(struct choice *c);

space_t cell_space(struct choice *c);
space_t any_space(struct choice *c);

/* Addresses that may be written in any space: in the playground, or refused. */
u64 address(struct choice *c);
u64 no_address(struct choice *c); /* of nothing, or read-only */
u64 size(struct choice *c);
u64 program_counter(struct choice *c);
u64 stack_pointer(struct choice *c, endpoint_t thread);
/* A range of the pool's frames, or one that must be refused. */
u64 physical(struct choice *c, u64 *bytes);
u64 message_frame(struct choice *c);
uint32_t priority(struct choice *c);
nanoseconds_t quantum(struct choice *c);
u64 affinity(struct choice *c);

/* --- Calls and what came back: fuzz_make.c -----------------------------------------------------
 */

/* Make a call, note its outcome; the code. */
int call_make(struct choice *c, uint32_t number, const void *request, size_t request_size,
	      void *reply, size_t reply_size);
#define MAKE(c, number, request) call_make(c, number, request, sizeof(*(request)), NULL, 0)
#define MAKE2(c, number, request, reply)                                                           \
	call_make(c, number, request, sizeof(*(request)), reply, sizeof(*(reply)))

int trap_make(struct choice *c, uint32_t trap, uint32_t a0, uint32_t a1,
	      struct ipc_received *received);

/* Name what came back and is not documented since the last time; how many in all. */
unsigned int surprises_print(void);
/* Print every call from this step of a worker on. */
extern uint32_t log_from;

struct row {
	void (*make)(struct choice *c); /* NULL: elsewhere, or never */
	uint32_t weight;
};

/* fuzz_thread.c, fuzz_signal.c, fuzz_memory.c, fuzz_system.c: together all rows. */
extern const struct row thread_rows[SYS_CALL_COUNT], signal_rows[SYS_CALL_COUNT],
	memory_rows[SYS_CALL_COUNT], system_rows[SYS_CALL_COUNT];

/* fuzz_system.c: a scheduler for a victim; rights for a new one, and let it run. */
void victim_schedule(struct choice *c, endpoint_t thread);
void victim_allow(struct choice *c, endpoint_t thread);

/* fuzz_mend.c: let a victim go on that is held, or end it where nobody else will. */
void victim_mend(struct choice *c);

/* fuzz_trap.c: one IPC trap, or a trap word that is none. */
void trap_step(struct choice *c);
int partner_run(void *unused);

/* fuzz_crowd.c: fill the kernel's tables to the brim, go on for a while, empty them again. */
void crowd_make(struct choice *c);
void crowd_unmake(struct choice *c);

/* --- Coverage: fuzz_cover.c --------------------------------------------------------------------
 *
 * Rows: the kernel calls, then the traps, then what is no trap.
 */

#define COVER_TRAP(trap) (SYS_CALL_COUNT + (trap))
#define COVER_NO_TRAP (SYS_CALL_COUNT + TRAP_COUNT)
#define COVER_ROWS (COVER_NO_TRAP + 1)

void cover_reset(void);
/* An outcome; false: the row does not document it. */
bool cover_note(unsigned int row, int code);
const char *cover_name(unsigned int row);
/* How many rows never succeeded and refusals never occurred; each is named on the console. */
unsigned int cover_missing(void);
void cover_print(void);
