/* The table of spaces, by the slot in the kernel's name; what regions ask of page tables. */
#include "vm_space.h"

#include "boot.h"
#include "dma.h"
#include "memory.h"
#include "mutant.h"
#include "own_space.h"
#include "pager.h"
#include "safemap.h"
#include "sanity.h"
#include "shared.h"
#include "type.h"
#include "watch.h"
#include <arch/layout.h>
#include <skerry/errno.h>
#include <skerry/ipc.h>
#include <sys.h>
#include <sys_call.h>

#define SLOT_MASK 0xFFFu /* of a space_t */

static struct vm_space *spaces[CONFIG_SPACE_SLOTS];
static unsigned int space_count;
uint64_t vm_faults, vm_copies;

/* --- Page tables ------------------------------------------------------------------------------ */

static struct vm_space *of(struct space *space)
{
	return (struct vm_space *)space;
}

static void edit_end(struct space *space)
{
	const struct sys_space_req request = {.space = of(space)->id};
	int error;

	if (mutant(BRACKET_EARLY) && !of(space)->bracketed)
		return;
	of(space)->bracketed = false;
	if (mutant(BRACKET_FORGOTTEN))
		return;
	error = sys_vmctl_inhibit_clear(&request, NULL);
	if (error != 0)
		panic("SYS_VMCTL_INHIBIT_CLEAR: %d", error);
}

static void edit_begin(struct space *space)
{
	const struct sys_space_req request = {.space = of(space)->id};
	int error;

	of(space)->bracketed = true;
	if (mutant(BRACKET_FORGOTTEN))
		return;
	error = sys_vmctl_inhibit_set(&request, NULL);
	if (error != 0)
		panic("SYS_VMCTL_INHIBIT_SET: %d", error);
	if (mutant(BRACKET_EARLY))
		edit_end(space);
}

static uint32_t page_flags(uint32_t access)
{
	return PAGE_USER | (access & REGION_WRITE ? PAGE_WRITE : 0) |
	       (access & REGION_EXECUTE ? PAGE_EXECUTE : 0);
}

/* The archive and the kernel page are RAM though not ours; everything else not ours is a device. */
static bool is_memory(frame_t frame)
{
	const paddr_t address = frame_address(frame);

	return frame_is_memory(&frames, frame) || address == boot.kernel_page ||
	       (address + ARCH_PAGE_SIZE > boot.archive.base &&
		address < boot.archive.base + boot.archive.bytes);
}

static int row_map(struct space *space, vaddr_t page, frame_t frame, size_t bytes, uint32_t access)
{
	return page_table_map(&of(space)->table, page, frame_address(frame), bytes,
			      page_flags(access) | (is_memory(frame) ? 0 : PAGE_DEVICE));
}

/* What no test shows: frames are let go after their entries (VM does one thing at a time, and alone
 * takes frames), and the kernel's bracket is open still (the way from a clear to the edit is
 * short).
 */
static void check_edit(const struct space *space, vaddr_t page)
{
#ifdef CONFIG_DEBUG
	const struct vm_space *edited = (const struct vm_space *)space;
	struct page_mapping mapping;

	assert(edited->bracketed);
	if (page_table_lookup(&edited->table, page, &mapping) &&
	    frame_is_memory(&frames, frame_of(mapping.physical)))
		assert(frame_references(&frames, frame_of(mapping.physical)) > 0);
#else
	(void)space, (void)page;
#endif
}

static void pages_unmap(struct space *space, vaddr_t start, size_t bytes)
{
	check_edit(space, start);
	if (page_table_unmap(&of(space)->table, start, bytes) != 0)
		panic("cannot unmap %#lx", (unsigned long)start);
}

/* Physical maps may be a device's in one page and not in the next: faults know. */
static void range_protect(struct space *space, vaddr_t start, size_t bytes, uint32_t access)
{
	const struct region *region = region_find(&space->regions, start);

	if (!(access & REGION_ACCESS) || region->type == &type_physical) {
		pages_unmap(space, start, bytes);
		return;
	}
	check_edit(space, start);
	if (page_table_protect(&of(space)->table, start, bytes, page_flags(access)) != 0)
		panic("cannot protect %#lx", (unsigned long)start);
}

static const struct space_ops table_ops = {
	.begin = edit_begin,
	.end = edit_end,
	.map = row_map,
	.unmap = pages_unmap,
	.protect = range_protect,
};

/* --- Making and freeing ----------------------------------------------------------------------- */

static int tables_make(struct vm_space *space)
{
	struct sys_space_create_req request;
	struct sys_space_create_reply reply;
	int error = page_table_create(&space->table, &kernel_tables, &table_frames);

	if (error != 0)
		return error;
	request.root = space->table.root;
	error = sys_space_create(&request, &reply);
	if (error != 0)
		page_table_destroy(&space->table);
	else
		space->id = reply.space;
	return error;
}

int vm_space_create(struct vm_space **made)
{
	struct vm_space *space = slab_allocate(&space_slab);
	int error;
	USE(space);

	if (space == NULL)
		return -ENOMEM;
	space_init(&space->space, PROGRAM_LOW, PROGRAM_HIGH, &memory_source, &table_ops);
	space->rights = VM_RIGHT_MEMORY;
	link_init(&space->dma);
	link_init(&space->watched);
	link_init(&space->watches);
	link_init(&space->news);
	error = tables_make(space);
	if (error != 0) {
		slab_free(&space_slab, space);
		return error;
	}
	spaces[space->id & SLOT_MASK] = space;
	space_count++;
	*made = space;
	return 0;
}

