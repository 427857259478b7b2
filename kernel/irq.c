/* Interrupt hooks. A line is unmasked while it has hooks and none of them keeps it masked. */
#include "kernel/irq.h"

#include "kernel/ipc.h"
#include "kernel/priv.h"
#include "kernel/trace.h"

struct hook {
	struct priv *owner; /* NULL: free */
	uint32_t irq;
	uint32_t notify_id;
	bool reenable;
	bool enabled; /* false: keeps the line masked */
};

static struct hook hooks[CONFIG_IRQ_HOOKS];

static void line_update(uint32_t irq) REQUIRES(bkl)
{
	bool used = false, held = false;
	unsigned int i;

	for (i = 0; i < CONFIG_IRQ_HOOKS; i++)
		if (hooks[i].owner && hooks[i].irq == irq) {
			used = true;
			held |= !hooks[i].enabled;
		}
	if (used && !held)
		arch_irq_unmask(irq);
	else
		arch_irq_mask(irq);
}

void irq_interrupt(struct cpu *cpu, unsigned int irq)
{
	bool masked = false, used = false;
	unsigned int i;

	cpu->statistics.interrupts++;
	trace_record(cpu, TRACE_INTERRUPT, EP_HARDWARE, irq, 0);
	for (i = 0; i < CONFIG_IRQ_HOOKS; i++) {
		struct hook *h = &hooks[i];

		if (!h->owner || h->irq != irq)
			continue;
		used = true;
		if (!h->reenable) {
			h->enabled = false;
			masked = true;
		}
		h->owner->interrupts_pending |= 1ull << h->notify_id;
		ipc_notify_kernel(h->owner->owner, KERNEL_NOTIFY_HARDWARE);
	}
	if (masked || !used)
		arch_irq_mask(irq);
}

static struct hook *hook_find(struct priv *owner, uint32_t index)
{
	return index < CONFIG_IRQ_HOOKS && hooks[index].owner == owner ? &hooks[index] : NULL;
}

int irq_hook_set(struct priv *owner, const struct sys_irq_set_req *request, uint32_t *hook)
{
	unsigned int i;

	for (i = 0; i < CONFIG_IRQ_HOOKS && hooks[i].owner; i++)
		;
	if (i == CONFIG_IRQ_HOOKS)
		return -ENOSPC;
	hooks[i] = (struct hook){
		.owner = owner,
		.irq = request->irq,
		.notify_id = request->notify_id,
		.reenable = (request->flags & IRQ_REENABLE) != 0,
		.enabled = false,
	};
	line_update(request->irq);
	*hook = i;
	return 0;
}

int irq_hook_control(struct priv *owner, uint32_t index, uint32_t operation)
{
	struct hook *h = hook_find(owner, index);

	if (!h)
		return -EPERM;
	switch (operation) {
	case IRQ_ENABLE:
		h->enabled = true;
		break;
	case IRQ_DISABLE:
		h->enabled = false;
		break;
	case IRQ_REMOVE:
		h->owner = NULL;
		break;
	default:
		return -EINVAL;
	}
	line_update(h->irq);
	return 0;
}

void irq_hooks_release(struct priv *owner)
{
	unsigned int i;

	for (i = 0; i < CONFIG_IRQ_HOOKS; i++)
		if (hooks[i].owner == owner) {
			hooks[i].owner = NULL;
			line_update(hooks[i].irq);
		}
}
