/* Cases of copies under grants to and from memory that is not there yet, or not for that use. The
 * suite grants its own memory to itself.
 */
#include "service_case.h"

#include <service.h>
#include <skerry/grant.h>
#include <skerry/kernel_call.h>
#include <string.h>
#include <sys_call.h>
#include <vm_call.h>

#define PAGES 70u /* more than VM is asked for at once */
#define BYTES ((uint64_t)PAGES * PAGE)
#define GRANTS 2u /* that wait for memory, and that do not */

static struct grant_entry table[GRANTS];
static grant_t grants[GRANTS];
static long granted, own;

static bool grants_make(void)
{
	struct sys_grant_table_req request = {.address = (uintptr_t)table, .entries = GRANTS};
	struct sys_grant_table_reply reply;

	granted = map(BYTES, RW, 0);
	own = map(BYTES, RW, 0);
	EXPECT(granted > 0 && own > 0);
	for (unsigned int i = 0; i < GRANTS; i++) {
		table[i] = (struct grant_entry){
			.flags = GRANT_DIRECT | GRANT_READ | GRANT_WRITE | (i ? GRANT_TRY : 0),
			.generation = 1,
			.grantee = EP_ANY,
			.address = (u64)granted,
			.bytes = BYTES,
		};
	}
	EXPECT_EQ(sys_grant_table(&request, &reply), 0);
	for (unsigned int i = 0; i < GRANTS; i++)
		grants[i] = GRANT_ID(i, reply.epoch, 1);
	return true;
}

static bool grants_end(void)
{
	const struct sys_grant_table_req none = {.entries = 0};

	EXPECT_EQ(sys_grant_table(&none, NULL), 0);
	EXPECT_EQ(unmap((uint64_t)granted, BYTES), 0);
	EXPECT_EQ(unmap((uint64_t)own, BYTES), 0);
	return true;
}

static struct sys_safecopy_req request_of(unsigned int grant, uint64_t offset, long address,
					  uint64_t bytes)
{
	return (struct sys_safecopy_req){
		.granter = service_start()->endpoint,
		.grant = grants[grant],
		.offset = offset,
		.address = (u64)address,
		.bytes = bytes,
	};
}

static int copy_to(unsigned int grant, uint64_t offset, long from, uint64_t bytes)
{
	const struct sys_safecopy_req request = request_of(grant, offset, from, bytes);

	return sys_safecopy_to(&request, NULL);
}

static int copy_from(unsigned int grant, uint64_t offset, long to, uint64_t bytes)
{
	const struct sys_safecopy_req request = request_of(grant, offset, to, bytes);

	return sys_safecopy_from(&request, NULL);
}

static uint64_t resident_now(void)
{
	return usage_get(0).resident;
}

bool service_safecopy_absent(void)
{
	uint64_t resident;

	EXPECT(grants_make());
	EXPECT_EQ(copy_to(1, 0, own, 8), -EFAULT); /* neither is there, and it may not wait */
	resident = resident_now();
	EXPECT_EQ(copy_to(0, 100, own + 50, BYTES - 200), 0);
	EXPECT_EQ(resident_now(), resident + 2 * BYTES);
	EXPECT_EQ(copy_to(1, 100, own + 50, BYTES - 200), 0);
	for (uint64_t i = 0; i < BYTES; i++)
		EXPECT_EQ(byte_at(granted)[i] | byte_at(own)[i], 0);
	memset((void *)own, 0x31, BYTES);
	EXPECT_EQ(unmap((uint64_t)granted, BYTES), 0);
	EXPECT_EQ(map_at((uint64_t)granted, BYTES, RW, VM_MAP_FIXED_NOREPLACE), granted);
	EXPECT_EQ(copy_to(0, PAGE - 1, own, PAGE + 2), 0);
	EXPECT_EQ(byte_at(granted)[PAGE - 2], 0);
	for (uint64_t i = 0; i < PAGE + 2; i++)
		EXPECT_EQ(byte_at(granted)[PAGE - 1 + i], 0x31);
	EXPECT_EQ(byte_at(granted)[2 * PAGE + 1], 0);
	EXPECT_EQ(copy_from(0, BYTES - PAGE, own, PAGE), 0); /* zeroes that were not there */
	EXPECT_EQ(byte_at(own)[0] | byte_at(own)[PAGE - 1], 0);
	EXPECT_EQ(byte_at(own)[PAGE], 0x31);
	return grants_end();
}

