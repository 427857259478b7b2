/* Cases of what must not change by a restart: rights, scheduling, memory, slots. */
#include "help.h"

#include <string.h>
#include <sys_call.h>
#include <vm_call.h>

static bool tries_get(struct victim_tries *tries)
{
	EXPECT_EQ(victim_ask(VICTIM_TRY), 0);
	memcpy(tries, message_page()->message.payload, sizeof(*tries));
	return true;
}

static bool rights_are_least(void)
{
	struct victim_tries tries;

	EXPECT(tries_get(&tries));
	EXPECT_EQ(tries.call_pm, -ENOTALLOWED);
	EXPECT_EQ(tries.notify_pm, -ENOTALLOWED);
	EXPECT_EQ(tries.kill, -ENOTALLOWED);
	EXPECT_EQ(tries.update, -ENOTALLOWED);
	EXPECT_EQ(tries.space, -ENOTALLOWED);
	EXPECT_EQ(tries.control, -ENOTALLOWED);
	EXPECT_EQ(tries.irq, -EPERM);
	EXPECT(tries.map_foreign != 0);
	return true;
}

bool case_rights(void)
{
	struct victim_tries before, after;

	EXPECT(services_ready());
	EXPECT(rights_are_least());
	EXPECT(tries_get(&before));
	EXPECT_EQ(before.map_own, 0);
	EXPECT_EQ(victim_ask(VICTIM_FAULT), -EDEADSRCDST);
	EXPECT(rights_are_least());
	EXPECT(tries_get(&after));
	EXPECT(memcmp(&before, &after, sizeof(after)) == 0);
	EXPECT_EQ(control(rs_down, VICTIM), 0);
	EXPECT_EQ(control(rs_up, VICTIM), 0);
	EXPECT(rights_are_least());
	EXPECT(tries_get(&after));
	EXPECT(memcmp(&before, &after, sizeof(after)) == 0);
	return true;
}

bool case_scheduling(void)
{
	struct info_thread before, after;

	EXPECT(services_ready());
	EXPECT(thread_info(victim, &before));
	EXPECT_EQ(victim_ask(VICTIM_FAULT), -EDEADSRCDST);
	EXPECT(becomes(VICTIM, RS_STATE_RUNNING));
	EXPECT(thread_info(victim, &after));
	EXPECT_EQ(after.privilege, before.privilege);
	EXPECT_EQ(after.priority, before.priority);
	EXPECT_EQ(after.affinity, before.affinity);
	EXPECT_EQ(after.process, victim);
	EXPECT(strcmp(after.name, VICTIM) == 0);
	EXPECT(after.space != before.space);
	EXPECT_EQ(after.space, status_of(VICTIM).space);
	return true;
}

static int victim_map(u64 bytes)
{
	struct message *message = &message_page()->message;
	int error;

	message->type = VICTIM_MAP;
	message->quad[0] = bytes;
	error = ipc_call(victim);
	return error != 0 ? error : (int)message->type;
}

bool case_memory(void)
{
	struct balance before;

	EXPECT(services_ready());
	balance_take(&before);
	for (unsigned int i = 0; i < 10; i++) {
		EXPECT_EQ(victim_map(1 << 20), 0);
		EXPECT_EQ(control(rs_refresh, VICTIM), 0);
	}
	return balance_holds(&before);
}

/* A service should have one thread; RS must not stumble over another. */
static bool thread_add(space_t space)
{
	const struct vm_space_req where = {.space = space};
	struct vm_space_reply page;
	struct sys_thread_create_req request = {.space = space, .process = EP_NONE};
	struct sys_thread_create_reply reply;

	EXPECT_EQ(vm_message_page(&where, &page), 0);
	request.message_frame = page.message_frame;
	request.message_address = page.message_address;
	EXPECT_EQ(sys_thread_create(&request, &reply), 0);
	return true;
}

bool case_threads(void)
{
	struct victim_echo echo;
	struct balance before;

	EXPECT(services_ready());
	balance_take(&before);
	for (unsigned int i = 0; i < 5; i++) {
		EXPECT(thread_add(status_of(VICTIM).space));
		EXPECT_EQ(control(rs_refresh, VICTIM), 0);
		EXPECT_EQ(victim_echo(1, &echo), 0);
		EXPECT(thread_add(status_of(VICTIM).space));
		EXPECT_EQ(control(rs_down, VICTIM), 0);
		EXPECT_EQ(control(rs_up, VICTIM), 0);
	}
	return balance_holds(&before);
}

static u32 privileges_used(void)
{
	struct info_machine machine;
	const struct sys_info_req request = {
		.what = INFO_MACHINE,
		.address = (uintptr_t)&machine,
		.size = sizeof(machine),
	};

	return sys_info(&request, NULL) == 0 ? machine.privilege_used : 0;
}

bool case_slots(void)
{
	const u32 privileges = privileges_used(), restarts = status_of(HELLO).restarts;
	struct balance before;

	balance_take(&before);
	for (u32 i = 1; i <= 100; i++) {
		EXPECT_EQ(signal_send(hello, SIGNAL_KILL), 0);
		EXPECT(restarted(HELLO, restarts + i));
	}
	EXPECT_EQ(privileges_used(), privileges);
	return balance_holds(&before);
}
