/* Cases of mapped files: what programs see of them. */
#include "pager.h"
#include "service_case.h"

#include <pm_call.h>
#include <service.h>
#include <skerry/kernel_call.h>
#include <skerry/signal.h>
#include <string.h>
#include <sys_call.h>
#include <vm_call.h>

#define AT 0x30000000l /* where files are mapped in puppets */
#define INODE 7u
#define EXITED(code) ((code) << 8)

static struct puppet puppet;

static bool start(void)
{
	pager_start();
	return puppet_start(&puppet, 0);
}

/* The puppet goes, and what it had mapped. */
static bool end(long blocks)
{
	EXPECT(puppet_end(&puppet));
	EXPECT_EQ(pager_end(), blocks);
	return true;
}

static long touch(long address, bool write)
{
	return puppet_do(&puppet, PUPPET_TOUCH, (uint64_t)address, write, 0);
}

static long read(long address)
{
	return puppet_do(&puppet, PUPPET_READ, (uint64_t)address, 0, 0);
}

static long write(long address, uint8_t value)
{
	return puppet_do(&puppet, PUPPET_WRITE, (uint64_t)address, value, 0);
}

bool service_file_read(void)
{
	EXPECT(start());
	EXPECT_EQ(pager_read(INODE, 6), 0); /* one that is there already */
	EXPECT_EQ(file_map(&puppet, AT, INODE, 2 * PAGE, 8, 100 * PAGE, VM_READ, VM_MAP_FIXED), 0);
	EXPECT(puppet_sees(&puppet, AT, 8 * PAGE, INODE, 2 * PAGE));
	EXPECT_EQ(pager.reads, 7);
	EXPECT(puppet_sees(&puppet, AT, 8 * PAGE, INODE, 2 * PAGE));
	/* Again, elsewhere, shared and executable, from the cache alone. */
	EXPECT_EQ(file_map(&puppet, AT + 0x100000, INODE, 3 * PAGE, 4, 100 * PAGE,
			   VM_READ | VM_EXECUTE, VM_MAP_FIXED | VM_MAP_SHARED),
		  0);
	EXPECT(puppet_sees(&puppet, AT + 0x100000, 4 * PAGE, INODE, 3 * PAGE));
	EXPECT_EQ(pager.reads, 7);
	EXPECT_EQ(touch(AT, true), SIGNAL_SEGV);
	EXPECT_EQ(touch(AT + 0x100000, true), SIGNAL_SEGV);
	return end(8);
}

bool service_file_end(void)
{
	const uint64_t bytes = 2 * PAGE + 100;

	EXPECT(start());
	EXPECT_EQ(file_map(&puppet, AT, INODE, 0, 8, bytes, RW, VM_MAP_FIXED | VM_MAP_SHARED), 0);
	EXPECT_EQ(file_map(&puppet, AT + 0x100000, INODE, PAGE, 3, bytes, RW, VM_MAP_FIXED), 0);
	EXPECT(puppet_sees(&puppet, AT, bytes, INODE, 0));
	for (long at = 100; at < PAGE; at += 1249)
		EXPECT_EQ(read(AT + 2 * PAGE + at), 0);
	EXPECT_EQ(read(AT + 0x100000 + PAGE + 99), file_byte(INODE, bytes - 1));
	EXPECT_EQ(read(AT + 0x100000 + PAGE + 100), 0);
	EXPECT_EQ(write(AT + 0x100000 + PAGE + 100, 1), 0);
	for (int page = 3; page < 8; page++) {
		EXPECT_EQ(touch(AT + page * PAGE, false), SIGNAL_BUS);
		EXPECT_EQ(touch(AT + page * PAGE, true), SIGNAL_BUS);
	}
	EXPECT_EQ(touch(AT + 0x100000 + 2 * PAGE, false), SIGNAL_BUS);
	EXPECT_EQ(pager.reads, 3);
	return end(3);
}