bool service_safecopy_fill(void)
{
	struct sys_safememset_req fill = {
		.granter = service_start()->endpoint,
		.value = 0x5E,
		.offset = 10,
		.bytes = BYTES - 20,
	};

	EXPECT(grants_make());
	fill.grant = grants[1];
	EXPECT_EQ(sys_safememset(&fill, NULL), -EFAULT);
	fill.grant = grants[0];
	EXPECT_EQ(sys_safememset(&fill, NULL), 0);
	EXPECT_EQ(byte_at(granted)[9], 0);
	EXPECT_EQ(byte_at(granted)[10], 0x5E);
	EXPECT_EQ(byte_at(granted)[BYTES - 11], 0x5E);
	EXPECT_EQ(byte_at(granted)[BYTES - 10], 0);
	return grants_end();
}

/* The owner's protection counts, whatever the grant says; what was copied before stays. */
bool service_safecopy_refused(void)
{
	EXPECT(grants_make());
	memset((void *)own, 0x44, BYTES);
	EXPECT_EQ(protect((uint64_t)granted + 2 * PAGE, PAGE, VM_READ), 0);
	EXPECT_EQ(copy_to(0, 2 * PAGE, own, 8), -EFAULT);
	EXPECT_EQ(copy_to(0, PAGE, own, 2 * PAGE), -EFAULT);
	EXPECT_EQ(copy_from(0, 2 * PAGE, own, 8), 0);
	EXPECT_EQ(protect((uint64_t)granted + 2 * PAGE, PAGE, 0), 0);
	EXPECT_EQ(copy_from(0, 2 * PAGE, own, 8), -EFAULT);
	EXPECT_EQ(unmap((uint64_t)granted + 2 * PAGE, PAGE), 0);
	EXPECT_EQ(copy_from(0, 2 * PAGE + 8, own, 8), -EFAULT);
	EXPECT_EQ(copy_to(0, 3 * PAGE - 4, own, 8), -EFAULT);
	EXPECT_EQ(copy_from(0, 0, own - 4, 0), 0);
	EXPECT_EQ(copy_from(0, 0, (long)PROGRAM_END, 8), -EFAULT);
	EXPECT_EQ(copy_from(0, 0, 0, 8), -EFAULT);
	EXPECT_EQ(copy_from(0, BYTES - 4, own, 8), -EPERM);
	EXPECT_EQ(copy_from(0, ~0ull - 4, own, 8), -EPERM);
	return grants_end();
}

/* A copy to memory that a fork shares is to one side alone. */
bool service_safecopy_shared(void)
{
	const struct vm_space_fork_req fork = {.thread = service_start()->endpoint};
	struct vm_space_reply made;
	struct vm_space_req end;
	uint64_t copies;

	EXPECT(grants_make());
	memset((void *)granted, 0x11, BYTES);
	memset((void *)own, 0x22, BYTES);
	EXPECT_EQ(vm_space_fork(&fork, &made), 0);
	copies = statistics_get().copies;
	EXPECT_EQ(copy_from(0, 0, own + PAGE, 2 * PAGE), 0); /* reads one, writes the other */
	EXPECT_EQ(statistics_get().copies, copies + 2);
	EXPECT_EQ(copy_to(0, PAGE / 2, own, PAGE), 0);
	EXPECT_EQ(statistics_get().copies, copies + 4);
	EXPECT_EQ(byte_at(granted)[0], 0x11);
	EXPECT_EQ(byte_at(granted)[PAGE / 2], 0x22);
	EXPECT_EQ(byte_at(own)[PAGE], 0x11);
	EXPECT_EQ(usage_get(made.space).faults_copied, 0);
	end.space = made.space;
	EXPECT_EQ(vm_space_destroy(&end, NULL), 0);
	return grants_end();
}
