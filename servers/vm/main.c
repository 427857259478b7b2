/* VM: owner of all memory. The kernel starts it alone, with the boot page; it replaces the boot
 * map, makes the boot services, and serves faults, the kernel's requests and calls, one after
 * another. It never waits for anybody, and its own memory is always there.
 */
#include "boot.h"
#include "call.h"
#include "fault.h"
#include "memory.h"
#include "own_space.h"
#include "pager.h"
#include <arch/layout.h>
#include <string.h>
#include <sys.h>
#include <sys_ipc.h>

#define CHECK_EVERY 1000u /* messages, in debug builds */

static struct sys_thread self;

static void attach(void)
{
	self = (struct sys_thread){
		.page = (struct message_page *)(uintptr_t)boot.message_address,
		.endpoint = boot.root_thread,
		.stack_top = ARCH_ROOT_STACK_TOP,
	};
	if (sys_thread_attach(&self) != 0)
		__builtin_trap();
}

static endpoint_t kernel_message(const struct message *message)
{
	bool answered = false;

	switch (message->type) {
	case MESSAGE_PAGE_FAULT:
		answered = fault_handle(message->source,
					(const struct page_fault_message *)message->payload);
		break;
	case MESSAGE_MEMORY_REQUEST:
		answered = fault_request(message->source,
					 (const struct memory_request_message *)message->payload);
		break;
	}
	return answered ? message->source : EP_NONE;
}

/* Whom to answer: the message page holds the answer; EP_NONE: nobody. */
static endpoint_t serve(const struct message *message, const struct ipc_received *received)
{
	if (received->status & IPC_STATUS_KERNEL)
		return kernel_message(message);
	if (ipc_status_trap(received->status) != TRAP_IPC_CALL)
		return EP_NONE; /* notifications and sends say nothing to VM */
	vm_call(message->source, received->status, message);
	return message->source;
}

/* Pagers are asked before the caller is answered: his answer is in the message page already. */
static void pagers_ask(void)
{
	const struct message saved = message_page()->message;

	pager_work();
	message_page()->message = saved;
}

static void loop(void)
{
	struct ipc_received received;
	endpoint_t caller = EP_NONE;
	struct message message;

	for (unsigned int served = 1;; served++) {
		if (ipc_reply_receive(caller, EP_ANY, &received) != 0)
			panic("cannot receive");
		message = message_page()->message;
		caller = serve(&message, &received);
		if (pager_has_work())
			pagers_ask();
		if (served % CHECK_EVERY == 0)
			(void)vm_check();
	}
}

int sys_main(uintptr_t argument)
{
	sys_program_name = "vm";
	memory_init((const struct boot_page *)argument);
	attach();
	own_space_init();
	boot_services_make();
	loop();
	return 0;
}
