/* Cases of waiting for a file's page, and of the many ends that it can come to. */
#include "pager.h"
#include "service_case.h"

#include "tests/system/user/runner.h"
#include <pm_call.h>
#include <service.h>
#include <skerry/info.h>
#include <skerry/kernel_call.h>
#include <skerry/signal.h>
#include <string.h>
#include <sys_call.h>
#include <vm_call.h>

#define AT 0x30000000l
#define INODE 8u
#define FAMILY 20u /* processes that wait: more than VM may have messages under way */
#define MANY (FAMILY + 4)

static struct puppet puppet, other;
static long family[FAMILY + 1]; /* pids, by slot */

static bool start(enum pager_mode mode)
{
	pager_start();
	pager.mode = mode;
	EXPECT(puppet_start(&puppet, 0));
	EXPECT_EQ(file_map(&puppet, AT, INODE, 0, MANY, MANY * PAGE, RW,
			   VM_MAP_FIXED | VM_MAP_SHARED),
		  0);
	return true;
}

static bool end(long blocks)
{
	EXPECT(puppet_end(&puppet));
	EXPECT_EQ(pager_end(), blocks);
	return true;
}

static long touch(long address)
{
	return puppet_do(&puppet, PUPPET_TOUCH, (uint64_t)address, 0, 0);
}

static bool family_make(unsigned int count)
{
	for (unsigned int i = 1; i <= count; i++) {
		family[i] = puppet_do(&puppet, PUPPET_FORK, i, 0, 0);
		EXPECT(family[i] > 0);
	}
	return true;
}

static bool family_end(unsigned int count)
{
	for (unsigned int i = 1; i <= count; i++) {
		puppet_ask(&puppet, i, PUPPET_EXIT, 0, 0, 0);
		EXPECT_EQ(puppet_do(&puppet, PUPPET_WAIT, (uint64_t)family[i], 0, 0), 0);
	}
	return true;
}

static int kill(pid32 pid)
{
	const struct pm_kill_req request = {.pid = pid, .signal = SIGNAL_KILL};

	return pm_kill(&request, NULL);
}

static bool waits(endpoint_t thread)
{
	struct info_thread found;
	u32 next = 0;

	while (runner_thread(&next, &found)) {
		if (found.thread == thread)
			return found.rts & (RTS_PAGEFAULT | RTS_VMREQUEST);
	}
	return false;
}

/* Many processes, one page: one request. */
bool service_wait_one_page(void)
{
	EXPECT(start(PAGER_HOLDS));
	EXPECT(family_make(FAMILY));
	for (unsigned int i = 1; i <= FAMILY; i++)
		puppet_ask(&puppet, i, i % 2 ? PUPPET_READ : PUPPET_WRITE, AT + i, i, 0);
	EXPECT(pager_reads(1));
	pager_serve(20);
	EXPECT_EQ(pager.reads, 1);
	EXPECT_EQ(pager_answer(), 0);
	for (unsigned int i = 1; i <= FAMILY; i++)
		EXPECT_EQ(puppet_result(&puppet, i), i % 2 ? file_byte(INODE, i) : 0);
	for (unsigned int i = 2; i <= FAMILY; i += 2)
		EXPECT_EQ(pager_page(INODE, 0)[i], i);
	EXPECT_EQ(pager.reads, 1);
	EXPECT(family_end(FAMILY));
	return end(1);
}

/* A page for each, and nobody takes the messages for a while. */
bool service_wait_queue_full(void)
{
	const struct sys_alarm_req alarm = {.time = 100000000};
	struct ipc_received received;

	EXPECT(start(PAGER_SERVES));
	EXPECT(family_make(FAMILY));
	for (unsigned int i = 1; i <= FAMILY; i++)
		puppet_ask(&puppet, i, PUPPET_COMPARE, (uint64_t)AT + i * PAGE, PAGE,
			   (uint64_t)INODE << 32 | i * PAGE);
	EXPECT_EQ(sys_alarm(&alarm, NULL), 0);
	EXPECT_EQ(ipc_receive(EP_CLOCK, NULL, 0, &received), 0);
	EXPECT_EQ(pager.reads, 0);
	for (unsigned int i = 1; i <= FAMILY; i++)
		EXPECT_EQ(puppet_result(&puppet, i), 1);
	EXPECT_EQ(pager.reads, FAMILY);
	EXPECT(family_end(FAMILY));
	return end(FAMILY);
}

