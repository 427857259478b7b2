/* I/O ports of the terminals' devices, by kernel calls: they take turns with the kernel's own use
 * of the serial port. A port that this service may not touch reads as all ones.
 */
#pragma once

#include <skerry/kernel_call.h>
#include <sys_call.h>

static inline uint8_t port_read(u32 port)
{
	const struct sys_io_port_req request = {.port = port, .width = 1, .direction = IO_READ};
	struct sys_io_port_reply reply;

	return sys_io_port(&request, &reply) == 0 ? (uint8_t)reply.value : 0xFF;
}

static inline void port_write(u32 port, uint8_t value)
{
	const struct sys_io_port_req request = {
		.port = port,
		.width = 1,
		.direction = IO_WRITE,
		.value = value,
	};

	(void)sys_io_port(&request, NULL);
}

/* Have an interrupt told as that bit of notifications; its hook, or a negative errno. */
static inline int interrupt_hook(u32 irq, u32 bit, u32 flags, u32 *hook)
{
	const struct sys_irq_set_req set = {.irq = irq, .flags = flags, .notify_id = bit};
	struct sys_irq_set_reply reply;
	const int error = sys_irq_set(&set, &reply);

	if (error == 0)
		*hook = reply.hook;
	return error;
}

static inline void interrupt_enable(u32 hook)
{
	const struct sys_irq_control_req request = {.hook = hook, .operation = IRQ_ENABLE};

	(void)sys_irq_control(&request, NULL);
}