bool service_file_private(void)
{
	EXPECT(start());
	EXPECT_EQ(file_map(&puppet, AT, INODE, 0, 6, 100 * PAGE, RW, VM_MAP_FIXED), 0);
	EXPECT_EQ(file_map(&puppet, AT + 0x100000, INODE, 0, 6, 100 * PAGE, VM_READ,
			   VM_MAP_FIXED | VM_MAP_SHARED),
		  0);
	EXPECT_EQ(read(AT), file_byte(INODE, 0));
	EXPECT_EQ(write(AT, 0xEE), 0);		  /* one that is mapped */
	EXPECT_EQ(write(AT + 2 * PAGE, 0xEF), 0); /* and one that is not there */
	EXPECT_EQ(read(AT), 0xEE);
	EXPECT(puppet_sees(&puppet, AT + 1, PAGE - 1, INODE, 1));
	EXPECT(puppet_sees(&puppet, AT + 2 * PAGE + 1, PAGE - 1, INODE, 2 * PAGE + 1));
	EXPECT(puppet_sees(&puppet, AT + 0x100000, 6 * PAGE, INODE, 0));
	EXPECT_EQ(*pager_page(INODE, 0), file_byte(INODE, 0));
	EXPECT_EQ(*pager_page(INODE, 2), file_byte(INODE, 2 * PAGE));
	/* What the file system writes is seen where nobody wrote. */
	*pager_page(INODE, 3) = 0x44;
	EXPECT_EQ(read(AT + 3 * PAGE), 0x44);
	EXPECT_EQ(read(AT + 0x100000 + 3 * PAGE), 0x44);
	return end(6);
}

static int dirty_next(uint64_t next, struct vm_cache_dirty_reply *reply)
{
	const struct vm_cache_dirty_req request = {.device = DEVICE, .next = next};

	return vm_cache_dirty(&request, reply);
}

/* The next dirty block from `next` on: its place, written bytes first; -1: none, -2: not as said.
 */
static int64_t dirty_take(uint64_t next, uint8_t first)
{
	struct vm_cache_dirty_reply reply = {0};
	const int error = dirty_next(next, &reply);

	if (error != 0)
		return error == -ENOENT ? -1 : -2;
	if (reply.inode != INODE || reply.offset != place_of(INODE, reply.inode_offset / PAGE) ||
	    *byte_at((long)reply.address) != first || unmap(reply.address, PAGE) != 0)
		return -2;
	return (int64_t)(reply.inode_offset / PAGE);
}

bool service_file_shared(void)
{
	const uint64_t far = AT + 0x100000;

	EXPECT(start());
	EXPECT_EQ(file_map(&puppet, AT, INODE, 0, 6, 100 * PAGE, RW, VM_MAP_FIXED | VM_MAP_SHARED),
		  0);
	EXPECT_EQ(file_map(&puppet, (long)far, INODE, 0, 6, 100 * PAGE, RW,
			   VM_MAP_FIXED | VM_MAP_SHARED),
		  0);
	EXPECT(puppet_sees(&puppet, AT, 6 * PAGE, INODE, 0));
	EXPECT_EQ(dirty_take(0, 0), -1); /* reading makes nothing dirty */
	EXPECT_EQ(write(AT + 4 * PAGE, 0xA4), 0);
	EXPECT_EQ(write(AT + PAGE, 0xA1), 0);
	EXPECT_EQ(*pager_page(INODE, 4), 0xA4);
	EXPECT_EQ(read((long)far + PAGE), 0xA1);
	/* In order of place, each once. */
	EXPECT_EQ(dirty_take(place_of(INODE, 2), 0xA4), 4);
	EXPECT_EQ(dirty_take(0, 0xA1), 1);
	EXPECT_EQ(dirty_take(0, 0), -1);
	/* Reading makes nothing dirty; writing does, by any map. */
	EXPECT_EQ(read(AT + PAGE), 0xA1);
	EXPECT_EQ(dirty_take(0, 0), -1);
	EXPECT_EQ(write((long)far + PAGE, 0xB1), 0);
	EXPECT_EQ(write(AT + PAGE, 0xB2), 0);
	EXPECT_EQ(dirty_take(0, 0xB2), 1);
	EXPECT_EQ(dirty_take(0, 0), -1);
	EXPECT_EQ(write(AT + PAGE, 0xB3), 0);
	EXPECT_EQ(write((long)far + PAGE, 0xB4), 0);
	EXPECT_EQ(dirty_take(0, 0xB4), 1);
	EXPECT_EQ(dirty_take(0, 0), -1);
	EXPECT_EQ(pager.reads, 6);
	return end(6);
}

