/* The victim of the suite: does as it is asked, which is never good for it. */
#include "victim.h"

#include <arch/layout.h>
#include <ds_call.h>
#include <rs_call.h>
#include <sef.h>
#include <skerry/kernel_call.h>
#include <string.h>
#include <sys.h>
#include <sys_call.h>
#include <vm_call.h>

static struct victim_echo state;

static struct answer echo(endpoint_t caller, const void *payload, void *reply)
{
	const struct victim_echo *request = payload;

	(void)caller;
	state.value = request->value;
	state.echoes++;
	memcpy(reply, &state, sizeof(state));
	return answer(0);
}

static struct answer hold(endpoint_t caller, const void *payload, void *reply)
{
	(void)caller, (void)payload, (void)reply;
	return answer_later();
}

static struct answer loop(endpoint_t caller, const void *payload, void *reply)
{
	(void)caller, (void)payload, (void)reply;
	for (;;)
		__asm__ volatile("");
	return answer_later();
}

static struct answer call(endpoint_t caller, const void *payload, void *reply)
{
	endpoint_t other;

	(void)caller, (void)reply;
	memcpy(&other, payload, sizeof(other));
	message_page()->message.type = VICTIM_ECHO;
	return answer(ipc_call(other));
}

static struct answer map(endpoint_t caller, const void *payload, void *reply)
{
	struct vm_mmap_req request = {.protection = VM_READ | VM_WRITE, .flags = VM_MAP_POPULATE};
	struct vm_address_reply place;

	(void)caller, (void)reply;
	memcpy(&request.bytes, payload, sizeof(request.bytes));
	return answer(vm_mmap(&request, &place));
}

static struct answer fault(endpoint_t caller, const void *payload, void *reply)
{
	volatile uintptr_t near_null = 8; /* the compiler must not know it */

	(void)caller, (void)payload, (void)reply;
	*(volatile int *)near_null = 1;
	return answer(0);
}

static struct answer publish(endpoint_t caller, const void *payload, void *reply)
{
	const struct ds_publish_value_req request = {.name = VICTIM_NUMBER, .value = 7};

	(void)caller, (void)payload, (void)reply;
	return answer(ds_publish_u32(&request, NULL));
}

/* --- What it may not do ----------------------------------------------------------------------- */

static int map_physical(u64 physical)
{
	const struct vm_map_physical_req request = {
		.physical = physical,
		.bytes = ARCH_PAGE_SIZE,
		.protection = VM_READ,
	};
	struct vm_address_reply place;
	struct vm_range_req undo = {.bytes = ARCH_PAGE_SIZE};
	const int error = vm_map_physical(&request, &place);

	undo.address = place.address;
	return error != 0 ? error : vm_munmap(&undo, NULL);
}

static int call_pm(void)
{
	message_page()->message.type = VICTIM_ECHO;
	return ipc_call(PM_ENDPOINT);
}

static struct answer try(endpoint_t caller, const void *payload, void *reply)
{
	const struct sys_kill_req kill = {.thread = PM_ENDPOINT, .signal = 1};
	const struct sys_update_req update = {PM_ENDPOINT, caller, 0};
	const struct vm_space_create_req space = {.thread = EP_NONE};
	const struct rs_name_req name = {.name = "hello_driver"};
	const struct sys_irq_set_req irq = {.irq = 1};
	struct vm_space_reply made;
	struct sys_irq_set_reply hook;
	const struct victim_tries tries = {
		.call_pm = call_pm(),
		.notify_pm = ipc_notify(PM_ENDPOINT),
		.kill = sys_kill(&kill, NULL),
		.update = sys_update(&update, NULL),
		.space = vm_space_create(&space, &made),
		.control = rs_down(&name, NULL),
		.map_foreign = map_physical(0xB0000),
		.map_own = map_physical(0xA0000),
		.irq = sys_irq_set(&irq, &hook),
	};

	(void)payload;
	memcpy(reply, &tries, sizeof(tries));
	return answer(0);
}

static const struct service_row rows[] = {
	{echo}, {hold}, {loop}, {call}, {map}, {try}, {fault}, {publish},
};

static const struct service victim = {
	.protocol = PROTOCOL_VICTIM,
	.rows = rows,
	.row_count = sizeof(rows) / sizeof(rows[0]),
};

/* --- Its beginning ---------------------------------------------------------------------------- */

static u32 hash_of(const char *text)
{
	u32 hash = 5381;

	while (*text != '\0')
		hash = hash * 33 + (uint8_t)*text++;
	return hash;
}

static int init(uint32_t kind)
{
	const struct service_start *start = service_start();

	state = (struct victim_echo){
		.init = kind,
		.line_hash = hash_of((const char *)(uintptr_t)start->command_line),
		.index = start->index,
		.endpoint = start->endpoint,
	};
	return 0;
}

static const struct sef_ops ops = {.init = init};

int sys_main(uintptr_t argument)
{
	sef_startup((const struct service_start *)argument, "rsvictim", &ops);
	sef_run(&victim);
}
