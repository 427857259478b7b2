/* Cases of trees of four processes that end in every order: whoever is left has the memory it had,
 * and nobody sees what another wrote. The case's own process keeps the memory from before the tree.
 */
#include "vm_case.h"

#define NODES 4u
#define ORDERS 24u
#define OWN 3u			  /* pages a node writes when it is made */
#define PAGES (OWN * (NODES + 1)) /* the last are written after each end */

/* What the nodes see of each other: shared memory. */
struct stage {
	volatile uint32_t made;	 /* a bit for each node that has forked all its children */
	volatile uint32_t told;	 /* a bit for each node that is to end */
	volatile uint32_t round; /* everybody left writes and checks once a round */
	volatile uint32_t done[NODES];
};

/* Parent of each node but the first. */
static const uint8_t shapes[][NODES] = {
	{0, 0, 1, 2}, /* a chain */
	{0, 0, 0, 0}, /* a star */
	{0, 0, 1, 1}, /* two grandchildren */
	{0, 0, 0, 1}, /* a child without, one with a child */
};

static struct stage *stage;
static long memory;

/* Most waiting is done without the kernel, whose lock those who work need. */
static void rest(void)
{
	for (unsigned int i = 0; i < 500; i++)
		(void)stage->round;
	yield();
}

static unsigned int own_page(unsigned int node)
{
	return (node + 1) * OWN - OWN;
}

/* What a node must find: what its ancestors wrote before they forked it, and what it wrote. */
static void view_check(const uint8_t *shape, unsigned int node, uint32_t round)
{
	bool mine[NODES] = {false};
	unsigned int at = node;

	for (;;) {
		mine[at] = true;
		if (at == 0)
			break;
		at = shape[at];
	}
	for (unsigned int i = 0; i < NODES; i++) {
		const unsigned int page = own_page(i);

		for (unsigned int j = 0; j < OWN; j++)
			CHECK_EQ(*byte_at(memory + (page + j) * PAGE),
				 mine[i] ? 10 + i * OWN + j : 1);
	}
	CHECK_EQ(*byte_at(memory + (PAGES - OWN) * PAGE), round == 0 ? 1 : 100 + node + round);
}

static void round_play(const uint8_t *shape, unsigned int node, uint32_t round)
{
	view_check(shape, node, round - 1);
	*byte_at(memory + (PAGES - OWN) * PAGE) = (uint8_t)(100 + node + round);
	view_check(shape, node, round);
	stage->done[node] = round;
}

static void own_write(unsigned int node)
{
	for (unsigned int j = 0; j < OWN; j++)
		*byte_at(memory + (own_page(node) + j) * PAGE) = (uint8_t)(10 + node * OWN + j);
}

/* Of node 0 and, after each fork, of the child: children come after their parents. */
static void node_run(const uint8_t *shape)
{
	unsigned int node = 0;
	uint32_t round = 0;

	own_write(node);
	for (unsigned int i = 1; i < NODES; i++) {
		if (shape[i] == node && child_make() == 0) {
			node = i;
			own_write(node);
		}
	}
	(void)__atomic_fetch_or(&stage->made, 1u << node, __ATOMIC_SEQ_CST);
	while (!(stage->told >> node & 1)) {
		if (round != stage->round)
			round_play(shape, node, ++round);
		rest();
	}
	program_exit((int)node);
}

static void order_fill(unsigned int number, uint8_t order[NODES])
{
	bool used[NODES] = {false};
	unsigned int left = ORDERS;

	for (unsigned int i = 0; i < NODES; i++) {
		unsigned int pick;

		left /= NODES - i;
		pick = number / left % (NODES - i);
		for (order[i] = 0; used[order[i]] || pick-- > 0;)
			order[i]++;
		used[order[i]] = true;
	}
}

/* Until everybody that is left has played the round. */
static void round_wait(uint32_t left, uint32_t round)
{
	stage->round = round;
	for (unsigned int i = 0; i < NODES; i++) {
		while ((left >> i & 1) && stage->done[i] != round)
			rest();
	}
}

static uint64_t spaces_now(void)
{
	return statistics_get().spaces;
}

static void tree_run(const uint8_t *shape, const uint8_t *order)
{
	const uint64_t spaces = spaces_now();
	uint32_t left = (1u << NODES) - 1;
	pid32 pid;

	memset(stage, 0, sizeof(*stage));
	pid = child_make();
	if (pid == 0)
		node_run(shape);
	while (stage->made != left)
		rest();
	round_wait(left, 1);
	for (unsigned int i = 0; i < NODES; i++) {
		left &= ~(1u << order[i]);
		(void)__atomic_fetch_or(&stage->told, 1u << order[i], __ATOMIC_SEQ_CST);
		while (spaces_now() != spaces + NODES - 1 - i)
			rest();
		round_wait(left, i + 2);
	}
	CHECK_EQ(child_wait(pid), EXITED(0));
	for (unsigned int i = 0; i < PAGES; i++)
		CHECK_EQ(*byte_at(memory + i * PAGE), 1);
}

/* Cleared between two rounds: an order with node 0 first leaves orphans to process 1, if it is. */
static void shape_run(const uint8_t *shape)
{
	stage = (struct stage *)map(PAGE, RW, VM_MAP_SHARED);
	memory = map(PAGES * PAGE, RW, 0);
	for (unsigned int i = 0; i < PAGES; i++)
		*byte_at(memory + i * PAGE) = 1;
	for (unsigned int number = 0; number < ORDERS; number++) {
		uint8_t order[NODES];
		int status;

		order_fill(number, order);
		tree_run(shape, order);
		while (program_wait(-1, PM_WAIT_NOHANG, &status) > 0)
			; /* this is process 1 */
	}
	CHECK_EQ(unmap((uintptr_t)stage, PAGE), 0);
	CHECK_EQ(unmap(memory, PAGES * PAGE), 0);
}

void case_order_chain(void)
{
	shape_run(shapes[0]);
}

void case_order_star(void)
{
	shape_run(shapes[1]);
}

void case_order_fork(void)
{
	shape_run(shapes[2]);
}

void case_order_mixed(void)
{
	shape_run(shapes[3]);
}
