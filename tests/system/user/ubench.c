/* Processes and their memory, measured: `make bench`, or `make run CMDLINE='root=vm bench=time'`.
 * A program; ubserve.c starts it. It has UBENCH_MEMORY of memory of its own, present, which forks
 * share.
 *
 *   ubench count   each operation ROUNDS times or more between marks; prints `bench ID NAME`
 *   ubench time    batches; prints `batch NAME OPERATIONS NANOSECONDS`
 *   ubench end     ends at once: what it execs itself as
 */
#include "ubench.h"

#include <program.h>
#include <skerry/kernel_call.h>
#include <skerry/vm.h>
#include <string.h>
#include <sys.h>
#include <sys_call.h>
#include <vm_call.h>

#define ROUNDS 100u
#define BATCHES 9u
#define PAGES 128u  /* of a run of faults */
#define EXECS "100" /* in a row */
#define EXECS_NUMBER 100u

/* So many operations, at least; how many it were and how long they took. */
struct batch {
	unsigned int operations;
	nanoseconds_t elapsed;
};

struct operation {
	const char *name;
	enum ubench_id id;
	void (*run)(void);  /* one operation */
	void (*many)(void); /* or `operations` of them, whose time goes to `*shared` */
	unsigned int operations;
};

/* What a child tells its parent. */
static nanoseconds_t *shared;

nanoseconds_t ubench_now(void)
{
	const struct sys_times_req request = {.thread = EP_SELF};
	struct sys_times_reply reply;

	if (sys_times(&request, &reply) != 0)
		panic("no time");
	return reply.now;
}

vaddr_t ubench_map(vaddr_t address, size_t bytes, uint32_t flags)
{
	const struct vm_mmap_req request = {
		.protection = VM_READ | VM_WRITE,
		.flags = flags,
		.address = address,
		.bytes = bytes,
	};
	struct vm_address_reply reply;
	const int error = vm_mmap(&request, &reply);

	if (error != 0)
		panic("cannot map %zu bytes: %d", bytes, error);
	return (vaddr_t)reply.address;
}

void ubench_unmap(vaddr_t address, size_t bytes)
{
	const struct vm_range_req request = {.address = address, .bytes = bytes};
	const int error = vm_munmap(&request, NULL);

	if (error != 0)
		panic("cannot unmap: %d", error);
}

/* --- Processes -------------------------------------------------------------------------------- */

static void child_wait(pid32 pid)
{
	int status;

	if (pid < 0 || program_wait(pid, 0, &status) != pid || status != 0)
		panic("the child failed");
}

static void fork_exit_wait(void)
{
	pid32 pid;

	ubench_begin(ID_FORK_EXIT_WAIT);
	pid = program_fork();
	if (pid == 0)
		program_exit(0);
	child_wait(pid);
	ubench_end(ID_FORK_EXIT_WAIT);
}

static void fork_exec_wait(void)
{
	static const char block[] = "ubench\0end";
	pid32 pid;

	ubench_begin(ID_FORK_EXEC_WAIT);
	pid = program_fork();
	if (pid == 0) {
		(void)program_exec("ubench", block, sizeof(block), 2);
		program_exit(1);
	}
	child_wait(pid);
	ubench_end(ID_FORK_EXEC_WAIT);
}

/* The last mark is missing: the program that was loaded sets it (ubig.c), and execs itself. */
static void exec_load(void)
{
	static const char block[] = "ubig\0" EXECS;
	const nanoseconds_t start = ubench_now();
	const pid32 pid = program_fork();

	if (pid == 0) {
		ubench_begin(ID_EXEC_LOAD);
		(void)program_exec("ubig", block, sizeof(block), 2);
		program_exit(1);
	}
	child_wait(pid);
	*shared = ubench_now() - start;
}

/* --- Maps and faults -------------------------------------------------------------------------- */

UBENCH_INLINE void touch(vaddr_t start, size_t bytes)
{
	for (vaddr_t page = start; page < start + bytes; page += ARCH_PAGE_SIZE)
		*(volatile char *)page = 1;
}

UBENCH_INLINE void map_unmap(enum ubench_id id, size_t bytes, bool touched)
{
	vaddr_t start;

	ubench_begin(id);
	start = ubench_map(0, bytes, 0);
	if (touched)
		touch(start, bytes);
	ubench_unmap(start, bytes);
	ubench_end(id);
}

static void map_page(void)
{
	map_unmap(ID_MAP_PAGE, ARCH_PAGE_SIZE, false);
}

