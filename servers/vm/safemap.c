/* Records of what is mapped under grants, and the memory type of such regions. A record has at
 * least one region, all of them in the grantee's space.
 */
#include "safemap.h"

#include "memory.h"
#include "present.h"
#include "type.h"
#include <skerry/errno.h>
#include <skerry/grant.h>
#include <sys_call.h>

static struct link records = LINK_HEAD(records);

static struct safemap *record_of(struct link *link)
{
	return link_object(link, struct safemap, link);
}

/* --- Records ---------------------------------------------------------------------------------- */

int safemap_grant_check(struct safemap_grant *grant)
{
	const struct sys_grant_check_req request = {
		.granter = grant->granter,
		.grantee = grant->grantee,
		.grant = grant->grant,
		.access = grant->access,
		.offset = grant->offset,
		.bytes = grant->bytes,
	};
	struct sys_grant_check_reply reply;
	const int error = sys_grant_check(&request, &reply);

	if (error == 0) {
		grant->owner = reply.owner;
		grant->address = reply.address;
	}
	return error;
}

static void drop(struct safemap *record)
{
	link_remove(&records, &record->link);
	shared_release(record->shared);
	slab_free(&safemap_slab, record);
}

/* The record takes over the region's reference to the object. */
static int part_wrap(const struct share *share, const struct share_part *part,
		     const struct safemap_grant *grant)
{
	struct safemap *record = slab_allocate(&safemap_slab);
	struct region *region = part->region;
	const uint64_t done = part->start - share->part[0].start;

	if (record == NULL)
		return -ENOMEM;
	record->grant = *grant;
	record->grant.offset += done;
	record->grant.address += done;
	record->grant.bytes = part->end - part->start;
	record->shared = region->object;
	record->regions = 1;
	link_append(&records, &record->link);
	slab_write(region);
	region->type = &type_safemap;
	region->object = record;
	return 0;
}

int safemap_wrap(struct share *share, const struct safemap_grant *grant)
{
	int error = 0;

	for (unsigned int i = 0; error == 0 && i < share->count; i++)
		error = part_wrap(share, &share->part[i], grant);
	return error;
}

/* --- Taking back ------------------------------------------------------------------------------ */

static void take_back(struct safemap *record)
{
	struct vm_space *space = vm_space_find(record->grant.grantee_space);
	USE(space);

	share_forget(&space->space, record, &type_anonymous);
	/* As far as there is memory: who takes back must not be refused. */
	if (space->pinned)
		(void)present_bring(space, PROGRAM_LOW, PROGRAM_HIGH);
}

/* The kernel does not tell upon what other grants a grant stands, so it is asked again. */
static bool still_holds(const struct safemap *record)
{
	struct safemap_grant now = record->grant;

	return safemap_grant_check(&now) == 0 && now.owner == record->grant.owner &&
	       now.address == record->grant.address;
}

/* Not if the granter gave his own memory, and is another: then nobody's grant is in between. */
static bool may_stand_on(const struct safemap_grant *grant, space_t revoker)
{
	return grant->granter_space != grant->owner_space || grant->granter_space == revoker;
}

void safemap_revoke(space_t granter, grant_t grant)
{
	struct link *link = records.next, *next;

	for (; link != &records; link = next) {
		struct safemap *record = record_of(link);
		const struct safemap_grant *of = &record->grant;

		next = link->next;
		if ((of->granter_space == granter && of->grant == grant) ||
		    (may_stand_on(of, granter) && !still_holds(record)))
			take_back(record);
	}
}

void safemap_revoke_space(space_t space)
{
	struct link *link = records.next, *next;

	for (; link != &records; link = next) {
		struct safemap *record = record_of(link);

		next = link->next;
		if (record->grant.granter_space == space || record->grant.owner_space == space)
			take_back(record);
	}
}

/* --- The type --------------------------------------------------------------------------------- */

static void reference(struct region *region)
{
	struct safemap *record = region->object;

	slab_write(record);
	record->regions++;
}

static void release(struct region *region)
{
	struct safemap *record = region->object;

	slab_write(record);
	if (--record->regions == 0)
		drop(record);
}

static enum fault_result fault(struct region *region, vaddr_t page, bool write)
{
	const struct safemap *record = region->object;

	(void)write;
	return shared_fault(record->shared, region, page);
}

/* A grant is to one process: its child has a copy, which nobody can take back. */
static int copy(struct region *from, struct region *to)
{
	const struct safemap *record = from->object;

	return shared_copy(record->shared, to);
}

static int never_resize(const struct region *region, size_t bytes)
{
	(void)region, (void)bytes;
	return -ENOMEM;
}

static const char *check(const struct region *region)
{
	const struct safemap *record = region->object;

	return vm_space_of(region)->id == record->grant.grantee_space
		       ? NULL
		       : "memory under a grant is in another's space";
}

const struct memory_type type_safemap = {
	.name = "granted",
	.has_offset = true,
	.reference = reference,
	.release = release,
	.fault = fault,
	.writable = shared_writable,
	.copy = copy,
	.protect = shared_protect,
	.resize = never_resize,
	.check = check,
};
