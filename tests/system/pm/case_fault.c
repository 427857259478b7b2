/* Faults with handlers, and the stacks that handlers run on. */
#include "program.h"

#include <vm_call.h>

static volatile unsigned int came;
static volatile u64 fault_address;
static uint8_t *page;

static void mend(uint32_t signal, const struct pm_signal_info *info, struct signal_frame *frame)
{
	const struct vm_mmap_req request = {
		.protection = VM_READ | VM_WRITE,
		.flags = VM_MAP_FIXED,
		.address = (uintptr_t)page,
		.bytes = ARCH_PAGE_SIZE,
	};

	(void)frame;
	CHECK_EQ(signal, SIGNAL_SEGV);
	CHECK_EQ(info->code, PM_SIGNAL_CODE_FAULT);
	fault_address = info->value;
	came++;
	CHECK_EQ(vm_mmap(&request, NULL), 0);
}

void case_signal_fault(void)
{
	handler_set(SIGNAL_SEGV, mend, 0, 0);
	for (unsigned int i = 1; i <= 20; i++) {
		page = memory_map(ARCH_PAGE_SIZE, 0);
		CHECK(page != NULL);
		memory_unmap(page, ARCH_PAGE_SIZE);
		((volatile uint8_t *)page)[i * 8] = 77;
		CHECK_EQ(came, i);
		CHECK_EQ(fault_address, (uintptr_t)page + i * 8);
		CHECK_EQ(page[i * 8], 77);
		memory_unmap(page, ARCH_PAGE_SIZE);
	}
}

static void null_write(void)
{
	volatile uintptr_t near_null = 16; /* the compiler must not know it */

	*(volatile int *)near_null = 1;
}

void case_signal_fault_blocked(void)
{
	pid32 child = child_make();

	if (child == 0) {
		handler_set(SIGNAL_SEGV, mend, 0, 0);
		(void)mask_set(PM_SIGNAL_BLOCK, BIT(SIGNAL_SEGV));
		null_write();
		program_exit(0);
	}
	CHECK_EQ(child_wait(child), SIGNAL_SEGV);
	child = child_make();
	if (child == 0) {
		action_set(SIGNAL_SEGV, PM_SIGNAL_IGNORE, 0);
		null_write();
		program_exit(0);
	}
	CHECK_EQ(child_wait(child), SIGNAL_SEGV);
}

/* --- Stacks ----------------------------------------------------------------------------------- */

static uint8_t other_stack[2 * STACK_BYTES] __attribute__((aligned(64)));

static bool is_on_other(const void *local)
{
	return (uintptr_t)local - (uintptr_t)other_stack < sizeof(other_stack);
}

static int stack_set(uint32_t flags, u64 bytes, u64 pointer, struct pm_signal_stack_reply *old)
{
	const struct pm_signal_stack_req request = {
		.address = (uintptr_t)other_stack,
		.bytes = bytes,
		.stack_pointer = pointer,
		.flags = flags,
		.set = 1,
	};

	return pm_signal_stack(&request, old);
}

static void on_other(uint32_t signal, const struct pm_signal_info *info, struct signal_frame *frame)
{
	struct pm_signal_stack_reply old;

	(void)frame;
	CHECK(is_on_other(&old));
	CHECK_EQ(info->stack, (uintptr_t)other_stack);
	CHECK_EQ(stack_set(PM_SIGNAL_STACK_DISABLE, 0, (uintptr_t)&old, &old), -EPERM);
	CHECK_EQ(old.flags, PM_SIGNAL_STACK_ON);
	if (came++ == 0)
		CHECK_EQ(kill(own_pid(), SIGNAL_USER2), 0); /* nested, on the same */
	if (signal == SIGNAL_SEGV)
		program_exit(6);
}

static unsigned int overflow(unsigned int depth)
{
	volatile uint8_t space[4096];

	space[0] = (uint8_t)depth;
	return depth == ~0u ? 0 : overflow(depth + 1) + space[0];
}

void case_signal_stack(void)
{
	struct pm_signal_stack_reply old;
	pid32 child;

	CHECK_EQ(stack_set(0, 100, 0, &old), -ENOMEM);
	CHECK_EQ(stack_set(64, sizeof(other_stack), 0, &old), -EINVAL);
	CHECK_EQ(stack_set(0, sizeof(other_stack), 0, &old), 0);
	CHECK_EQ(old.flags, PM_SIGNAL_STACK_DISABLE);
	handler_set(SIGNAL_USER1, on_other, PM_SIGNAL_ONSTACK, 0);
	handler_set(SIGNAL_USER2, on_other, PM_SIGNAL_ONSTACK, 0);
	handler_set(SIGNAL_SEGV, on_other, PM_SIGNAL_ONSTACK, 0);
	CHECK_EQ(kill(own_pid(), SIGNAL_USER1), 0);
	CHECK_EQ(came, 2);
	child = child_make();
	if (child == 0) {
		came = 1;
		program_exit((int)overflow(0));
	}
	CHECK_EQ(child_wait(child), EXITED(6));
}

void case_signal_bad_stack(void)
{
	pid32 child = child_make();

	if (child == 0) {
		handler_set(SIGNAL_SEGV, mend, 0, 0);
		program_exit((int)overflow(0)); /* no place for the frame either */
	}
	CHECK_EQ(child_wait(child), SIGNAL_SEGV);
	child = child_make();
	if (child == 0) {
		(void)pm_signal_return(&(struct pm_signal_return_req){.frame = 64}, NULL);
		program_exit(0);
	}
	CHECK_EQ(child_wait(child), SIGNAL_SEGV);
	child = child_make();
	if (child == 0) {
		handler_set(SIGNAL_USER1, mend, PM_SIGNAL_ONSTACK, 0);
		CHECK_EQ(stack_set(0, sizeof(other_stack), 0, NULL), 0);
		memory_unmap((void *)((uintptr_t)other_stack & ~(ARCH_PAGE_SIZE - 1ul)),
			     sizeof(other_stack) + ARCH_PAGE_SIZE);
		(void)kill(own_pid(), SIGNAL_USER1);
		program_exit(0);
	}
	CHECK_EQ(child_wait(child), SIGNAL_SEGV);
}
