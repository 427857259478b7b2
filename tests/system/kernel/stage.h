/* A stage: a space whose pages are edited while threads run in it and copies go through it.
 *
 * Each page holds stamps (page, generation) and some words that belong to writers. A page that is
 * moved gets a frame with the next generation; the frame it leaves is poisoned at once and kept
 * among the spares. So a reader that meets poison or a generation older than `least`, a spare that
 * is no longer all poison, and a writer's word that is not what it wrote last tell of a translation
 * that outlived its edit.
 *
 * One thread, in the root's space, edits a stage; no edit allocates a frame.
 */
#pragma once

#include "frames.h"
#include "helper.h"
#include "space.h"
#include "storm.h"
#include <arch/layout.h>

#define STAGE_PAGES 36u	      /* 2.25 times COPY_PREEMPT_BYTES */
#define STAGE_REGION_PAGES 8u /* under a page table that is replaced as a whole */
#define STAGE_ROOT_WORDS 4u   /* that a format may have for one table */
#define STAGE_ALL (STAGE_PAGES + STAGE_REGION_PAGES)
#define STAGE_SPARES 6u
#define STAGE_RUNNERS 4u
#define STAGE_BASE PRIVATE_BASE
#define STAGE_REGION (PRIVATE_BASE + 0x4000000)
#define STAGE_WORDS (ARCH_PAGE_SIZE / 4)
#define STAGE_FIRST_STAMP 16u /* words below are the writers' */

#define STAMP(page, generation) ((uint32_t)(page) << 24 | ((generation)&0xFFFFFF))
#define STAMP_PAGE(stamp) ((stamp) >> 24)
#define STAMP_GENERATION(stamp) ((stamp)&0xFFFFFF)
#define POISON FRAME_POISON /* no page's stamp */

enum page_state { PAGE_OPEN, PAGE_READONLY, PAGE_ABSENT };

struct stage;

struct stage_runner {
	struct stage *stage;
	struct test_thread *thread;
	volatile endpoint_t
		name; /* for the hook: who is freed has none, its thread may be another's */
	unsigned int index;
	uint64_t random;
	volatile unsigned int count;
	volatile bool held; /* by a page fault that is not answered yet */
	volatile vaddr_t fault_address;
	volatile uint32_t fault_access;
	uint32_t last[STAGE_PAGES]; /* what it wrote into its word */
};

struct stage {
	struct test_space *space;
	paddr_t frame[STAGE_PAGES];
	enum page_state state[STAGE_PAGES];
	volatile uint32_t least[STAGE_ALL]; /* generation everybody must see */
	volatile uint32_t most[STAGE_ALL];  /* and that somebody may see */
	paddr_t spare[STAGE_SPARES];
	paddr_t trap; /* a frame of poison, mapped where nobody may look */

	struct page_table other; /* holds the table of the region that is not in use */
	unsigned int region_word, region_words; /* of a root: they name the table */
	paddr_t region_frame[2][STAGE_REGION_PAGES];
	unsigned int region_set;

	struct stage_runner runner[STAGE_RUNNERS];
	unsigned int runner_count;
	volatile bool stop;
	bool writers_keep;  /* edits lose no write */
	bool contents_keep; /* a frame's successor has the same contents, stamps are not made */
	uint64_t *random;

	/* Of the bracket that is open. */
	unsigned int counts[STAGE_RUNNERS];
	bool watched; /* the fields below are filled */
	unsigned int entries[32];
	bool inside[32];   /* this CPU's current thread was one of the space */
	unsigned int owed; /* flushes that were still owed when the clear returned */
	unsigned int edits;
};

/* The space with all its pages; no runners yet. */
void stage_make(struct stage *stage, uint64_t *random);
/* Threads that read and write the pages, on all CPUs. Faults are kept for stage_answer(), if
 * supervisor_hooks.fault is stage_fault. */
void stage_run(struct stage *stage, unsigned int runners);
enum fault_answer stage_fault(const struct fault_event *event);
/* Runners end, faults are answered, every spare is looked at. */
void stage_end(struct stage *stage);

/* Let go on who faulted at a page that is there now. */
void stage_answer(struct stage *stage);
/* Does the page's state satisfy such an access? */
bool stage_allows(const struct stage *stage, vaddr_t address, uint32_t access);
/* After `stop` is set and all pages are open: wait for them. */
void stage_runners_end(struct stage *stage);
/* Stop somebody for a while, faults answered meanwhile; or kill and replace somebody. */
void stage_disturb(struct stage *stage);

/* Edits under SYS_VMCTL_INHIBIT_SET and CLEAR. Move to another frame; close; open again. */
void stage_move(struct stage *stage, unsigned int page);
void stage_close(struct stage *stage, unsigned int page, enum page_state state);
void stage_open(struct stage *stage, unsigned int page);
/* One of these, anywhere; other pages may be opened too. */
void stage_edit(struct stage *stage);
/* Nothing is edited. */
void stage_bracket(struct stage *stage);
/* Edits without a bracket: SYS_VMCTL_FLUSH, then wait for the epoch. */
void stage_move_flushed(struct stage *stage, unsigned int page);
/* Replace the region's page table, under a bracket or not. */
void stage_region_move(struct stage *stage, bool bracket);

static inline vaddr_t stage_address(unsigned int page)
{
	return page < STAGE_PAGES ? STAGE_BASE + page * ARCH_PAGE_SIZE
				  : STAGE_REGION + (page - STAGE_PAGES) * ARCH_PAGE_SIZE;
}
