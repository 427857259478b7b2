/* The fuzzer's rows on grants, copies, and what the pager calls. */
#include "fuzz.h"

#define VECTOR_BYTES (ARCH_PAGE_SIZE / 2) /* of a record page; contexts follow */

/* --- Grants ------------------------------------------------------------------------------------
 *
 * Only workers' tables are written here, and with nothing but addresses that may be: what a worker
 * grants lies in spaces where the test's own memory can be written. Offsets stay small for that.
 */

static void entry_fill(struct choice *c, struct grant_entry *entry)
{
	static const uint32_t kinds[] = {GRANT_DIRECT, GRANT_DIRECT, GRANT_INDIRECT, GRANT_MAGIC};
	const struct worker *other = &world.worker[below(c, WORKERS)];
	const uint32_t kind = kinds[below(c, 4)];
	const uint32_t generation = entry->generation % GRANT_GENERATION_MASK + 1;

	entry->flags = 0; /* nobody uses a half-written entry */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	entry->generation = generation;
	entry->grantee = one_in(c, 4) ? anybody(c) : EP_ANY;
	entry->owner = kind == GRANT_INDIRECT ? other->endpoint : anybody(c);
	entry->other = other->grants.id[below(c, GRANTS)];
	entry->address = kind == GRANT_INDIRECT ? below(c, 64) : address(c);
	entry->bytes = bad(c) ? UINT64_MAX - below(c, 100) : below(c, DATA_BYTES);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	entry->flags = kind | (one_in(c, 8) ? 0 : GRANT_READ) | (one_in(c, 8) ? 0 : GRANT_WRITE) |
		       (one_in(c, 8) ? GRANT_TRY : 0) | (one_in(c, 2) ? GRANT_MAP : 0) |
		       (bad(c) ? 1u << below(c, 32) : 0);
}

static void entry_renew(struct choice *c)
{
	struct grants *grants = &c->worker->grants;
	const unsigned int index = below(c, GRANTS);

	entry_fill(c, &grants->entry[index]);
	grants->id[index] = GRANT_ID(index, grants->epoch, grants->entry[index].generation);
}

static u64 table_address(struct choice *c)
{
	if (!bad(c) && !one_in(c, 16))
		return (vaddr_t)c->worker->grants.entry;
	switch (below(c, 4)) {
	case 0:
		return ZERO_PAGE;
	case 1:
		return NOWHERE;
	case 2:
		return ARCH_USER_LIMIT - 4;
	default:
		return UINT64_MAX - below(c, 100);
	}
}

static void grant_table(struct choice *c)
{
	struct grants *grants = &c->worker->grants;
	const struct sys_grant_table_req request = {
		.address = table_address(c),
		.entries = bad(c) ? (one_in(c, 2) ? 0 : GRANT_ENTRIES_MAX + 1 + any32(c) % 100)
				  : GRANTS,
	};
	struct sys_grant_table_reply reply;

	if (MAKE2(c, SYS_GRANT_TABLE, &request, &reply) != 0)
		return;
	grants->epoch = reply.epoch;
	for (unsigned int i = 0; i < GRANTS; i++)
		entry_renew(c);
}

/* A grant of somebody, and a range that often lies in it. */
static struct safecopy_element element(struct choice *c)
{
	const struct worker *granter = &world.worker[below(c, WORKERS)];
	const unsigned int body = below(c, BODIES);
	struct safecopy_element e = {
		.granter = granter->endpoint,
		.grant = granter->grants.id[below(c, GRANTS)],
		.offset = one_in(c, 2) ? 0 : below(c, 0x1000),
		.address = address(c),
		.bytes = one_in(c, 8) ? size(c) : below(c, 100),
		.write = one_in(c, 2),
	};

	if (one_in(c, 8)) {
		e.granter = world.body[body].endpoint;
		e.grant = body_victim(body)->grant_id[below(c, 2)];
	}
	if (bad(c))
		e.grant += one_in(c, 2) ? 1 : any32(c);
	if (bad(c))
		e.granter = victim_or_me(c);
	return e;
}

static void safecopy(struct choice *c, uint32_t number)
{
	const struct safecopy_element e = element(c);
	const struct sys_safecopy_req request = {
		.granter = e.granter,
		.grant = e.grant,
		.offset = e.offset,
		.address = e.address,
		.bytes = e.bytes,
		.flags = flags_of(c, CPF_TRY),
	};

	if (one_in(c, 2))
		entry_renew(c);
	(void)MAKE(c, number, &request);
}

