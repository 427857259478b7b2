/* The fuzzer's world: the playground's frames, the cells, places for victims, and the pager's
 * hooks, which run in the supervisor. Everything is made before the workers start and taken back
 * after they have ended.
 */
#include "fuzz.h"

#include "frames.h"
#include "supervisor.h"
#include <sys.h>

#define POOL_VIEW                                                                                  \
	(PRIVATE_BASE + 0x200000) /* the pool's frames side by side, in the root's space */

_Static_assert(POOL_PAGES + 1 <= SPACE_PAGES_MAX, "the frames fit the root's space");
_Static_assert(0x100000 + BODIES * BODY_BYTES <= 0x200000, "the playground's parts lie apart");

extern const uint8_t __executable_start[], _end[]; /* user.lds */

struct world world;
static paddr_t zero_frame;

/* --- Places for victims ------------------------------------------------------------------------
 */

static vaddr_t body_address(unsigned int body)
{
	return BODY_BASE + body * BODY_BYTES;
}

struct victim *body_victim(unsigned int body)
{
	return (struct victim *)body_message(body) - 1;
}

vaddr_t body_message(unsigned int body)
{
	return body_address(body) + (1 + BODY_STACK_PAGES) * ARCH_PAGE_SIZE;
}

static paddr_t body_first_frame(unsigned int body)
{
	return world.pool + (DATA_PAGES + RECORD_PAGES + body * BODY_PAGES) * ARCH_PAGE_SIZE;
}

paddr_t body_frame(unsigned int body)
{
	return body_first_frame(body) + BODY_STACK_PAGES * ARCH_PAGE_SIZE;
}

unsigned int body_claim(uint64_t random)
{
	for (unsigned int body = 0; body < BODIES; body++) {
		if (__atomic_exchange_n(&world.body[body].claimed, 1, __ATOMIC_ACQUIRE) != 0)
			continue;
		*body_victim(body) = (struct victim){.random = random | 1, .caller = EP_NONE};
		return body;
	}
	return BODIES;
}

void body_settle(unsigned int body, endpoint_t endpoint)
{
	world.body[body].endpoint = endpoint;
	if (endpoint == 0)
		__atomic_store_n(&world.body[body].claimed, 0, __ATOMIC_RELEASE);
}

unsigned int body_of(endpoint_t endpoint)
{
	unsigned int body = 0;

	while (body < BODIES && world.body[body].endpoint != endpoint)
		body++;
	return body;
}

void victim_forget(endpoint_t endpoint)
{
	const unsigned int body = body_of(endpoint);
	const uint32_t next = __atomic_fetch_add(&world.stale_next, 1, __ATOMIC_RELAXED);

	world.stale[next % STALE_NAMES] = endpoint;
	if (body != BODIES)
		body_settle(body, 0);
}

bool is_protected(endpoint_t endpoint)
{
	for (unsigned int i = 0; i < WORKERS; i++) {
		if (world.worker[i].endpoint == endpoint)
			return true;
	}
	for (unsigned int i = 0; i < PARTNERS; i++) {
		if (world.partner[i] != NULL && world.partner[i]->endpoint == endpoint)
			return true;
	}
	return endpoint == world.conductor || endpoint == supervisor_endpoint();
}

/* --- The pager's hooks -------------------------------------------------------------------------
 */

static uint64_t hook_random;

static struct page_table *table_of(space_t id)
{
	for (unsigned int i = 0; i < CELLS; i++) {
		if (world.cell[i].id == id)
			return &world.cell[i].table;
	}
	for (unsigned int i = 0; i < 2; i++) {
		if (world.space[i]->id == id)
			return &world.space[i]->table;
	}
	return NULL;
}

/* Some page of the playground's data into the hole; read-only now and then, so that a write asks
 * again. */
static bool hole_map(space_t id, u64 where)
{
	const vaddr_t page = (vaddr_t)where & ~(vaddr_t)(ARCH_PAGE_SIZE - 1);
	struct page_table *table = table_of(id);
	const uint32_t roll = random_next(&hook_random);

	if (table == NULL || where < HOLE_BASE || where >= HOLE_BASE + HOLE_BYTES)
		return false;
	return page_table_map(table, page, world.pool + roll / 4 % DATA_PAGES * ARCH_PAGE_SIZE,
			      ARCH_PAGE_SIZE, PAGE_USER | (roll % 4 ? PAGE_WRITE : 0)) == 0;
}

/* Half of them are held for SYS_VMCTL_FAULT_CLEAR to find. The answer may come too late for a
 * victim that was cleared meanwhile. */
static enum fault_answer fault_hook(const struct fault_event *event)
{
	if (is_protected(event->thread))
		return FAULT_FATAL;
	if (random_next(&hook_random) % 2 && hole_map(event->fault.space, event->fault.address))
		(void)sys_vmctl_fault_clear(&(struct sys_fault_clear_req){event->thread}, NULL);
	else
		world.faulted = event->thread;
	return FAULT_HOLD;
}