/* What nobody has written back yet stays, whatever is wanted, though nobody maps it. */
bool service_file_dirty_stays(void)
{
	uint64_t cached;

	EXPECT(start());
	EXPECT_EQ(file_map(&puppet, AT, INODE, 0, 2, 100 * PAGE, RW, VM_MAP_FIXED | VM_MAP_SHARED),
		  0);
	EXPECT_EQ(write(AT, 0x5A), 0);
	EXPECT_EQ(read(AT + PAGE), file_byte(INODE, PAGE));
	EXPECT_EQ(puppet_do(&puppet, PUPPET_UNMAP, AT, 2 * PAGE, 0), 0);
	pager_unmap();
	cached = statistics_get().frames_cache;
	EXPECT_EQ(puppet_do(&puppet, PUPPET_FILL, 0, 0, 0), 0);
	EXPECT_EQ(statistics_get().frames_cache, cached - 1);
	EXPECT_EQ(dirty_take(0, 0x5A), 0);
	EXPECT_EQ(dirty_take(0, 0), -1);
	return end(1);
}

bool service_file_fork(void)
{
	const long far = AT + 0x100000;
	long pid;

	EXPECT(start());
	EXPECT_EQ(file_map(&puppet, AT, INODE, 0, 4, 100 * PAGE, RW, VM_MAP_FIXED | VM_MAP_SHARED),
		  0);
	EXPECT_EQ(file_map(&puppet, far, INODE, 0, 4, 100 * PAGE, RW, VM_MAP_FIXED), 0);
	EXPECT_EQ(write(AT, 0x11), 0);
	EXPECT_EQ(write(far + PAGE, 0x22), 0);
	EXPECT_EQ(read(far + 2 * PAGE), file_byte(INODE, 2 * PAGE));
	pid = puppet_do(&puppet, PUPPET_FORK, 1, 0, 0);
	EXPECT(pid > 0);
	/* The child has all of it: the shared page, the copy, and what nobody has touched. */
	puppet_ask(&puppet, 1, PUPPET_READ, AT, 0, 0);
	EXPECT_EQ(puppet_result(&puppet, 1), 0x11);
	puppet_ask(&puppet, 1, PUPPET_READ, (uint64_t)far + PAGE, 0, 0);
	EXPECT_EQ(puppet_result(&puppet, 1), 0x22);
	puppet_ask(&puppet, 1, PUPPET_COMPARE, (uint64_t)far + 2 * PAGE, 2 * PAGE,
		   (uint64_t)INODE << 32 | 2 * PAGE);
	EXPECT_EQ(puppet_result(&puppet, 1), 1);
	/* Writes: to the shared map seen by both, to the private one by one. */
	puppet_ask(&puppet, 1, PUPPET_WRITE, AT + PAGE, 0x33, 0);
	EXPECT_EQ(puppet_result(&puppet, 1), 0);
	EXPECT_EQ(read(AT + PAGE), 0x33);
	EXPECT_EQ(*pager_page(INODE, 1), 0x33);
	puppet_ask(&puppet, 1, PUPPET_WRITE, (uint64_t)far + PAGE, 0x44, 0);
	EXPECT_EQ(puppet_result(&puppet, 1), 0);
	puppet_ask(&puppet, 1, PUPPET_WRITE, (uint64_t)far + 2 * PAGE, 0x55, 0);
	EXPECT_EQ(puppet_result(&puppet, 1), 0);
	EXPECT_EQ(read(far + PAGE), 0x22);
	EXPECT_EQ(read(far + 2 * PAGE), file_byte(INODE, 2 * PAGE));
	EXPECT_EQ(write(far + 2 * PAGE, 0x66), 0);
	puppet_ask(&puppet, 1, PUPPET_READ, (uint64_t)far + 2 * PAGE, 0, 0);
	EXPECT_EQ(puppet_result(&puppet, 1), 0x55);
	EXPECT_EQ(dirty_take(0, 0x11), 0);
	EXPECT_EQ(dirty_take(0, 0x33), 1);
	EXPECT_EQ(dirty_take(0, 0), -1);
	/* Its map outlives its parent's. */
	EXPECT_EQ(puppet_do(&puppet, PUPPET_UNMAP, AT, 4 * PAGE, 0), 0);
	EXPECT_EQ(puppet_do(&puppet, PUPPET_UNMAP, (uint64_t)far, 4 * PAGE, 0), 0);
	puppet_ask(&puppet, 1, PUPPET_WRITE, AT, 0x77, 0);
	EXPECT_EQ(puppet_result(&puppet, 1), 0);
	EXPECT_EQ(dirty_take(0, 0x77), 0);
	EXPECT_EQ(pager.closed, 0);
	puppet_ask(&puppet, 1, PUPPET_EXIT, 3, 0, 0);
	EXPECT_EQ(puppet_do(&puppet, PUPPET_WAIT, (uint64_t)pid, 0, 0), EXITED(3));
	EXPECT(pager_closes(1));
	EXPECT_EQ(pager.last_closed.token, INODE);
	EXPECT_EQ(pager.last_closed.maps, 2);
	return end(4);
}

