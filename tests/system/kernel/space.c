/* Spaces: the test's own page tables, and what every space shows. */
#include "space.h"

#include "frames.h"
#include "supervisor.h"
#include "test_case.h"
#include "thread.h"
#include <arch/layout.h>
#include <skerry/kernel_call.h>
#include <string.h>
#include <sys.h>
#include <sys_call.h>

#define RUNS_MAX 16

/* A piece of the root's boot map that every space shows. */
struct run {
	vaddr_t address;
	paddr_t physical;
	size_t bytes;
	uint32_t flags;
};

extern const uint8_t __executable_start[], _end[]; /* user.lds */

struct test_space root_space;
static struct test_space spaces[SPACES_MAX];
static struct page_table_kernel kernel_part;
static struct run runs[RUNS_MAX];
static unsigned int run_count;

/* --- Tables ----------------------------------------------------------------------------------- */

static void *table_pointer(void *context, paddr_t frame)
{
	(void)context;
	return frame_pointer(frame);
}

static paddr_t table_allocate(void *context)
{
	(void)context;
	return frames_allocate(1);
}

/* One more than asked for, so that an aligned row is among them. */
static paddr_t table_allocate_row(void *context, unsigned int count)
{
	const paddr_t bytes = count * ARCH_PAGE_SIZE, first = frames_allocate(2 * count - 1);
	const paddr_t row = (first + bytes - 1) & ~(bytes - 1);
	const unsigned int before = (row - first) / ARCH_PAGE_SIZE;

	(void)context;
	if (first == 0)
		return 0;
	if (before > 0)
		frames_free(first, before);
	if (before < count - 1)
		frames_free(row + bytes, count - 1 - before);
	return row;
}

static void table_release(void *context, paddr_t frame)
{
	(void)context;
	frames_free(frame, 1);
}

static const struct page_frames table_frames = {
	.pointer = table_pointer,
	.allocate = table_allocate,
	.allocate_row = table_allocate_row,
	.release = table_release,
};

static void must_map(struct page_table *table, vaddr_t address, paddr_t physical, size_t bytes,
		     uint32_t flags)
{
	const int error = page_table_map(table, address, physical, bytes, flags);

	if (error != 0)
		panic("cannot map %#lx: %d", (unsigned long)address, error);
}

/* --- What every space shows --------------------------------------------------------------------
 */

static void run_add(vaddr_t address, paddr_t physical, uint32_t flags)
{
	struct run *last = run_count > 0 ? &runs[run_count - 1] : NULL;

	if (last != NULL && last->address + last->bytes == address &&
	    last->physical + last->bytes == physical && last->flags == flags) {
		last->bytes += ARCH_PAGE_SIZE;
		return;
	}
	assert(run_count < RUNS_MAX);
	runs[run_count++] = (struct run){address, physical, ARCH_PAGE_SIZE, flags};
}

static void runs_find(const struct page_table *from, vaddr_t address, vaddr_t end)
{
	struct page_mapping mapping;

	for (; address < end; address += ARCH_PAGE_SIZE) {
		if (page_table_lookup(from, address, &mapping))
			run_add(address, mapping.physical, mapping.flags & ~PAGE_LARGE);
	}
}

static void map_shared(struct page_table *table)
{
	for (unsigned int i = 0; i < run_count; i++)
		must_map(table, runs[i].address, runs[i].physical, runs[i].bytes, runs[i].flags);
	threads_map(table);
}

/* --- Boot --------------------------------------------------------------------------------------
 */

static void paging_enable(void)
{
	struct arch_paging paging;
	const struct sys_paging_enable_req request = {
		.address = (uintptr_t)&paging,
		.size = sizeof(paging),
	};
	int error;

	page_table_paging(&kernel_part, &root_space.table, &paging);
	error = sys_vmctl_paging_enable(&request, NULL);
	if (error != 0)
		panic("SYS_VMCTL_PAGING_ENABLE: %d", error);
}

