/* Privileges: what a service may do, and what the kernel keeps for it. Privilege 0 is shared by all
 * programs; 1 stands for the kernel's own names. Guarded by the big kernel lock.
 */
#pragma once

#include "kernel/thread.h"

#define PRIV_WORDS ((PRIV_MAX + 31) / 32)
#define PRIV_IRQS 16
#define PRIV_RANGES 16

/* kernel_pending bits, and where they appear to come from. */
#define KERNEL_NOTIFY_HARDWARE 1u
#define KERNEL_NOTIFY_CLOCK 2u
#define KERNEL_NOTIFY_SYSTEM 4u
#define KERNEL_NOTIFY_ASYNC 8u

struct priv_range {
	uint64_t first;
	uint64_t count;
};

struct priv {
	uint32_t id;
	uint32_t traps; /* a bit a TRAP_* */
	uint32_t targets[4];
	uint32_t calls[2]; /* a bit a SYS_* */
	uint32_t flags;	   /* PRIV_* */
	struct thread *owner;
	bool used;

	uint32_t notify_pending[PRIV_WORDS]; /* a bit a sender's privilege */
	uint32_t kernel_pending;
	uint64_t interrupts_pending;

	endpoint_t signal_manager, signal_backup;

	vaddr_t grant_table;
	uint32_t grant_entries;
	uint32_t grant_epoch;

	struct timer alarm;
	unsigned int irq_count, io_count, memory_count;
	uint32_t irqs[PRIV_IRQS];
	struct priv_range io[PRIV_RANGES];
	struct priv_range memory[PRIV_RANGES];
};

void privs_init(void) REQUIRES(bkl);
struct priv *priv_programs(void);

/* A new privilege owned by `t`, everything refused. NULL: table full. */
struct priv *priv_allocate(struct thread *t) REQUIRES(bkl);

/* Hooks, alarm and pending notifications go. Nothing for the shared one. */
void priv_free(struct priv *priv) REQUIRES(bkl);
struct priv *priv_get(unsigned int id);
unsigned int privs_used(void) REQUIRES(bkl);

static inline bool priv_may_send(const struct priv *from, const struct priv *to)
{
	return from->targets[to->id >> 5] >> (to->id & 31) & 1;
}

/* Does `priv` hold the whole range? kind: RESOURCE_*. */
bool priv_holds(const struct priv *priv, uint32_t kind, uint64_t first, uint64_t count);
