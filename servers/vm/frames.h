/* Frames: physical memory by the page. Who wants one asks here, who shares one counts a reference,
 * and the last to let go frees it.
 *
 * Units: frame numbers (physical address / ARCH_PAGE_SIZE) and counts of frames. Memory comes in
 * pieces, each with one struct frame a frame, outside of the frames themselves: a free frame's
 * content is nobody's, and a device that still writes to one breaks no list.
 *
 * Free frames form runs, as long as possible; each piece keeps its runs in an AVL tree by address
 * with the longest run of every subtree. So any run that exists is found, whatever its size and
 * place, in O(log runs); freeing is the same, and never fails. The highest addresses go first,
 * requests with a limit start from the bottom: low memory stays for devices that need it. (An
 * alignment may make several runs of the right length miss: then they are tried one by one.)
 */
#pragma once

#include <arch/layout.h>
#include <avl.h>
#include <skerry/types.h>

typedef uint32_t frame_t; /* frame number: 32 bits reach 16 TB of 4 KB frames */

#define FRAME_NONE UINT32_MAX /* no frame; 0 is one like any other */

/* What a frame is used for: statistics, and who must answer for it in sanity.h. */
enum frame_use {
	FRAME_FREE,
	FRAME_TABLE,	 /* page tables */
	FRAME_OBJECT,	 /* VM's own objects (slab.h) */
	FRAME_ANONYMOUS, /* programs' memory, shared memory included */
	FRAME_DEVICE,	 /* contiguous memory for devices */
	FRAME_CACHE,	 /* file blocks */
	FRAME_KERNEL,	 /* message pages */
	FRAME_HELD,	 /* nobody's any more, but devices may write there: frames_hold() */
	FRAME_USES,
};

/* Who asks. Each level may not take the last frames kept for the levels after it. */
enum frame_level {
	FRAME_FOR_PROGRAM,
	FRAME_FOR_SERVICE, /* RS and what recovery needs */
	FRAME_FOR_PAGER,   /* VM itself: takes the very last */
	FRAME_LEVELS,
};

/* One frame's record; all fields belong to frames.c. */
struct frame {
	uint32_t references; /* 0: free, or held alone */
	uint32_t use;	     /* enum frame_use */
	union {
		uint32_t run;  /* free, first or last of its run: the run's length */
		uint32_t held; /* in use: so many holds */
	};
	union {
		uint32_t longest; /* free, first of its run: of the runs in its subtree */
		uint32_t seen;	  /* in use: the users a sanity check has come by */
	};
	union {
		struct avl_node node; /* free, first of its run */
		void *owner;	      /* FRAME_CACHE: frame_set_owner() */
	};
};

/* Who has memory to give back, and wants to know when. Both may release frames, neither may ask for
 * some. */
struct frames_hooks {
	/* Make so many more frames free, the best to lose first; false: there are none to give. */
	bool (*reclaim)(void *context, uint32_t count);
	/* A frame of FRAME_CACHE has one reference left. */
	void (*single)(void *context, void *owner);
	void *context;
};

struct frame_piece {
	struct frame_piece *next; /* lower addresses */
	frame_t first;
	uint32_t count;
	struct avl_tree runs; /* of the first frames of free runs, by address */
	struct frame frames[];
};

struct frames_statistics {
	uint32_t total; /* == sum of use[] */
	uint32_t use[FRAME_USES];
	uint32_t kept[FRAME_LEVELS]; /* what must be left free after a request of this level */
	uint32_t free_lowest;	     /* the least that was ever free since the last piece came */
	uint32_t runs;
	uint32_t longest_run;
	uint32_t holds;		    /* their sum */
	uint64_t allocated, freed;  /* frames, ever */
	uint64_t refused_kept;	    /* requests: memory is left, but for others */
	uint64_t refused_fragments; /* requests: enough is free, but not in one run */
};