static int memory_hook(const struct memory_event *event)
{
	const uint32_t roll = random_next(&hook_random) % 8;
	struct sys_memreq_reply_req reply = {event->thread, roll == 0 ? -ENOMEM : -EFAULT};

	if (!is_protected(event->thread) && roll < 4) {
		world.requested = event->thread;
		return MEMORY_HOLD;
	}
	if (roll > 1 && hole_map(event->request.space, event->request.address))
		reply.result = 0;
	(void)sys_vmctl_memreq_reply(&reply, NULL);
	return MEMORY_HOLD;
}

static long unmap(void *argument)
{
	const uint32_t random = *(const uint32_t *)argument;
	struct cell *cell = &world.cell[random % CELLS];
	const vaddr_t page = HOLE_BASE + random / CELLS % HOLE_PAGES * ARCH_PAGE_SIZE;

	(void)page_table_unmap(&cell->table, page, ARCH_PAGE_SIZE);
	if (cell->id != 0)
		(void)sys_vmctl_flush(&(struct sys_space_req){cell->id}, NULL);
	return 0;
}

void hole_unmap(uint32_t random)
{
	(void)supervisor_run(unmap, &random);
}

/* --- Making ------------------------------------------------------------------------------------
 */

/* The playground's parts, by whoever maps pages of a space. */
static void playground_map(void (*map)(void *space, vaddr_t address, paddr_t physical,
				       unsigned int pages, uint32_t flags),
			   void *space)
{
	map(space, DATA_BASE, world.pool, DATA_PAGES, PAGE_WRITE);
	map(space, RECORD_BASE, world.pool + DATA_BYTES, RECORD_PAGES, PAGE_WRITE);
	map(space, ZERO_PAGE, zero_frame, 1, 0);
	for (unsigned int body = 0; body < BODIES; body++)
		map(space, body_address(body) + ARCH_PAGE_SIZE, body_first_frame(body), BODY_PAGES,
		    PAGE_WRITE);
}

static void shared_map(void *space, vaddr_t where, paddr_t from, unsigned int pages, uint32_t flags)
{
	REQUIRE(space_map(space, where, from, pages, flags) == 0);
}

static void cell_map(void *table, vaddr_t where, paddr_t from, unsigned int pages, uint32_t flags)
{
	if (page_table_map(table, where, from, pages * ARCH_PAGE_SIZE, flags | PAGE_USER) != 0)
		panic("no memory for a cell");
}

/* The image and the kernel page, read-only, and the playground. */
static long cell_fill(void *argument)
{
	struct page_table *table = argument;
	struct page_mapping mapping;

	for (vaddr_t at = (vaddr_t)__executable_start; at < (vaddr_t)_end; at += ARCH_PAGE_SIZE) {
		if (page_table_lookup(&root_space.table, at, &mapping))
			cell_map(table, at, mapping.physical, 1, 0);
	}
	cell_map(table, ARCH_KERNEL_PAGE, boot.kernel_page, 1, 0);
	playground_map(cell_map, table);
	return 0;
}

void world_make(uint64_t seed)
{
	memset(&world, 0, sizeof(world));
	world.seed = seed;
	world.conductor = thread_self();
	world.backtraces_left = 8;
	tables_note();
	world.stale[0] = endpoint_stale();
	for (unsigned int i = 1; i < STALE_NAMES; i++)
		world.stale[i] = world.stale[0];
	world.pool = space_add(NULL, POOL_VIEW, POOL_PAGES, PAGE_WRITE);
	zero_frame = space_add(NULL, ZERO_PAGE, 1, 0);
	REQUIRE(world.pool != 0 && zero_frame != 0);
	playground_map(shared_map, NULL);
	for (unsigned int i = 0; i < 2; i++) {
		world.space[i] = space_make();
		playground_map(shared_map, world.space[i]);
	}
	for (unsigned int i = 0; i < CELLS; i++) {
		REQUIRE(root_make(&world.cell[i].table) == 0);
		(void)supervisor_run(cell_fill, &world.cell[i].table);
	}
	hook_random = seed | 1;
	supervisor_hooks.fault = fault_hook;
	supervisor_hooks.memory = memory_hook;
}

/* --- Taking back -------------------------------------------------------------------------------
 */

/* Whatever the framework did not make; its own threads it clears itself. */
static void strangers_clear(void)
{
	const unsigned int slots = machine_info().thread_slots;
	struct info_thread info;
	struct sys_info_req request = {
		.what = INFO_THREAD, .address = (vaddr_t)&info, .size = sizeof(info)};

	for (; request.index < slots; request.index++) {
		CHECK_EQUAL(sys_info(&request, NULL), 0);
		if (info.thread == EP_NONE || info.thread == supervisor_endpoint() ||
		    thread_by_endpoint(info.thread) != NULL)
			continue;
		CHECK_EQUAL(sys_clear(&(struct sys_clear_req){info.thread}, NULL), 0);
	}
}

void world_unmake(void)
{
	for (unsigned int i = 0; i < 2; i++)
		(void)sys_vmctl_inhibit_clear(&(struct sys_space_req){world.space[i]->id}, NULL);
	waits_check();
	strangers_clear();
	for (unsigned int i = 0; i < CELLS; i++) {
		const struct sys_space_destroy_req request = {world.cell[i].id};

		if (request.space != 0)
			CHECK_EQUAL(sys_space_destroy(&request, NULL), 0);
		root_free(&world.cell[i].table);
	}
	queues_check();
	tables_check();
}