void spaces_init(void)
{
	const struct page_table boot_table = {.root = boot.root_table, .frames = &table_frames};
	struct page_table *table = &root_space.table;

	runs_find(&boot_table, (vaddr_t)__executable_start, (vaddr_t)_end);
	runs_find(&boot_table, ARCH_ROOT_STACK_TOP - ARCH_ROOT_STACK_BYTES, ARCH_ROOT_STACK_TOP);
	run_add(ARCH_KERNEL_PAGE, boot.kernel_page, PAGE_USER);
	if (page_table_kernel_create(&kernel_part, &table_frames, boot.features, boot.map,
				     boot.map_count) != 0 ||
	    page_table_create(table, &kernel_part, &table_frames) != 0)
		panic("cannot build page tables");
	map_shared(table);
	must_map(table, boot.message_address, boot.message_frame, ARCH_PAGE_SIZE,
		 PAGE_USER | PAGE_WRITE);
	/* Free memory only: no writable view of the kernel. */
	for (unsigned int i = 0; i < boot.free_count; i++)
		must_map(table, boot.root_window + boot.free[i].base, boot.free[i].base,
			 boot.free[i].bytes, PAGE_USER | PAGE_WRITE | PAGE_LARGE);
	/* The table for private pages stays, so that the first case to use it leaks nothing. */
	must_map(table, PRIVATE_BASE, 0, ARCH_PAGE_SIZE, PAGE_USER);
	(void)page_table_unmap(table, PRIVATE_BASE, ARCH_PAGE_SIZE);
	root_space.id = boot.root_space;
	paging_enable();
}

/* --- Making and freeing ----------------------------------------------------------------------- */

static struct test_space *find_unused(void)
{
	for (unsigned int i = 0; i < SPACES_MAX; i++) {
		if (spaces[i].id == 0)
			return &spaces[i];
	}
	return NULL;
}

static long make(void *argument)
{
	struct test_space **made = argument;
	struct test_space *space = find_unused();
	struct sys_space_create_req request;
	struct sys_space_create_reply reply;
	int error;

	if (space == NULL)
		return -ENOSPC;
	memset(space, 0, sizeof(*space));
	error = page_table_create(&space->table, &kernel_part, &table_frames);
	if (error != 0)
		return error;
	map_shared(&space->table);
	request.root = space->table.root;
	error = sys_space_create(&request, &reply);
	if (error != 0) {
		page_table_destroy(&space->table);
		return error;
	}
	space->id = reply.space;
	*made = space;
	return 0;
}

struct test_space *space_make(void)
{
	struct test_space *space = NULL;
	const long error = supervisor_run(make, &space);

	CHECK_EQUAL(error, 0);
	REQUIRE(space != NULL);
	return space;
}

static void pages_free(struct test_space *space)
{
	for (unsigned int i = 0; i < space->page_count; i++)
		frames_free(space->page[i], 1);
	space->page_count = 0;
}

static long destroy(void *argument)
{
	struct test_space *space = argument;
	const struct sys_space_destroy_req request = {.space = space->id};
	const int error = sys_space_destroy(&request, NULL);

	if (error != 0)
		return error;
	space->id = 0;
	page_table_destroy(&space->table);
	pages_free(space);
	return 0;
}

void space_free(struct test_space *space)
{
	CHECK_EQUAL(supervisor_run(destroy, space), 0);
}

void spaces_free_all(void)
{
	for (unsigned int i = 0; i < SPACES_MAX; i++) {
		if (spaces[i].id != 0)
			space_free(&spaces[i]);
	}
	if (root_space.page_count > 0) {
		space_unmap(&root_space, PRIVATE_BASE, PRIVATE_BYTES / ARCH_PAGE_SIZE);
		pages_free(&root_space);
	}
	frames_hot(false);
}

static long table_make(void *argument)
{
	return page_table_create(argument, &kernel_part, &table_frames);
}