bool service_file_change(void)
{
	long moved;

	EXPECT(start());
	EXPECT_EQ(file_map(&puppet, AT, INODE, 0, 8, 12 * PAGE, RW, VM_MAP_FIXED | VM_MAP_SHARED),
		  0);
	EXPECT_EQ(write(AT + 5 * PAGE, 0x15), 0);
	/* A hole, a part that is moved and longer than before. */
	EXPECT_EQ(puppet_do(&puppet, PUPPET_UNMAP, AT + 2 * PAGE, PAGE, 0), 0);
	EXPECT_EQ(touch(AT + 2 * PAGE, false), SIGNAL_SEGV);
	EXPECT(puppet_sees(&puppet, AT + 3 * PAGE, 2 * PAGE, INODE, 3 * PAGE));
	EXPECT_EQ(puppet_do(&puppet, PUPPET_MAP, AT + 8 * PAGE, PAGE, 0), AT + 8 * PAGE);
	moved = puppet_do(&puppet, PUPPET_REMAP, AT + 5 * PAGE, 3 * PAGE, 8 * PAGE);
	EXPECT(moved > 0 && moved != AT + 5 * PAGE);
	EXPECT_EQ(read(moved), 0x15);
	EXPECT(puppet_sees(&puppet, moved + PAGE, 6 * PAGE, INODE, 6 * PAGE));
	EXPECT_EQ(touch(moved + 7 * PAGE, false), SIGNAL_BUS);
	EXPECT_EQ(touch(AT + 5 * PAGE, false), SIGNAL_SEGV);
	/* Protection: taken and given back, with what is dirty. */
	EXPECT_EQ(dirty_take(0, 0x15), 5);
	EXPECT_EQ(write(moved, 0x16), 0);
	EXPECT_EQ(puppet_do(&puppet, PUPPET_PROTECT, (uint64_t)moved, 2 * PAGE, VM_READ), 0);
	EXPECT_EQ(touch(moved, true), SIGNAL_SEGV);
	EXPECT_EQ(read(moved), 0x16);
	EXPECT_EQ(puppet_do(&puppet, PUPPET_PROTECT, (uint64_t)moved, 2 * PAGE, 0), 0);
	EXPECT_EQ(touch(moved, false), SIGNAL_SEGV);
	EXPECT_EQ(puppet_do(&puppet, PUPPET_PROTECT, (uint64_t)moved, 2 * PAGE, RW), 0);
	EXPECT_EQ(write(moved, 0x17), 0);
	EXPECT_EQ(dirty_take(0, 0x17), 5);
	/* A shared map of a file that may only be read is never written. */
	EXPECT_EQ(file_map(&puppet, AT, INODE, 0, 1, 12 * PAGE, VM_READ,
			   VM_MAP_FIXED | VM_MAP_SHARED),
		  0);
	EXPECT_EQ(puppet_do(&puppet, PUPPET_PROTECT, AT, PAGE, RW), -EACCES);
	EXPECT_EQ(file_map(&puppet, AT, INODE, 0, 1, 12 * PAGE, VM_READ, VM_MAP_FIXED), 0);
	EXPECT_EQ(puppet_do(&puppet, PUPPET_PROTECT, AT, PAGE, RW), 0);
	EXPECT_EQ(write(AT, 0x18), 0);
	EXPECT_EQ(pager.closed, 0);
	EXPECT(puppet_end(&puppet));
	EXPECT(pager_closes(1));
	EXPECT_EQ(pager.last_closed.maps, 3);
	EXPECT_EQ(pager_end(), 10);
	return true;
}