static void map_page_touched(void)
{
	map_unmap(ID_MAP_PAGE_TOUCHED, ARCH_PAGE_SIZE, true);
}

static void map_1m(void)
{
	map_unmap(ID_MAP_1M, UBENCH_MEMORY, false);
}

static void map_1m_touched(void)
{
	map_unmap(ID_MAP_1M_TOUCHED, UBENCH_MEMORY, true);
}

UBENCH_INLINE nanoseconds_t fault_each(enum ubench_id id, vaddr_t start)
{
	const nanoseconds_t begin = ubench_now();

	for (unsigned int i = 0; i < PAGES; i++) {
		volatile char *byte = (volatile char *)(start + i * ARCH_PAGE_SIZE);

		ubench_begin(id);
		*byte = 1;
		ubench_end(id);
	}
	return ubench_now() - begin;
}

/* The page before is touched: its table is there. */
static vaddr_t faults_map(uint32_t flags)
{
	const vaddr_t start = ubench_map(0, (PAGES + 1) * ARCH_PAGE_SIZE, flags);

	touch(start, ARCH_PAGE_SIZE);
	return start + ARCH_PAGE_SIZE;
}

static void faults_unmap(vaddr_t start)
{
	ubench_unmap(start - ARCH_PAGE_SIZE, (PAGES + 1) * ARCH_PAGE_SIZE);
}

static void fault_anonymous(void)
{
	const vaddr_t start = faults_map(0);

	*shared = fault_each(ID_FAULT_ANONYMOUS, start);
	faults_unmap(start);
}

static void fault_cow(void)
{
	const vaddr_t start = faults_map(VM_MAP_POPULATE);
	const pid32 pid = program_fork();

	if (pid == 0) {
		*shared = fault_each(ID_FAULT_COW, start);
		program_exit(0);
	}
	child_wait(pid);
	faults_unmap(start);
}

/* --- Running ---------------------------------------------------------------------------------- */

static const struct operation operations[] = {
	{"vm.fault.anonymous", ID_FAULT_ANONYMOUS, .many = fault_anonymous, .operations = PAGES},
	{"vm.fault.cow", ID_FAULT_COW, .many = fault_cow, .operations = PAGES},
	{"vm.fork_exit_wait", ID_FORK_EXIT_WAIT, .run = fork_exit_wait},
	{"vm.fork_exec_wait", ID_FORK_EXEC_WAIT, .run = fork_exec_wait},
	{"vm.exec_load.1m", ID_EXEC_LOAD, .many = exec_load, .operations = EXECS_NUMBER},
	{"vm.mmap_munmap.page", ID_MAP_PAGE, .run = map_page},
	{"vm.mmap_munmap.page.touched", ID_MAP_PAGE_TOUCHED, .run = map_page_touched},
	{"vm.mmap_munmap.1m", ID_MAP_1M, .run = map_1m},
	{"vm.mmap_munmap.1m.touched", ID_MAP_1M_TOUCHED, .run = map_1m_touched},
};

static struct batch batch_run(const struct operation *operation)
{
	nanoseconds_t start;

	if (operation->many != NULL) {
		operation->many();
		return (struct batch){operation->operations, *shared};
	}
	start = ubench_now();
	for (unsigned int i = 0; i < ROUNDS; i++)
		operation->run();
	return (struct batch){ROUNDS, ubench_now() - start};
}

static void operation_run(const struct operation *operation, bool counting)
{
	struct batch batch;

	if (counting) {
		sys_print("bench %u %s\n", (unsigned int)operation->id, operation->name);
		(void)batch_run(operation);
		return;
	}
	for (unsigned int i = 0; i < BATCHES; i++) {
		batch = batch_run(operation);
		sys_print("batch %s %u %llu\n", operation->name, batch.operations, batch.elapsed);
	}
}

int sys_main(uintptr_t argument)
{
	struct program program;
	bool counting;

	program_init((const struct program_start *)argument, &program);
	if (program.argument_count != 2)
		program_exit(1);
	if (strcmp(program.arguments[1], "end") == 0)
		program_exit(0);
	counting = strcmp(program.arguments[1], "count") == 0;
	shared = (nanoseconds_t *)ubench_map(0, ARCH_PAGE_SIZE, VM_MAP_SHARED | VM_MAP_POPULATE);
	(void)ubench_map(0, UBENCH_MEMORY, VM_MAP_POPULATE);
	for (unsigned int i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		operation_run(&operations[i], counting);
	ubench_regions(counting);
	sys_print("ubench: done\n");
	program_exit(0);
}
