/* Cases of mprotect and access. */
#include "vm_case.h"

void case_protect_refused(void)
{
	const long start = map(4 * PAGE, RW, 0);

	CHECK_EQ(protect(start, 0, VM_READ), -EINVAL);
	CHECK_EQ(protect(start + 1, PAGE, VM_READ), -EINVAL);
	CHECK_EQ(protect(start, 100, VM_READ), -EINVAL);
	CHECK_EQ(protect(start, PAGE, 8), -EINVAL);
	CHECK_EQ(protect(start, PAGE, ~0u), -EINVAL);
	CHECK_EQ(protect(0, PAGE, VM_READ), -EINVAL);
	CHECK_EQ(protect(PROGRAM_END, PAGE, VM_READ), -EINVAL);
	CHECK_EQ(protect(ARCH_KERNEL_BASE, PAGE, RW), -EINVAL);
	CHECK_EQ(protect(ARCH_KERNEL_PAGE, PAGE, RW), -EINVAL);
	CHECK_EQ(protect(start, ~0ull - PAGE + 1, VM_READ), -EINVAL);
	CHECK_EQ(unmap(start + 2 * PAGE, PAGE), 0);
	CHECK_EQ(protect(start, 4 * PAGE, VM_READ), -ENOMEM);
	CHECK_EQ(protect(start + 2 * PAGE, PAGE, VM_READ), -ENOMEM);
	CHECK_EQ(touch_write(start), 0);
	CHECK_EQ(touch_write(start + 3 * PAGE), 0);
	CHECK_EQ(unmap(start, 4 * PAGE), 0);
}

void case_protect_access(void)
{
	static const struct {
		uint32_t protection;
		int read, write;
	} rows[] = {
		{0, SIGNAL_SEGV, SIGNAL_SEGV},		{VM_READ, 0, SIGNAL_SEGV}, {RW, 0, 0},
		{VM_READ | VM_EXECUTE, 0, SIGNAL_SEGV}, {RW | VM_EXECUTE, 0, 0},
	};
	const unsigned int count = sizeof(rows) / sizeof(rows[0]);

	/* Memory that was touched before and memory that was not, private and shared; from each
	 * protection to each. */
	for (unsigned int i = 0; i < count * count * 4; i++) {
		const uint32_t flags = (i & 1) ? VM_MAP_SHARED : 0;
		const unsigned int from = i / 4 % count, to = i / 4 / count;
		const long start = map(3 * PAGE, RW, flags | (i & 2 ? VM_MAP_POPULATE : 0));

		CHECK(start > 0);
		CHECK_EQ(protect(start + PAGE, PAGE, rows[from].protection), 0);
		CHECK_EQ(protect(start + PAGE, PAGE, rows[to].protection), 0);
		CHECK_EQ(touch_read(start + PAGE), rows[to].read);
		CHECK_EQ(touch_write(start + PAGE), rows[to].write);
		*byte_at(start) = 1;
		*byte_at(start + 2 * PAGE) = 1;
		CHECK_EQ(unmap(start, 3 * PAGE), 0);
	}
	/* So it is where it is mapped in the first place. */
	for (unsigned int i = 0; i < count * 4; i++) {
		const uint32_t flags = (i & 1 ? VM_MAP_SHARED : 0) | (i & 2 ? VM_MAP_POPULATE : 0);
		const long start = map(PAGE, rows[i / 4].protection, flags);

		CHECK_EQ(touch_read(start), rows[i / 4].read);
		CHECK_EQ(touch_write(start), rows[i / 4].write);
		CHECK_EQ(unmap(start, PAGE), 0);
	}
}

void case_protect_content(void)
{
	const long start = map(16 * PAGE, RW, 0);

	pages_fill(start, 16, 5);
	for (unsigned int round = 0; round < 4; round++) {
		CHECK_EQ(protect(start + round * PAGE, 8 * PAGE, round & 1 ? VM_READ : 0), 0);
		CHECK_EQ(protect(start, 16 * PAGE, RW), 0);
		pages_check(start, 16, 5 + round);
		pages_fill(start, 16, 6 + round);
	}
	CHECK_EQ(unmap(start, 16 * PAGE), 0);
}

void case_protect_fork(void)
{
	const long start = map(4 * PAGE, RW, 0);
	pid32 pid;

	pages_fill(start, 4, 1);
	CHECK_EQ(protect(start, 2 * PAGE, VM_READ), 0);
	pid = child_make();
	if (pid == 0) {
		pages_check(start, 4, 1);
		CHECK_EQ(touch_write(start), SIGNAL_SEGV);
		CHECK_EQ(protect(start, 4 * PAGE, RW), 0);
		pages_fill(start, 4, 2);
		pages_check(start, 4, 2);
		program_exit(0);
	}
	CHECK_EQ(child_wait(pid), 0);
	pages_check(start, 4, 1);
	CHECK_EQ(touch_write(start), SIGNAL_SEGV);
	CHECK_EQ(protect(start, 4 * PAGE, RW), 0);
	pages_fill(start, 4, 3);
	pages_check(start, 4, 3);
	CHECK_EQ(unmap(start, 4 * PAGE), 0);
}