/* The kernel's goes first: it refuses as long as there are threads. */
int vm_space_destroy(struct vm_space *space)
{
	const struct sys_space_destroy_req request = {.space = space->id};
	struct page_table table = space->table;
	int error;
	USE(space);

	if (mutant(TABLES_EARLY))
		page_table_destroy(&table);
	error = sys_space_destroy(&request, NULL);
	if (error != 0)
		return error;
	pager_space_ends(space->id);
	watch_space_end(space);
	dma_space_end(space);
	space_end(&space->space);
	safemap_revoke_space(space->id); /* in others: here nothing is left */
	spaces[space->id & SLOT_MASK] = NULL;
	space_count--;
	if (!mutant(TABLES_EARLY))
		page_table_destroy(&table);
	slab_free(&space_slab, space);
	return 0;
}

struct vm_space *vm_space_find(space_t id)
{
	struct vm_space *space = NULL;

	if ((id & SLOT_MASK) < CONFIG_SPACE_SLOTS)
		space = spaces[id & SLOT_MASK];
	return space != NULL && space->id == id ? space : NULL;
}

struct vm_space *vm_space_by_thread(endpoint_t thread)
{
	const struct sys_root_get_req request = {.thread = thread};
	struct sys_root_get_reply reply;

	if (sys_vmctl_root_get(&request, &reply) != 0)
		return NULL;
	return vm_space_find(reply.space);
}

struct vm_space *vm_space_of_sender(uint32_t status)
{
	const unsigned int slot = ipc_status_space(status);

	return slot < CONFIG_SPACE_SLOTS ? spaces[slot] : NULL;
}

unsigned int vm_spaces_count(void)
{
	return space_count;
}

void vm_spaces_visit(void (*visit)(struct vm_space *space))
{
	for (unsigned int i = 0; i < CONFIG_SPACE_SLOTS; i++) {
		if (spaces[i] != NULL)
			visit(spaces[i]);
	}
}

enum frame_level vm_space_level(const struct vm_space *space)
{
	return space->service ? FRAME_FOR_SERVICE : FRAME_FOR_PROGRAM;
}

/* --- Message pages ---------------------------------------------------------------------------- */

int vm_message_page(struct vm_space *space, frame_t shared, vaddr_t at, frame_t *frame,
		    vaddr_t *address)
{
	struct space_request request = {
		.address = at,
		.bytes = ARCH_PAGE_SIZE,
		.placement = at != 0 ? SPACE_FIXED_IF_FREE : SPACE_ANYWHERE,
		.flags = REGION_READ | REGION_WRITE | REGION_PINNED,
		.type = &type_message,
	};
	int error = 0;
	USE(space);

	if (shared != FRAME_NONE)
		frame_reference(&frames, *frame = shared);
	else
		error = frame_allocate(&frames, FRAME_KERNEL, vm_space_level(space), true, frame);
	if (error != 0)
		return error;
	error = space_map(&space->space, &request, address);
	if (error == 0)
		error = space_add_page(region_find(&space->space.regions, *address), *address,
				       *frame);
	if (error != 0)
		frames_release(&frames, *frame, 1);
	return error;
}

/* --- Checks ----------------------------------------------------------------------------------- */

#ifdef CONFIG_DEBUG
static struct sanity sanity;

static void tables_see(struct vm_space *space)
{
	paddr_t table;
	unsigned int i;

	sanity_see(&sanity, frame_of(space->table.root), FRAME_TABLE, "root");
	for (i = 0; page_table_next(&space->table, &i, &table);)
		sanity_see(&sanity, frame_of(table), FRAME_TABLE, "page table");
}

/* What is mapped is what the page references say, or less. */
static const char *mapping_check(const struct page_reference *reference,
				 const struct page_mapping *mapping)
{
	if (mapping->physical != frame_address(reference->frame))
		return "another frame is mapped";
	if ((mapping->flags & PAGE_WRITE) && !reference->writable)
		return "a page is mapped writable that is not";
	if (!(mapping->flags & PAGE_DEVICE) != is_memory(reference->frame))
		return "a device is mapped as memory, or memory as a device";
	return NULL;
}

static void mappings_see(struct vm_space *space)
{
	struct page_reference reference;
	struct page_mapping mapping;
	page_t page = 0;

	for (; pages_next(&space->space.pages, page, UINTPTR_MAX, &reference);
	     page = reference.page + 1) {
		const char *wrong = NULL;

		if (page_table_lookup(&space->table, reference.page * ARCH_PAGE_SIZE, &mapping))
			wrong = mapping_check(&reference, &mapping);
		if (wrong != NULL)
			panic("space %#x: %s, page %#lx", space->id, wrong,
			      (unsigned long)reference.page);
	}
}

static void space_see(struct vm_space *space)
{
	sanity_see_space(&sanity, &space->space);
	mappings_see(space);
	tables_see(space);
}

static void slab_see(const struct slab *slab)
{
	sanity_see_slab(&sanity, (struct slab *)slab, memory_frame);
}

bool vm_check(void)
{
	sanity_begin(&sanity, &frames);
	vm_spaces_visit(space_see);
	memory_slabs_visit(slab_see);
	shared_visit(&sanity);
	memory_cache_see(&sanity);
	own_space_see(&sanity);
	boot_see(&sanity);
	dma_see(&sanity);
	if (!sanity_end(&sanity))
		panic("%s: %s, frame %#x", sanity.where, sanity.wrong, sanity.frame);
	return true;
}
#else
bool vm_check(void)
{
	return false;
}
#endif