bool service_wait_error(void)
{
	EXPECT(start(PAGER_FAILS));
	EXPECT_EQ(touch(AT), SIGNAL_BUS);
	EXPECT_EQ(pager.reads, 1);
	pager.mode = PAGER_LIES;
	EXPECT_EQ(touch(AT), SIGNAL_BUS);
	EXPECT_EQ(pager.reads, 2);
	pager.mode = PAGER_SERVES;
	EXPECT_EQ(touch(AT), 0);
	EXPECT_EQ(pager.reads, 3);
	return end(1);
}

/* The waiting process is killed; its page is asked for again. */
bool service_wait_killed(void)
{
	struct vm_space_req ending;
	pid32 pid;

	EXPECT(start(PAGER_HOLDS));
	for (unsigned int round = 0; round < 8; round++) {
		EXPECT(puppet_start(&other, 1));
		EXPECT_EQ(file_map(&other, AT, INODE, 0, MANY, MANY * PAGE, RW,
				   VM_MAP_FIXED | VM_MAP_SHARED),
			  0);
		puppet_ask(&other, 0, PUPPET_READ, AT + PAGE, 0, 0);
		EXPECT(pager_reads(round + 1));
		EXPECT(waits(other.thread));
		pid = other.pid;
		ending.space = other.space;
		if (round % 2)
			EXPECT_EQ(vm_space_ending(&ending, NULL), 0);
		(void)kill(pid); /* VM may have signalled it already */
		EXPECT(puppet_buried(&other) != 0);
	}
	EXPECT_EQ(pager.held, 8);
	/* Too late for all: the page is there all the same. */
	EXPECT_EQ(pager_answer(), -ESRCH);
	pager.held = 0;
	pager_start();
	EXPECT_EQ(touch(AT + PAGE), 0);
	EXPECT_EQ(pager.reads, 0);
	return end(1);
}

bool service_wait_unmapped(void)
{
	EXPECT(start(PAGER_HOLDS));
	puppet_ask(&puppet, 0, PUPPET_READ, AT + PAGE, 0, 0);
	EXPECT(pager_reads(1));
	/* The pager answers, and the map is gone. */
	EXPECT_EQ(unmap_in(puppet.space, AT + PAGE, PAGE), 0);
	EXPECT(waits(puppet.thread));
	EXPECT_EQ(pager_answer(), 0);
	EXPECT_EQ(puppet_buried(&puppet), SIGNAL_SEGV);
	/* The last map goes: nobody waits for the pager, which hears of it. */
	pager_start();
	pager.mode = PAGER_HOLDS;
	EXPECT(puppet_start(&puppet, 0));
	EXPECT_EQ(file_map(&puppet, AT, INODE, 0, 4, 4 * PAGE, RW, VM_MAP_FIXED), 0);
	puppet_ask(&puppet, 0, PUPPET_READ, AT + 3 * PAGE, 0, 0);
	EXPECT(pager_reads(1));
	EXPECT_EQ(unmap_in(puppet.space, AT, 4 * PAGE), 0);
	EXPECT_EQ(puppet_buried(&puppet), SIGNAL_SEGV);
	EXPECT(pager_closes(1));
	EXPECT_EQ(pager_answer(), -ESRCH);
	EXPECT_EQ(pager_end(), 2);
	return true;
}

/* Another file, or plain memory, comes in place of what a thread waits for. */
bool service_wait_replaced(void)
{
	EXPECT(start(PAGER_HOLDS));
	puppet_ask(&puppet, 0, PUPPET_READ, AT + PAGE, 0, 0);
	EXPECT(pager_reads(1));
	EXPECT_EQ(file_map(&puppet, AT, INODE + 1, 0, 2, 2 * PAGE, RW, VM_MAP_FIXED), 0);
	EXPECT_EQ(pager_answer(), 0);
	EXPECT(pager_reads(2));
	EXPECT_EQ(pager.request[0].token, INODE + 1);
	EXPECT_EQ(map_in(puppet.space, AT, 2 * PAGE, RW, VM_MAP_FIXED), AT);
	(void)pager_answer();
	EXPECT_EQ(puppet_result(&puppet, 0), 0);
	return end(2);
}

