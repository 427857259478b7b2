/* VM's spaces: the memory of one address space each, known by the kernel's name for it. */
#pragma once

#include "link.h"
#include "page_table.h"
#include "space.h"
#include <skerry/vm.h>

/* Programs live in [PROGRAM_LOW, PROGRAM_HIGH); the kernel page is above. */
#define PROGRAM_LOW ((vaddr_t)ARCH_PAGE_SIZE)
#define PROGRAM_HIGH ((vaddr_t)ARCH_PROGRAM_END)

struct vm_space {
	struct space space; /* first */
	struct page_table table;
	space_t id;
	uint32_t rights;    /* VM_RIGHT_* */
	bool ending;	    /* VM_SPACE_ENDING */
	bool bracketed;	    /* between SYS_VMCTL_INHIBIT_SET and CLEAR */
	bool service;	    /* may take frames kept for services */
	vaddr_t heap_start; /* VM_BRK; set by the first one that maps */
	vaddr_t heap_end;   /* not rounded */
	bool pinned;	    /* all of it is there and nobody else's (present.h) */
	uint64_t faults;
	uint64_t faults_copied;
	uint64_t faults_major; /* of these: had to wait for a file */
	struct link dma;       /* what its devices may reach (dma.h) */
	uint32_t dma_count;
	struct link watched; /* by whom (watch.h) */
	struct link watches; /* whom it watches: nothing to tell */
	struct link news;    /* and what it has not asked for yet */
};

/* Its pages may not be shared with a child until somebody writes: a device knows the frames, or no
 * fault may come. */
static inline bool vm_space_keeps_frames(const struct vm_space *space)
{
	return space->pinned || !link_is_empty(&space->dma);
}

static inline struct vm_space *vm_space_of(const struct region *region)
{
	return (struct vm_space *)region->space;
}

/* An empty space, known to the kernel: 0, -ENOMEM or -ENOSPC. */
int vm_space_create(struct vm_space **made);

/* Without threads. Frees its memory; -EBUSY: it has threads still, nothing changed. */
int vm_space_destroy(struct vm_space *space);

/* NULL: no space of ours. */
struct vm_space *vm_space_find(space_t id);

/* The space a thread runs in; NULL: the thread is gone, or VM's own. */
struct vm_space *vm_space_by_thread(endpoint_t thread);

/* The space a call came from, by its status word; NULL: VM's own. */
struct vm_space *vm_space_of_sender(uint32_t status);

/* A message page: pinned, a frame of its own or the given one, with one more reference. */
int vm_message_page(struct vm_space *space, frame_t shared, vaddr_t at, frame_t *frame,
		    vaddr_t *address);

unsigned int vm_spaces_count(void);
void vm_spaces_visit(void (*visit)(struct vm_space *space));

/* What the machine may still give to this space's requests. */
enum frame_level vm_space_level(const struct vm_space *space);

/* Debug builds: all of VM's memory is used by exactly those who may. Panics where not. False: not a
 * debug build. */
bool vm_check(void);

extern uint64_t vm_faults, vm_copies;
