/* The privilege table. Guarded by the big kernel lock. */
#include "kernel/priv.h"

#include "kernel/ipc.h"
#include "kernel/irq.h"
#include "kernel/panic.h"
#include <skerry/grant.h>
#include <string.h>

static struct priv privs[PRIV_MAX];
static unsigned int used_count;

static void alarm_fire(struct cpu *cpu, struct timer *timer) REQUIRES(bkl)
{
	struct priv *priv = container_of(timer, struct priv, alarm);

	(void)cpu;
	if (priv->owner)
		ipc_notify_kernel(priv->owner, KERNEL_NOTIFY_CLOCK);
}

static void reset(struct priv *priv, struct thread *owner) REQUIRES(bkl)
{
	uint32_t id = priv->id;
	uint32_t epoch = priv->grant_epoch;

	memset(priv, 0, sizeof(*priv));
	priv->id = id;
	/* Grants of whoever had this structure before are of an older epoch. */
	priv->grant_epoch = (epoch + 1) & GRANT_EPOCH_MASK;
	priv->used = true;
	priv->owner = owner;
	priv->signal_manager = EP_NONE;
	priv->signal_backup = EP_NONE;
	priv->alarm.fire = alarm_fire;
}

void privs_init(void)
{
	unsigned int i;

	for (i = 0; i < PRIV_MAX; i++)
		privs[i].id = i;
	reset(&privs[PRIV_ID_PROGRAMS], NULL);
	reset(&privs[PRIV_ID_KERNEL], NULL);
	used_count = 2;
}

struct priv *priv_programs(void)
{
	return &privs[PRIV_ID_PROGRAMS];
}

struct priv *priv_get(unsigned int id)
{
	return &privs[id];
}

unsigned int privs_used(void)
{
	return used_count;
}

struct priv *priv_allocate(struct thread *t)
{
	unsigned int i;

	for (i = PRIV_ID_KERNEL + 1; i < PRIV_MAX; i++)
		if (!privs[i].used) {
			reset(&privs[i], t);
			used_count++;
			return &privs[i];
		}
	return NULL;
}

void priv_free(struct priv *priv)
{
	if (priv->id <= PRIV_ID_KERNEL)
		return;
	irq_hooks_release(priv);
	timer_cancel(&priv->alarm);
	/* Its id will name somebody else: no pending notification may survive under it. */
	ipc_notify_forget(priv->id);
	priv->owner = NULL;
	priv->used = false;
	used_count--;
}

static bool range_holds(const struct priv_range *ranges, unsigned int count, uint64_t first,
			uint64_t length)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (first >= ranges[i].first && length <= ranges[i].count &&
		    first - ranges[i].first <= ranges[i].count - length)
			return true;
	return false;
}

bool priv_holds(const struct priv *priv, uint32_t kind, uint64_t first, uint64_t count)
{
	unsigned int i;

	switch (kind) {
	case RESOURCE_IRQ:
		if (count != 1)
			return false;
		for (i = 0; i < priv->irq_count; i++)
			if (priv->irqs[i] == first)
				return true;
		return false;
	case RESOURCE_IO:
		return (priv->flags & PRIV_ALL_IO) ||
		       ((priv->flags & PRIV_CHECK_IO) &&
			range_holds(priv->io, priv->io_count, first, count));
	case RESOURCE_MEMORY:
		return (priv->flags & PRIV_ALL_MEMORY) ||
		       range_holds(priv->memory, priv->memory_count, first, count);
	default:
		return false;
	}
}