bool service_wait_closed(void)
{
	EXPECT(start(PAGER_SERVES));
	EXPECT_EQ(file_map(&puppet, AT + 0x1000000, INODE, 0, 4, MANY * PAGE, RW, VM_MAP_FIXED), 0);
	/* Over itself: it is mapped all the time. */
	EXPECT_EQ(file_map(&puppet, AT, INODE, 0, MANY, MANY * PAGE, RW,
			   VM_MAP_FIXED | VM_MAP_SHARED),
		  0);
	EXPECT_EQ(puppet_do(&puppet, PUPPET_UNMAP, AT, MANY * PAGE, 0), 0);
	EXPECT_EQ(puppet_do(&puppet, PUPPET_UNMAP, AT + 0x1000000, 3 * PAGE, 0), 0);
	pager_serve(5);
	EXPECT_EQ(pager.closed, 0);
	EXPECT_EQ(puppet_do(&puppet, PUPPET_MAP, AT + 0x1000000 + 3 * PAGE, PAGE, 0),
		  AT + 0x1000000 + 3 * PAGE);
	EXPECT(pager_closes(1));
	EXPECT_EQ(pager.last_closed.token, INODE);
	EXPECT_EQ(pager.last_closed.maps, 3);
	/* Anew, and gone with the process. */
	EXPECT_EQ(file_map(&puppet, AT, INODE, 0, 1, PAGE, RW, VM_MAP_FIXED), 0);
	EXPECT(puppet_end(&puppet));
	EXPECT(pager_closes(2));
	EXPECT_EQ(pager.last_closed.maps, 1);
	EXPECT_EQ(pager_end(), 0);
	return true;
}

static int copy_of(long address, void *to)
{
	const struct sys_copy_req request = {
		.source = puppet.thread,
		.destination = EP_SELF,
		.source_address = (uint64_t)address,
		.destination_address = (uintptr_t)to,
		.bytes = 16,
	};

	return sys_vircopy(&request, NULL);
}

/* The kernel's copies wait as programs do; the pager's own cannot. */
bool service_wait_copies(void)
{
	uint8_t bytes[16];
	long error;

	EXPECT(start(PAGER_SERVES));
	EXPECT_EQ(copy_of(AT, bytes), -EFAULT);
	EXPECT_EQ(pager.reads, 0);
	/* PM reads a program's name from there: of two pages, both absent. */
	error = puppet_do(&puppet, PUPPET_EXEC, AT + 2 * PAGE - 4, 0, 0);
	EXPECT(error < 0 && error != -EFAULT && error != PUPPET_SILENT);
	EXPECT_EQ(pager.reads, 2);
	EXPECT_EQ(copy_of(AT + 2 * PAGE - 8, bytes), 0);
	for (unsigned int i = 0; i < 16; i++)
		EXPECT_EQ(bytes[i], file_byte(INODE, 2 * PAGE - 8 + i));
	pager.mode = PAGER_FAILS;
	EXPECT_EQ(puppet_do(&puppet, PUPPET_EXEC, AT + 5 * PAGE, 0, 0), -EFAULT);
	EXPECT_EQ(pager.reads, 3);
	/* VM's own answers do not wait. */
	pager.mode = PAGER_SERVES;
	EXPECT_EQ(puppet_do(&puppet, PUPPET_INFO, AT + 6 * PAGE, 0, 0), -EFAULT);
	EXPECT_EQ(puppet_do(&puppet, PUPPET_INFO, AT + 2 * PAGE, 0, 0), 0);
	EXPECT_EQ(pager.reads, 3);
	return end(2);
}

/* A program with a pager's rights maps a file into another and never answers. */
bool service_wait_pager_dies(void)
{
	const uint32_t rights = VM_RIGHT_MEMORY | VM_RIGHT_OTHERS | VM_RIGHT_CACHE;
	struct vm_set_rights_req set = {.rights = rights};

	EXPECT(start(PAGER_SERVES));
	EXPECT(puppet_start(&other, 1));
	set.space = other.space;
	EXPECT_EQ(vm_set_rights(&set, NULL), 0);
	EXPECT_EQ(puppet_do(&other, PUPPET_FILE, AT + 0x1000000, puppet.space, 0), 0);
	EXPECT(family_make(2));
	puppet_ask(&puppet, 1, PUPPET_TOUCH, AT + 0x1000000, 0, 0);
	puppet_ask(&puppet, 2, PUPPET_TOUCH, AT + 0x1000000 + PAGE, 1, 0);
	pager_serve(30);
	EXPECT_EQ(puppet.slots[1].done, puppet.slots[1].asked - 1);
	EXPECT_EQ(kill(other.pid), 0);
	EXPECT_EQ(puppet_buried(&other), SIGNAL_KILL);
	EXPECT_EQ(puppet_result(&puppet, 1), SIGNAL_BUS);
	EXPECT_EQ(puppet_result(&puppet, 2), SIGNAL_BUS);
	EXPECT_EQ(touch(AT + 0x1000000 + 2 * PAGE), SIGNAL_BUS);
	EXPECT_EQ(puppet_do(&puppet, PUPPET_UNMAP, AT + 0x1000000, PAGE, 0), 0);
	EXPECT_EQ(touch(AT), 0);
	EXPECT(family_end(2));
	return end(1);
}
