/* The overlap check of all memory. `seen` of a frame in use counts who has claimed it in this
 * round. */
#include "sanity.h"

static void complain(struct sanity *sanity, const char *wrong, const char *where, frame_t frame)
{
	if (sanity->wrong)
		return;
	sanity->wrong = wrong;
	sanity->where = where;
	sanity->frame = frame;
}

void sanity_begin(struct sanity *sanity, struct frames *frames)
{
	*sanity = (struct sanity){.frames = frames, .frame = FRAME_NONE};
	for (struct frame_piece *piece = frames->pieces; piece; piece = piece->next)
		for (uint32_t i = 0; i < piece->count; i++)
			if (piece->frames[i].use != FRAME_FREE)
				piece->frames[i].seen = 0;
}

static void see_frame(struct sanity *sanity, struct frame *record, frame_t frame, const char *where)
{
	if (!record)
		complain(sanity, "what is no memory is in use", where, frame);
	else if (record->use == FRAME_FREE)
		complain(sanity, "a free frame is in use", where, frame);
	else if (++record->seen > record->references)
		complain(sanity, "a frame has more users than references", where, frame);
}

void sanity_see(struct sanity *sanity, frame_t frame, enum frame_use use, const char *where)
{
	struct frame *record = frame_find(sanity->frames, frame);

	see_frame(sanity, record, frame, where);
	if (record && record->use != use)
		complain(sanity, "a frame is used for something else", where, frame);
}

void sanity_see_hold(struct sanity *sanity, frame_t first, uint32_t count, const char *where)
{
	for (frame_t frame = first; frame - first < count; frame++) {
		const struct frame *record = frame_find(sanity->frames, frame);

		if (!record || record->use == FRAME_FREE || !record->held)
			complain(sanity, "a frame is not held that should be", where, frame);
	}
	sanity->holds += count;
}

/* Programs may have any frame but VM's own. */
static bool is_private(const struct frame *record)
{
	return record->use == FRAME_TABLE || record->use == FRAME_OBJECT;
}

void sanity_see_pages(struct sanity *sanity, struct pages *pages, const char *where)
{
	const char *wrong = pages_check(pages);
	struct page_reference reference;
	page_t page = 0;

	if (wrong) {
		complain(sanity, wrong, where, FRAME_NONE);
		return;
	}
	for (; pages_next(pages, page, UINTPTR_MAX, &reference); page = reference.page + 1) {
		struct frame *record = frame_find(sanity->frames, reference.frame);

		if (!record)
			continue;
		see_frame(sanity, record, reference.frame, where);
		if (is_private(record))
			complain(sanity, "a program has VM's own memory", where, reference.frame);
	}
}

void sanity_see_space(struct sanity *sanity, struct space *space)
{
	const char *wrong = space_check(space);

	if (wrong)
		complain(sanity, wrong, "space", FRAME_NONE);
	else
		sanity_see_pages(sanity, &space->pages, "space");
}

struct slab_round {
	struct sanity *sanity;
	const struct slab *slab;
	frame_t (*frame_of)(const void *page);
};

static void see_slab_page(void *context, const void *page)
{
	const struct slab_round *round = context;

	sanity_see(round->sanity, round->frame_of(page), FRAME_OBJECT, round->slab->name);
}

void sanity_see_slab(struct sanity *sanity, const struct slab *slab,
		     frame_t (*frame_of)(const void *page))
{
	struct slab_round round = {sanity, slab, frame_of};
	const char *wrong = slab_check(slab);

	if (wrong)
		complain(sanity, wrong, slab->name, FRAME_NONE);
	else
		slab_visit(slab, see_slab_page, &round);
}

bool sanity_end(struct sanity *sanity)
{
	const char *wrong = frames_check(sanity->frames);

	if (wrong)
		complain(sanity, wrong, "frames", FRAME_NONE);
	if (sanity->holds != sanity->frames->statistics.holds)
		complain(sanity, "frames are held for nobody", "frames", FRAME_NONE);
	for (struct frame_piece *piece = sanity->frames->pieces; piece; piece = piece->next) {
		for (uint32_t i = 0; i < piece->count && !sanity->wrong; i++) {
			const struct frame *record = &piece->frames[i];

			if (record->use != FRAME_FREE && record->seen != record->references)
				complain(sanity, "a frame's references are not all in use",
					 "nobody", piece->first + i);
		}
	}
	return !sanity->wrong;
}