int root_make(struct page_table *table)
{
	return supervisor_run(table_make, table);
}

static long table_free(void *argument)
{
	page_table_destroy(argument);
	return 0;
}

void root_free(struct page_table *table)
{
	(void)supervisor_run(table_free, table);
}

/* --- Changing ----------------------------------------------------------------------------------
 */

struct change {
	struct test_space *space;
	vaddr_t address;
	paddr_t physical; /* 0: fresh frames */
	unsigned int pages;
	uint32_t flags;
	int (*edit)(struct page_table *table, const struct change *change);
};

static long map(void *argument)
{
	struct change *change = argument;

	return page_table_map(&change->space->table, change->address, change->physical,
			      change->pages * ARCH_PAGE_SIZE, change->flags);
}

static long add(void *argument)
{
	struct change *change = argument;
	struct test_space *space = change->space;

	if (space->page_count + change->pages > SPACE_PAGES_MAX)
		return -ENOSPC;
	change->physical = frames_allocate(change->pages);
	if (change->physical == 0)
		return -ENOMEM;
	for (unsigned int i = 0; i < change->pages; i++)
		space->page[space->page_count++] = change->physical + i * ARCH_PAGE_SIZE;
	return map(change);
}

paddr_t space_add(struct test_space *space, vaddr_t address, unsigned int pages, uint32_t flags)
{
	struct change change = {
		.space = space != NULL ? space : &root_space,
		.address = address,
		.pages = pages,
		.flags = flags | PAGE_USER,
	};

	CHECK_EQUAL(supervisor_run(add, &change), 0);
	return change.physical;
}

int space_map(struct test_space *space, vaddr_t address, paddr_t physical, unsigned int pages,
	      uint32_t flags)
{
	struct change change = {
		.space = space != NULL ? space : &root_space,
		.address = address,
		.physical = physical,
		.pages = pages,
		.flags = flags | PAGE_USER,
	};

	return supervisor_run(map, &change);
}

static int edit_unmap(struct page_table *table, const struct change *change)
{
	return page_table_unmap(table, change->address, change->pages * ARCH_PAGE_SIZE);
}

static int edit_protect(struct page_table *table, const struct change *change)
{
	return page_table_protect(table, change->address, change->pages * ARCH_PAGE_SIZE,
				  change->flags);
}

/* The root's own space cannot be inhibited: it is edited first and flushed then. */
static long edit(void *argument)
{
	struct change *change = argument;
	struct test_space *space = change->space;
	const struct sys_space_req request = {.space = space->id};
	int error;

	if (space == &root_space) {
		error = change->edit(&space->table, change);
		return error != 0 ? error : sys_vmctl_flush(&request, NULL);
	}
	error = sys_vmctl_inhibit_set(&request, NULL);
	if (error != 0)
		return error;
	error = change->edit(&space->table, change);
	return sys_vmctl_inhibit_clear(&request, NULL) | error;
}

void space_unmap(struct test_space *space, vaddr_t address, unsigned int pages)
{
	struct change change = {
		.space = space, .address = address, .pages = pages, .edit = edit_unmap};

	CHECK_EQUAL(supervisor_run(edit, &change), 0);
}

void space_protect(struct test_space *space, vaddr_t address, unsigned int pages, uint32_t flags)
{
	struct change change = {
		.space = space,
		.address = address,
		.pages = pages,
		.flags = flags | PAGE_USER,
		.edit = edit_protect,
	};

	CHECK_EQUAL(supervisor_run(edit, &change), 0);
}

paddr_t space_physical(struct test_space *space, vaddr_t address)
{
	struct page_mapping mapping;

	return page_table_lookup(&space->table, address, &mapping) ? mapping.physical : 0;
}

void *space_see(struct test_space *space, vaddr_t address)
{
	const paddr_t physical = space_physical(space, address);

	return physical != 0 ? frame_pointer(physical) : NULL;
}
