/* Kernel calls on privileges. */
#include "kernel/call.h"
#include "kernel/ipc.h"
#include "kernel/irq.h"

#define TRAPS_OF_PROGRAMS (1u << TRAP_KERNEL_CALL | 1u << TRAP_IPC_CALL)

static bool endpoint_names_somebody(endpoint_t e)
{
	return e == EP_NONE || thread_find(e);
}

int sys_do_priv_set(struct thread *caller, const struct sys_priv_set_req *req,
		    struct sys_priv_set_reply *rep)
{
	struct thread *t = thread_find(req->thread);
	struct priv *priv;
	uint64_t calls;
	unsigned int i;

	if (!t || (t->rts & RTS_EXITED))
		return -EDEADSRCDST;
	if (t == caller || !(t->rts & RTS_NO_PRIV) || (req->flags & ~PRIV_FLAGS_ALL) ||
	    (req->traps & ~TRAP_MASK_ALL) || req->calls >> SYS_CALL_COUNT ||
	    !endpoint_names_somebody(req->signal_backup) ||
	    (req->signal_manager != EP_SELF && !endpoint_names_somebody(req->signal_manager)) ||
	    (!(req->flags & PRIV_SYSTEM) && req->flags))
		return -EINVAL;
	priv = priv_programs();
	if (req->flags & PRIV_SYSTEM) {
		priv = t->priv->owner == t ? t->priv : priv_allocate(t);
		if (!priv)
			return -ENOSPC;
	} else if (t->priv->owner == t) {
		priv_free(t->priv);
	}
	t->priv = priv;
	priv->flags = req->flags;
	/* Programs can only call: they share a privilege, so nothing could tell whom a notification
	 * is from, and the fast path takes whoever waits in an open receive for a service. */
	priv->traps = req->flags & PRIV_SYSTEM ? req->traps : req->traps & TRAPS_OF_PROGRAMS;
	/* Without the trap there are no calls: kernel_call() looks at the calls alone. */
	calls = req->traps & 1u << TRAP_KERNEL_CALL ? req->calls : 0;
	priv->calls[0] = (uint32_t)calls;
	priv->calls[1] = (uint32_t)(calls >> 32);
	for (i = 0; i < array_size(priv->targets); i++)
		priv->targets[i] = (uint32_t)(req->targets[i / 2] >> (i % 2 * 32));
	priv->signal_manager = req->signal_manager;
	priv->signal_backup = req->signal_backup;
	/* What the old rights led to goes with them. */
	if (priv->owner == t)
		irq_hooks_release(priv);
	arch_io_bitmap(t, 0, 0);
	thread_switch_simple(t, true);
	priv->irq_count = priv->io_count = priv->memory_count = 0;
	rep->privilege = priv->id;
	return 0;
}

int sys_do_priv_allow(struct thread *caller, const struct sys_priv_allow_req *req,
		      struct sys_empty_reply *rep)
{
	struct thread *t = thread_find(req->thread);

	(void)rep;
	if (!t || (t->rts & RTS_EXITED))
		return -EDEADSRCDST;
	if (t == caller || (req->operation != PRIV_ALLOW && req->operation != PRIV_HOLD))
		return -EINVAL;
	if (req->operation == PRIV_ALLOW)
		thread_unblock(t, RTS_NO_PRIV);
	else
		thread_block(t, RTS_NO_PRIV);
	return 0;
}

static bool resource_valid(const struct sys_priv_resource_req *req)
{
	uint64_t limit = req->kind == RESOURCE_IRQ  ? arch_irq_count()
			 : req->kind == RESOURCE_IO ? 0x10000
						    : UINT64_MAX;

	return req->kind >= RESOURCE_IRQ && req->kind <= RESOURCE_MEMORY && req->count &&
	       req->first < limit && req->count <= limit - req->first &&
	       (req->kind != RESOURCE_IRQ || req->count == 1);
}

int sys_do_priv_add(struct thread *caller, const struct sys_priv_resource_req *req,
		    struct sys_empty_reply *rep)
{
	struct thread *t = thread_find(req->thread);
	struct priv *priv;
	struct priv_range range = {req->first, req->count};

	(void)caller, (void)rep;
	if (!t)
		return -EDEADSRCDST;
	if (!resource_valid(req))
		return -EINVAL;
	priv = t->priv;
	if (priv->owner != t)
		return -EPERM;
	switch (req->kind) {
	case RESOURCE_IRQ:
		if (priv->irq_count == PRIV_IRQS)
			return -ENOSPC;
		priv->irqs[priv->irq_count++] = (uint32_t)req->first;
		return 0;
	case RESOURCE_IO:
		if (priv->io_count == PRIV_RANGES)
			return -ENOSPC;
		priv->io[priv->io_count++] = range;
		return 0;
	default:
		if (priv->memory_count == PRIV_RANGES)
			return -ENOSPC;
		priv->memory[priv->memory_count++] = range;
		return 0;
	}
}

int sys_do_priv_query(struct thread *caller, const struct sys_priv_resource_req *req,
		      struct sys_empty_reply *rep)
{
	struct thread *t = call_thread(caller, req->thread);

	(void)rep;
	if (!t)
		return -EDEADSRCDST;
	if (!resource_valid(req))
		return -EINVAL;
	return priv_holds(t->priv, req->kind, req->first, req->count) ? 0 : -EPERM;
}
