/* Processes, measured: `make run CMDLINE='root=vm init=ubench'` under the counting plugin of
 * tests/bench. Each operation is done often between two marks; the program has 1 MB of memory of
 * its own. `ubench end` is what it execs: it ends at once.
 */
#include <arch/bench.h>
#include <program.h>
#include <skerry/vm.h>
#include <sys.h>
#include <vm_call.h>

#define ROUNDS 100u
#define MEMORY ((size_t)1 << 20)
#define ROLE_BEGIN 1u
#define ROLE_END 2u

/* The marks' ids; tests/system/bench has those below. */
enum { ID_FORK_WAIT = 64, ID_FORK_EXEC_WAIT, ID_MMAP, ID_ANONYMOUS_FAULT, ID_COW_FAULT };

static void memory_make(void)
{
	const struct vm_mmap_req request = {
		.protection = VM_READ | VM_WRITE,
		.flags = VM_MAP_POPULATE,
		.bytes = MEMORY,
	};

	if (vm_mmap(&request, NULL) != 0)
		panic("no memory");
}

static void child_wait(pid32 pid)
{
	int status;

	if (pid < 0 || program_wait(pid, 0, &status) != pid || status != 0)
		panic("the child failed");
}

static void fork_wait(void)
{
	pid32 pid;

	arch_bench_mark(ROLE_BEGIN, ID_FORK_WAIT);
	pid = program_fork();
	if (pid == 0)
		program_exit(0);
	child_wait(pid);
	arch_bench_mark(ROLE_END, ID_FORK_WAIT);
}

static void fork_exec_wait(void)
{
	static const char block[] = "ubench\0end";
	pid32 pid;

	arch_bench_mark(ROLE_BEGIN, ID_FORK_EXEC_WAIT);
	pid = program_fork();
	if (pid == 0) {
		(void)program_exec("ubench", block, sizeof(block), 2);
		program_exit(1);
	}
	child_wait(pid);
	arch_bench_mark(ROLE_END, ID_FORK_EXEC_WAIT);
}

static void mmap_munmap(void)
{
	const struct vm_mmap_req map = {.protection = VM_READ | VM_WRITE, .bytes = 4096};
	struct vm_range_req unmap = {.bytes = 4096};
	struct vm_address_reply at;

	arch_bench_mark(ROLE_BEGIN, ID_MMAP);
	(void)vm_mmap(&map, &at);
	unmap.address = at.address;
	(void)vm_munmap(&unmap, NULL);
	arch_bench_mark(ROLE_END, ID_MMAP);
}

static void faults(void)
{
	const struct vm_mmap_req map = {.protection = VM_READ | VM_WRITE, .bytes = ROUNDS * 4096};
	struct vm_address_reply at;
	volatile char *page;
	pid32 pid;

	(void)vm_mmap(&map, &at);
	page = (volatile char *)(uintptr_t)at.address;
	for (unsigned int i = 0; i < ROUNDS; i++) {
		arch_bench_mark(ROLE_BEGIN, ID_ANONYMOUS_FAULT);
		page[i * 4096] = 1;
		arch_bench_mark(ROLE_END, ID_ANONYMOUS_FAULT);
	}
	pid = program_fork();
	for (unsigned int i = 0; pid == 0 && i < ROUNDS; i++) {
		arch_bench_mark(ROLE_BEGIN, ID_COW_FAULT);
		page[i * 4096] = 2;
		arch_bench_mark(ROLE_END, ID_COW_FAULT);
	}
	if (pid == 0)
		program_exit(0);
	child_wait(pid);
}

int sys_main(uintptr_t argument)
{
	struct program program;

	program_init((const struct program_start *)argument, &program);
	if (program.argument_count > 1)
		return 0;
	memory_make();
	for (unsigned int i = 0; i < ROUNDS; i++) {
		fork_wait();
		fork_exec_wait();
		mmap_munmap();
	}
	faults();
	sys_print("ubench: done\n");
	return 0;
}
