/* Kernel calls on interrupts and I/O ports. */
#include "kernel/call.h"
#include "kernel/copy.h"
#include "kernel/grant.h"
#include "kernel/irq.h"
#include <skerry/grant.h>

int sys_do_irq_set(struct thread *caller, const struct sys_irq_set_req *req,
		   struct sys_irq_set_reply *rep)
{
	if (req->irq >= arch_irq_count() || req->notify_id > 63 || (req->flags & ~IRQ_REENABLE))
		return -EINVAL;
	if (caller->priv->owner != caller || !priv_holds(caller->priv, RESOURCE_IRQ, req->irq, 1))
		return -EPERM;
	return irq_hook_set(caller->priv, req, &rep->hook);
}

int sys_do_irq_control(struct thread *caller, const struct sys_irq_control_req *req,
		       struct sys_empty_reply *rep)
{
	(void)rep;
	return irq_hook_control(caller->priv, req->hook, req->operation);
}

static int port_check(const struct thread *caller, uint32_t port, uint32_t width,
		      uint32_t direction)
{
	if ((width != 1 && width != 2 && width != 4) || direction > IO_WRITE || port > 0xFFFF ||
	    port % width)
		return -EINVAL;
	return priv_holds(caller->priv, RESOURCE_IO, port, width) ? 0 : -EPERM;
}

static int port_access(uint32_t port, uint32_t width, uint32_t direction, uint32_t *value)
{
	bool done = direction == IO_READ ? arch_io_read(port, width, value)
					 : arch_io_write(port, width, *value);

	return done ? 0 : -ENODEV;
}

int sys_do_io_port(struct thread *caller, const struct sys_io_port_req *req,
		   struct sys_io_port_reply *rep)
{
	int code = port_check(caller, req->port, req->width, req->direction);

	if (code)
		return code;
	rep->value = req->value;
	return port_access(req->port, req->width, req->direction, &rep->value);
}

#define IO_STRING_MAX 65536u

/* One page's worth, already resolved; may end inside an item only if the page does. */
static int string_run(const struct sys_io_string_req *req, uint8_t *at, size_t bytes)
{
	size_t done;
	int code = 0;

	for (done = 0; !code && done < bytes; done += req->width) {
		uint32_t value = 0;

		if (req->direction == IO_WRITE)
			__builtin_memcpy(&value, at + done, req->width);
		code = port_access(req->port, req->width, req->direction, &value);
		if (req->direction == IO_READ && !code)
			__builtin_memcpy(at + done, &value, req->width);
	}
	return code;
}

int sys_do_io_string(struct thread *caller, const struct sys_io_string_req *req,
		     struct sys_empty_reply *rep)
{
	struct operand memory = {caller->space, caller->endpoint, req->offset};
	bool try_only = true, to_memory = req->direction == IO_READ;
	uint64_t done;
	int pass, code = port_check(caller, req->port, req->width, req->direction);

	(void)rep;
	if (code)
		return code;
	if ((req->bytes | req->offset) & (req->width - 1) || req->bytes > IO_STRING_MAX)
		return -EINVAL;
	if (req->grant != GRANT_INVALID)
		code = grant_resolve(caller, caller, req->granter, req->grant, req->offset,
				     req->bytes, to_memory ? GRANT_WRITE : GRANT_READ, &memory,
				     &try_only);
	if (code)
		return code;
	if (!copy_range_valid(memory.address, req->bytes) || (memory.address & (req->width - 1)))
		return -EFAULT;
	/* The device forgets what it gave, so all of the memory must be there before the first
	 * access: no waiting in the middle. */
	for (pass = 0; pass < 2; pass++)
		for (done = 0; done < req->bytes;) {
			paddr_t physical;
			size_t piece;

			if (memory.space->inhibited ||
			    !arch_walk(memory.space->root, (vaddr_t)(memory.address + done),
				       to_memory, &physical, &piece))
				return -EFAULT;
			if (piece > req->bytes - done)
				piece = (size_t)(req->bytes - done);
			if (pass == 1)
				code = string_run(req, phys_to_virt(physical), piece);
			if (code)
				return code;
			done += piece;
		}
	return 0;
}

int sys_do_io_vector(struct thread *caller, const struct sys_io_vector_req *req,
		     struct sys_empty_reply *rep)
{
	static struct io_vector_element vector[IO_VECTOR_MAX]; /* guarded by bkl */
	size_t bytes = req->count * sizeof(*vector);
	uint32_t i;
	int code;

	(void)rep;
	if (req->count == 0 || req->count > IO_VECTOR_MAX || req->direction > IO_WRITE)
		return -EINVAL;
	code = copy_in(caller, caller, req->address, vector, bytes, true);
	for (i = 0; !code && i < req->count; i++)
		code = port_check(caller, vector[i].port, req->width, req->direction);
	/* Nothing was touched so far; the vector's memory is known to be writable before a read. */
	if (!code && req->direction == IO_READ)
		code = copy_out(caller, caller, req->address, vector, bytes, true);
	for (i = 0; !code && i < req->count; i++)
		code = port_access(vector[i].port, req->width, req->direction, &vector[i].value);
	if (!code && req->direction == IO_READ)
		code = copy_out(caller, caller, req->address, vector, bytes, true);
	return code;
}

int sys_do_io_enable(struct thread *caller, const struct sys_io_enable_req *req,
		     struct sys_empty_reply *rep)
{
	struct thread *t = thread_find(req->thread);
	unsigned int i;

	(void)rep;
	if (!t || (t->rts & RTS_EXITED))
		return -EDEADSRCDST;
	if (t == caller || t->priv->owner != t || req->enable > 1)
		return -EINVAL;
	thread_settle(t);
	if (!arch_io_bitmap(t, 0, 0))
		return -ENODEV;
	/* The bitmap is loaded when it is switched in; if its trap is pending it is current
	 * already. */
	if (t->cpu && t->cpu->current == t)
		t->cpu->events |= EVENT_RESCHED;
	thread_switch_simple(t, !req->enable);
	if (!req->enable)
		return 0;
	if (t->priv->flags & PRIV_ALL_IO)
		return arch_io_bitmap(t, 0, 0x10000) ? 0 : -ENODEV;
	for (i = 0; (t->priv->flags & PRIV_CHECK_IO) && i < t->priv->io_count; i++)
		if (!arch_io_bitmap(t, (uint32_t)t->priv->io[i].first,
				    (uint32_t)t->priv->io[i].count))
			return -ENODEV;
	return 0;
}
