/* Interrupt lines as notifications: up to IRQ_HOOKS hooks, several may share a line. A line stays
 * masked from its interrupt until every hook that asked for that has been re-enabled.
 */
#pragma once

#include "kernel/lock.h"

struct cpu;
struct priv;
struct sys_irq_set_req;

/* The port's interrupt code: line `irq` fired. Masks it unless every hook re-enables at once; the
 * port acknowledges the controller afterwards. */
void irq_interrupt(struct cpu *cpu, unsigned int irq) REQUIRES(bkl);

/* Hooks of a service. Errors as in kernel.def. */
int irq_hook_set(struct priv *owner, const struct sys_irq_set_req *request, uint32_t *hook)
	REQUIRES(bkl);
int irq_hook_control(struct priv *owner, uint32_t hook, uint32_t operation) REQUIRES(bkl);

/* The service is gone: remove its hooks. */
void irq_hooks_release(struct priv *owner) REQUIRES(bkl);