struct frames {
	struct frame_piece *pieces; /* highest addresses first */
	struct frame_piece *last;   /* the piece found last */
	/* Fill with zeroes: wherever the caller sees physical memory. Cannot fail. */
	void (*zero)(void *context, frame_t first, uint32_t count);
	void *context;
	const struct frames_hooks *hooks;    /* NULL: none */
	struct frames_statistics statistics; /* longest_run: use frames_statistics() */
};

struct frame_request {
	uint32_t count;
	uint32_t align; /* of the first frame's number: a power of two; 0: any */
	frame_t limit;	/* all frames lie below; 0: anywhere */
	uint32_t use;	/* enum frame_use, not FRAME_FREE or FRAME_HELD */
	uint32_t level; /* enum frame_level */
	bool zeroed;
};

/* No memory yet. */
void frames_init(struct frames *frames, void (*zero)(void *context, frame_t first, uint32_t count),
		 void *context);

/* Bytes of memory that frames_add() needs for a piece of so many frames. */
size_t frames_piece_bytes(uint32_t count);

/* Add free memory; `memory` is the allocator's from now on (it may lie in RAM of the same range,
 * outside the frames added). -EINVAL: no frame, or past the last number; -EEXIST: some are there
 * already. Any number of pieces; a look-up walks them, so a machine's dozen is fine. */
int frames_add(struct frames *frames, void *memory, frame_t first, uint32_t count);

/* Keep count frames free for the levels above the given one; a lower level keeps no fewer. */
void frames_keep(struct frames *frames, enum frame_level level, uint32_t count);

/* count frames in a row, one reference each. -ENOMEM: not there, or kept for others, and reclaim()
 * did not help: where it is known not to, nothing is reclaimed. */
int frames_allocate(struct frames *frames, const struct frame_request *request, frame_t *first);

/* One frame, no conditions: the common case. -ENOMEM. */
int frame_allocate(struct frames *frames, enum frame_use use, enum frame_level level, bool zeroed,
		   frame_t *frame);

/* One more user of a frame in use. */
void frame_reference(struct frames *frames, frame_t frame);

/* The same; nothing if the frame is no memory of ours. */
void frame_share(struct frames *frames, frame_t frame);

/* The same for each frame of the list whose bit is in the mask. */
void frames_share_each(struct frames *frames, const frame_t *list, uint32_t mask);

/* One user less, of each frame. The last one frees it. What is no memory of ours is passed over. */
void frames_release(struct frames *frames, frame_t first, uint32_t count);

/* Keep frames in use for devices: who has the last reference to one lets it go, yet it is not free
 * before the last hold went. Holds are no references: whether memory is shared does not depend on
 * them. */
void frames_hold(struct frames *frames, frame_t first, uint32_t count);
void frames_unhold(struct frames *frames, frame_t first, uint32_t count);

/* The same as frames_release() for each frame of the list whose bit is in the mask. Cheapest where
 * the list runs up or down. */
void frames_release_each(struct frames *frames, const frame_t *list, uint32_t mask);

/* 0: free, held alone, or no memory of ours (a device's). */
uint32_t frame_references(struct frames *frames, frame_t frame);

/* Is this memory that was added? */
bool frame_is_memory(struct frames *frames, frame_t frame);

/* Can requests of this level have so many frames, one by one? If so, they are free from now on. */
bool frames_provide(struct frames *frames, enum frame_level level, uint64_t count);

/* A frame's record; NULL: not ours. For sanity.c and tests. */
struct frame *frame_find(struct frames *frames, frame_t frame);

/* From now on the frame is used for something else. */
void frame_set_use(struct frames *frames, frame_t frame, enum frame_use use);

/* From now on the frame is FRAME_CACHE, and the hooks know it by this name: no frame is FRAME_CACHE
 * otherwise where there are hooks. */
void frame_set_owner(struct frames *frames, frame_t frame, void *owner);

/* NULL: it is not FRAME_CACHE. */
void *frame_owner(struct frames *frames, frame_t frame);

void frames_statistics(const struct frames *frames, struct frames_statistics *statistics);

/* NULL, or what is wrong: trees, runs, counts. Takes time in proportion to the memory. */
const char *frames_check(struct frames *frames);