bool service_file_truncate(void)
{
	EXPECT(start());
	EXPECT_EQ(file_map(&puppet, AT, INODE, 0, 8, 8 * PAGE, RW, VM_MAP_FIXED | VM_MAP_SHARED),
		  0);
	EXPECT_EQ(file_map(&puppet, AT + 0x100000, INODE, 0, 8, 8 * PAGE, RW, VM_MAP_FIXED), 0);
	EXPECT(puppet_sees(&puppet, AT, 8 * PAGE, INODE, 0));
	EXPECT_EQ(write(AT + 0x100000 + 6 * PAGE, 0x66), 0);
	EXPECT_EQ(write(AT + 0x100000 + PAGE, 0x67), 0);
	EXPECT_EQ(write(AT + 6 * PAGE, 0x68), 0);
	/* A hole: nothing stale is seen, and what the program wrote in private stays. */
	EXPECT_EQ(cache_forget_file(INODE, PAGE, 2 * PAGE), 2);
	pager_page(INODE, 1)[5] = 0x99;
	EXPECT(puppet_sees(&puppet, AT, 6 * PAGE, INODE, 0));
	EXPECT_EQ(read(AT + 0x100000 + PAGE), 0x67);
	EXPECT_EQ(pager.reads, 10);
	/* Shorter: what lies past the end is gone for all, dirty or private. */
	EXPECT_EQ(cache_truncate(INODE, 4 * PAGE, 0 - 4ull * PAGE, 3 * PAGE + 50), 4);
	for (int page = 4; page < 8; page++) {
		EXPECT_EQ(touch(AT + page * PAGE, false), SIGNAL_BUS);
		EXPECT_EQ(touch(AT + 0x100000 + page * PAGE, true), SIGNAL_BUS);
	}
	EXPECT_EQ(dirty_take(0, 0), -1);
	EXPECT_EQ(read(AT + 0x100000 + 3 * PAGE + 49), file_byte(INODE, 3 * PAGE + 49));
	EXPECT_EQ(read(AT + 0x100000 + 3 * PAGE + 50), 0);
	/* Longer again: what was written before is not. */
	EXPECT_EQ(cache_truncate(INODE, 0, 0, 7 * PAGE), 0);
	EXPECT_EQ(read(AT + 0x100000 + 6 * PAGE), file_byte(INODE, 6 * PAGE));
	EXPECT_EQ(read(AT + 6 * PAGE), file_byte(INODE, 6 * PAGE));
	EXPECT_EQ(touch(AT + 7 * PAGE, false), SIGNAL_BUS);
	return end(5);
}

bool service_file_refused(void)
{
	const struct vm_file_ready_req ready = {.request = 0x10000};
	struct puppet other;

	EXPECT(start());
	other = puppet;
	EXPECT_EQ(file_map(&puppet, AT, INODE, 1, 1, PAGE, RW, VM_MAP_FIXED), -EINVAL);
	EXPECT_EQ(file_map(&puppet, AT, INODE, 0, 0, PAGE, RW, VM_MAP_FIXED), -EINVAL);
	EXPECT_EQ(file_map(&puppet, AT + 1, INODE, 0, 1, PAGE, RW, VM_MAP_FIXED), -EINVAL);
	EXPECT_EQ(file_map(&puppet, (long)PROGRAM_END, INODE, 0, 1, PAGE, RW, VM_MAP_FIXED),
		  -EINVAL);
	EXPECT_EQ(file_map(&puppet, AT, INODE, 0, 1, PAGE, 8, VM_MAP_FIXED), -EINVAL);
	EXPECT_EQ(file_map(&puppet, AT, INODE, 0, 1, ~0ull, RW, VM_MAP_FIXED), -EINVAL);
	EXPECT_EQ(file_map(&puppet, AT, INODE, ~0ull - PAGE + 1, 2, PAGE, RW, VM_MAP_FIXED),
		  -EINVAL);
	EXPECT_EQ(file_map(&puppet, AT, INODE, 0, 1, PAGE, RW, VM_MAP_FIXED | VM_MAP_GUARD),
		  -EINVAL);
	EXPECT_EQ(file_map(&puppet, 0, INODE, 0, ~0u, PAGE, RW, 0), -ENOMEM);
	EXPECT_EQ(file_map(&puppet, PUPPET_CONTROL, INODE, 0, 1, PAGE, RW, VM_MAP_FIXED_NOREPLACE),
		  -EEXIST);
	/* Services wait for no file: this one, and PM. */
	other.space = 0;
	EXPECT_EQ(file_map(&other, AT, INODE, 0, 1, PAGE, RW, VM_MAP_FIXED), -EPERM);
	other.space = 0xFFFFFFFFu;
	EXPECT_EQ(file_map(&other, AT, INODE, 0, 1, PAGE, RW, VM_MAP_FIXED), -ESRCH);
	EXPECT_EQ(vm_file_ready(&ready, NULL), -ESRCH);
	/* Nothing of all this is known as a file. */
	pager_serve(5);
	EXPECT_EQ(pager.closed, 0);
	return end(0);
}