static void safecopy_from(struct choice *c)
{
	safecopy(c, SYS_SAFECOPY_FROM);
}

static void safecopy_to(struct choice *c)
{
	safecopy(c, SYS_SAFECOPY_TO);
}

static void safecopy_vector(struct choice *c)
{
	struct safecopy_element *vector = (struct safecopy_element *)c->worker->record;
	const unsigned int count = 1 + below(c, one_in(c, 4) ? 32 : 3);
	const struct sys_safecopy_vector_req request = {
		.address = bad(c) ? address(c) : (vaddr_t)vector,
		.count = bad(c) ? (one_in(c, 2) ? 0 : SAFECOPY_VECTOR_MAX + 1 + any32(c) / 2)
				: count,
		.flags = flags_of(c, CPF_TRY),
	};
	struct sys_vector_reply reply;

	_Static_assert(32 * sizeof(*vector) <= VECTOR_BYTES, "the vector fits its half");
	for (unsigned int i = 0; i < count; i++) {
		vector[i] = element(c);
		vector[i].write += bad(c) && one_in(c, 4);
	}
	/* Elements found elsewhere could name any memory of this space. */
	if (request.address != (vaddr_t)vector && request.address - DATA_BASE < 0x200000)
		return;
	(void)MAKE2(c, SYS_SAFECOPY_VECTOR, &request, &reply);
}

static void safememset(struct choice *c)
{
	const struct safecopy_element e = element(c);
	const struct sys_safememset_req request = {
		.granter = e.granter,
		.grant = e.grant,
		.offset = e.offset,
		.bytes = e.bytes,
		.value = any32(c),
		.flags = flags_of(c, CPF_TRY),
	};

	(void)MAKE(c, SYS_SAFEMEMSET, &request);
}

static void grant_check(struct choice *c)
{
	const struct safecopy_element e = element(c);
	const struct sys_grant_check_req request = {
		.granter = e.granter,
		.grantee = anybody(c),
		.grant = e.grant,
		.access = flags_of(c, GRANT_READ | GRANT_WRITE | GRANT_MAP),
		.offset = e.offset,
		.bytes = e.bytes,
	};
	struct sys_grant_check_reply reply;

	(void)MAKE2(c, SYS_GRANT_CHECK, &request, &reply);
}

/* --- Copies ------------------------------------------------------------------------------------
 */

static struct sys_copy_req copy(struct choice *c)
{
	return (struct sys_copy_req){
		.source = anybody(c),
		.destination = anybody(c),
		.source_address = address(c),
		.destination_address = address(c),
		.bytes = size(c),
		.flags = flags_of(c, CPF_TRY),
	};
}

static void vircopy(struct choice *c)
{
	const struct sys_copy_req request = copy(c);

	(void)MAKE(c, SYS_VIRCOPY, &request);
}

/* The second side may shorten the range; it never grows beyond what the first side allows, except
 * where this side is refused anyway. */
static void physcopy(struct choice *c)
{
	struct sys_copy_req request = copy(c);

	if (one_in(c, 2)) {
		request.source = EP_PHYSICAL;
		request.source_address = physical(c, &request.bytes);
	}
	if (one_in(c, 2)) {
		request.destination = EP_PHYSICAL;
		request.destination_address = physical(c, &request.bytes);
	}
	(void)MAKE(c, SYS_PHYSCOPY, &request);
}

static void memory_set(struct choice *c)
{
	struct sys_memset_req request = {
		.target = anybody(c),
		.value = any32(c),
		.address = address(c),
		.bytes = size(c),
		.flags = flags_of(c, CPF_TRY),
	};

	if (one_in(c, 2)) {
		request.target = EP_PHYSICAL;
		request.address = physical(c, &request.bytes);
	}
	(void)MAKE(c, SYS_MEMSET, &request);
}

static void umap(struct choice *c)
{
	const struct sys_umap_req request = {
		.target = one_in(c, 2) ? EP_SELF : anybody(c),
		.address = address(c),
		.bytes = one_in(c, 16) ? UMAP_BYTES_MAX + 1 : size(c),
	};
	struct sys_umap_reply reply;

	(void)MAKE2(c, SYS_UMAP, &request, &reply);
}

