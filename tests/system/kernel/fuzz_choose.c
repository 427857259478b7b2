/* Where the fuzzer's arguments come from: half of them from what lives now. Every chooser knows
 * what must not be chosen, so that no call needs to be checked again: threads of the test are never
 * named where that could harm them, and nothing outside the playground can be written.
 */
#include "fuzz.h"

#include "frames.h"

/* --- Numbers -----------------------------------------------------------------------------------
 */

/* The finaliser of SplitMix64 (Steele, Lea, Flood, 2014). */
static uint64_t mix(uint64_t x)
{
	x += 0x9E3779B97F4A7C15ull;
	x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9ull;
	x = (x ^ x >> 27) * 0x94D049BB133111EBull;
	return x ^ x >> 31;
}

void choice_begin(struct choice *c, struct worker *worker)
{
	c->worker = worker;
	c->state = mix(mix(world.seed + worker->index) + worker->steps) | 1;
	c->hostile = one_in(c, 3);
}

uint32_t below(struct choice *c, uint32_t limit)
{
	return (uint32_t)((uint64_t)random_next(&c->state) * limit >> 32);
}

bool one_in(struct choice *c, uint32_t count)
{
	return below(c, count) == 0;
}

bool bad(struct choice *c)
{
	return c->hostile && one_in(c, 3);
}

uint32_t any32(struct choice *c)
{
	static const uint32_t edges[] = {
		0, 1, 2, 63, 64, 0xFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF,
	};

	if (one_in(c, 2))
		return edges[below(c, sizeof(edges) / sizeof(edges[0]))];
	return random_next(&c->state) >> below(c, 32);
}

u64 any64(struct choice *c)
{
	const u64 low = any32(c);

	return one_in(c, 2) ? low : low | (u64)any32(c) << 32;
}

uint32_t flags_of(struct choice *c, uint32_t valid)
{
	return (random_next(&c->state) & valid) | (bad(c) ? 1u << below(c, 32) : 0);
}

/* --- Threads -----------------------------------------------------------------------------------
 */

endpoint_t stale(struct choice *c)
{
	return world.stale[below(c, STALE_NAMES)];
}

static endpoint_t special(struct choice *c)
{
	static const endpoint_t names[] = {EP_NONE,  EP_ANY,	EP_PHYSICAL, EP_HARDWARE,
					   EP_CLOCK, EP_SYSTEM, EP_ASYNC,    0};

	return names[below(c, sizeof(names) / sizeof(names[0]))];
}

static endpoint_t live_victim(struct choice *c)
{
	const unsigned int first = below(c, BODIES);

	for (unsigned int i = 0; i < BODIES; i++) {
		const endpoint_t endpoint = world.body[(first + i) % BODIES].endpoint;

		if (endpoint != 0)
			return endpoint;
	}
	return world.stale[0];
}

static endpoint_t nobody(struct choice *c)
{
	endpoint_t endpoint;

	switch (below(c, 4)) {
	case 0:
		return special(c);
	case 1: /* another generation */
		endpoint = live_victim(c) + ((1u + below(c, 3)) << ENDPOINT_SLOT_BITS);
		break;
	case 2:
		endpoint = any32(c);
		break;
	default:
		return stale(c);
	}
	return endpoint == EP_SELF || is_protected(endpoint) ? stale(c) : endpoint;
}

endpoint_t victim(struct choice *c)
{
	const bool focused = one_in(c, 2);
	const endpoint_t other = live_victim(c);

	if (bad(c))
		return nobody(c);
	return focused && c->worker->focus != 0 ? c->worker->focus : other;
}

endpoint_t victim_or_me(struct choice *c)
{
	const endpoint_t choice = victim(c);

	return bad(c) && one_in(c, 3) ? c->worker->endpoint : choice;
}

endpoint_t anybody(struct choice *c)
{
	switch (below(c, 8)) {
	case 0:
		return EP_SELF;
	case 1:
		return world.worker[below(c, WORKERS)].endpoint;
	case 2:
		return supervisor_endpoint();
	default:
		return victim_or_me(c);
	}
}

endpoint_t partner_or_victim(struct choice *c)
{
	return one_in(c, 2) ? world.partner[below(c, PARTNERS)]->endpoint : victim(c);
}

endpoint_t manager(struct choice *c)
{
	if (bad(c))
		return nobody(c);
	switch (below(c, 16)) {
	case 0:
		return EP_SELF;
	case 1:
		return live_victim(c);
	default:
		return world.worker[below(c, WORKERS)].endpoint;
	}
}

endpoint_t scheduler(struct choice *c)
{
	if (bad(c))
		return nobody(c);
	switch (below(c, 8)) {
	case 0:
	case 1:
	case 2:
		return EP_SELF;
	case 3:
		return live_victim(c);
	default:
		return SCHEDULER_KERNEL;
	}
}

/* --- Spaces ------------------------------------------------------------------------------------
 */

static space_t no_space(struct choice *c)
{
	const space_t id = any32(c);

	if (one_in(c, 2)) /* a cell's, of another generation */
		return world.cell[below(c, CELLS)].id + ((1u + below(c, 3)) << ENDPOINT_SLOT_BITS);
	if (id == root_space.id || id == world.space[0]->id || id == world.space[1]->id)
		return 0;
	return id;
}

space_t cell_space(struct choice *c)
{
	const unsigned int first = below(c, CELLS);

	if (bad(c))
		return no_space(c);
	for (unsigned int i = 0; i < CELLS; i++) {
		const space_t id = world.cell[(first + i) % CELLS].id;

		if (id != 0)
			return id;
	}
	return 0;
}