static void vumap(struct choice *c)
{
	struct vumap_element *input = (struct vumap_element *)c->worker->record;
	const unsigned int count = 1 + below(c, VUMAP_MAX);
	const struct sys_vumap_req request = {
		.input = bad(c) ? address(c) : (vaddr_t)input,
		.output = bad(c) ? address(c) : (vaddr_t)(input + VUMAP_MAX),
		.count = bad(c) ? any32(c) : count,
		.output_max = bad(c) ? any32(c) : 1 + below(c, VUMAP_MAX),
		.write = one_in(c, 2),
	};
	struct sys_vector_reply reply;

	for (unsigned int i = 0; i < count; i++)
		input[i] = (struct vumap_element){address(c), size(c) % (4 * ARCH_PAGE_SIZE)};
	(void)MAKE2(c, SYS_VUMAP, &request, &reply);
}

/* --- The pager's -------------------------------------------------------------------------------
 */

static void paging_enable(struct choice *c)
{
	const struct sys_paging_enable_req request = {address(c), any32(c)};

	(void)MAKE(c, SYS_VMCTL_PAGING_ENABLE, &request);
}

static void inhibit_set(struct choice *c)
{
	(void)MAKE(c, SYS_VMCTL_INHIBIT_SET, &((struct sys_space_req){any_space(c)}));
}

static void inhibit_clear(struct choice *c)
{
	struct sys_epoch_reply reply;

	(void)MAKE2(c, SYS_VMCTL_INHIBIT_CLEAR, &((struct sys_space_req){any_space(c)}), &reply);
}

static void flush(struct choice *c)
{
	struct sys_epoch_reply reply;

	(void)MAKE2(c, SYS_VMCTL_FLUSH, &((struct sys_space_req){any_space(c)}), &reply);
	if (c->worker->role.flags & PRIV_ALL_MEMORY) /* it may call the root */
		hole_unmap(random_next(&c->state));
}

static void fault_clear(struct choice *c)
{
	const endpoint_t faulted = world.faulted;
	const bool known = faulted != 0 && !one_in(c, 3);
	const struct sys_fault_clear_req request = {known ? faulted : victim_or_me(c)};

	(void)MAKE(c, SYS_VMCTL_FAULT_CLEAR, &request);
}

static void memreq_reply(struct choice *c)
{
	static const int32_t results[] = {0, -EFAULT, -ENOMEM};
	const endpoint_t requested = world.requested;
	const bool known = requested != 0 && !one_in(c, 3);
	const struct sys_memreq_reply_req request = {
		.thread = known ? requested : victim_or_me(c),
		.result = bad(c) ? (int32_t)any32(c) : results[below(c, 3)],
	};

	(void)MAKE(c, SYS_VMCTL_MEMREQ_REPLY, &request);
}

static void root_get(struct choice *c)
{
	struct sys_root_get_reply reply;

	(void)MAKE2(c, SYS_VMCTL_ROOT_GET, &((struct sys_root_get_req){anybody(c)}), &reply);
}

const struct row memory_rows[SYS_CALL_COUNT] = {
	[SYS_GRANT_TABLE] = {grant_table, 4},
	[SYS_SAFECOPY_FROM] = {safecopy_from, 6},
	[SYS_SAFECOPY_TO] = {safecopy_to, 6},
	[SYS_SAFECOPY_VECTOR] = {safecopy_vector, 6},
	[SYS_SAFEMEMSET] = {safememset, 4},
	[SYS_GRANT_CHECK] = {grant_check, 6},
	[SYS_VIRCOPY] = {vircopy, 6},
	[SYS_PHYSCOPY] = {physcopy, 6},
	[SYS_MEMSET] = {memory_set, 4},
	[SYS_UMAP] = {umap, 4},
	[SYS_VUMAP] = {vumap, 4},
	[SYS_VMCTL_PAGING_ENABLE] = {paging_enable, 1},
	[SYS_VMCTL_INHIBIT_SET] = {inhibit_set, 3},
	[SYS_VMCTL_INHIBIT_CLEAR] = {inhibit_clear, 12},
	[SYS_VMCTL_FLUSH] = {flush, 3},
	[SYS_VMCTL_FAULT_CLEAR] = {fault_clear, 6},
	[SYS_VMCTL_MEMREQ_REPLY] = {memreq_reply, 6},
	[SYS_VMCTL_ROOT_GET] = {root_get, 2},
};