space_t any_space(struct choice *c)
{
	switch (below(c, 24)) {
	case 0:
		return root_space.id;
	case 1:
		return world.space[below(c, 2)]->id;
	default:
		return cell_space(c);
	}
}

/* --- Addresses ---------------------------------------------------------------------------------
 */

u64 no_address(struct choice *c)
{
	static const u64 addresses[] = {
		0,
		1,
		ARCH_PAGE_SIZE - 1,
		NOWHERE,
		ARCH_KERNEL_PAGE, /* read-only, and so is the next */
		ZERO_PAGE,
		ZERO_PAGE - 8,
		ZERO_PAGE + ARCH_PAGE_SIZE - 8,
		ARCH_USER_LIMIT,
		ARCH_USER_LIMIT + 0x100000,
		UINTPTR_MAX - 7,
		1ull << 32,
		(1ull << 32) + DATA_BASE,
		UINT64_MAX,
		UINT64_MAX - ARCH_PAGE_SIZE + 1,
	};

	return addresses[below(c, sizeof(addresses) / sizeof(addresses[0]))];
}

u64 address(struct choice *c)
{
	if (bad(c))
		return no_address(c);
	switch (below(c, 16)) {
	case 0: /* at the end of a page, now and then of the last */
		return DATA_BASE + (1 + below(c, DATA_PAGES)) * ARCH_PAGE_SIZE - below(c, 9);
	case 1:
		return HOLE_BASE + below(c, HOLE_BYTES);
	case 2: /* some victim's stack or message page */
		return BODY_BASE + below(c, BODIES * BODY_BYTES);
	case 3:
		return DATA_BASE + below(c, DATA_PAGES) * ARCH_PAGE_SIZE;
	default:
		return DATA_BASE + (below(c, DATA_BYTES) & ~7u);
	}
}

u64 size(struct choice *c)
{
	if (bad(c))
		return one_in(c, 2) ? UINT64_MAX - below(c, 9) : ARCH_USER_LIMIT + below(c, 9);
	switch (below(c, 64)) {
	case 0:
		return 0x8000 + below(c, 0x38000);
	case 1:
		return 0;
	default:
		return below(c, one_in(c, 4) ? 3 * ARCH_PAGE_SIZE : 200);
	}
}

u64 program_counter(struct choice *c)
{
	if (bad(c))
		return one_in(c, 2) ? ARCH_USER_LIMIT + (u64)any32(c) : NOWHERE;
	return (vaddr_t)victim_entry;
}

u64 stack_pointer(struct choice *c, endpoint_t thread)
{
	const unsigned int body = body_of(thread);

	if (bad(c) || body == BODIES)
		return address(c);
	return (vaddr_t)body_victim(body);
}

/* The first physical address of the kernel's image. */
static u64 kernel_image(void)
{
	for (unsigned int i = 0; i < boot.map_count; i++) {
		if (boot.map[i].flags & KERNEL_MAP_EXECUTE)
			return boot.map[i].physical;
	}
	return 0;
}

/* To be refused from two bytes on. */
static u64 no_physical(struct choice *c)
{
	switch (below(c, 5)) {
	case 0:
		return 0;
	case 1:
		return memory_limit() - below(c, 2);
	case 2:
		return kernel_image();
	case 3:
		return (1ull << 32) + world.pool;
	default:
		return UINT64_MAX - below(c, 9);
	}
}

u64 physical(struct choice *c, u64 *bytes)
{
	const u64 offset = below(c, DATA_BYTES);

	if (bad(c)) {
		*bytes = 2 + below(c, 100);
		return no_physical(c);
	}
	if (*bytes > DATA_BYTES - offset)
		*bytes = DATA_BYTES - offset;
	return world.pool + offset;
}

u64 message_frame(struct choice *c)
{
	static const u64 invalid[] = {0, 1ull << 32, UINT64_MAX - ARCH_PAGE_SIZE + 1};

	if (bad(c) && one_in(c, 2))
		return one_in(c, 2) ? memory_limit() : kernel_image();
	if (bad(c))
		return one_in(c, 4) ? world.pool + 4 : invalid[below(c, 3)];
	return world.pool + below(c, DATA_PAGES) * ARCH_PAGE_SIZE;
}

/* --- Scheduling --------------------------------------------------------------------------------
 *
 * Nothing here is more urgent than the conductor, who takes threads away that run for ever.
 */

uint32_t priority(struct choice *c)
{
	if (bad(c))
		return PRIORITY_COUNT + any32(c) % 0x10000;
	switch (below(c, 8)) {
	case 0:
		return PRIORITY_TEST + 1 + below(c, PRIORITY_COUNT - PRIORITY_TEST - 1);
	case 1:
		return WORKER_PRIORITY - 1;
	default: /* less urgent ones hardly run */
		return WORKER_PRIORITY;
	}
}

nanoseconds_t quantum(struct choice *c)
{
	if (bad(c))
		return 1 + below(c, MILLISECOND - 1);
	return one_in(c, 8) ? 0 : MILLISECOND + (one_in(c, 8) ? below(c, 20 * MILLISECOND) : 0);
}

u64 affinity(struct choice *c)
{
	if (bad(c))
		return 1ull << (32 + below(c, 32));
	return one_in(c, 2) ? 0 : random_next(&c->state);
}
