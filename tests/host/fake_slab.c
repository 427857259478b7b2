/* Slabs from malloc, in slab.c's place: AddressSanitizer knows each object, and every allocation
 * asks for a page first (and gives it back), so that each can be made to fail.
 */
#include "servers/vm/slab.h"

#include <stdlib.h>

void slab_init(struct slab *slab, const char *name, size_t object_bytes,
	       const struct slab_pages *source)
{
	*slab = (struct slab){
		.name = name, .source = source, .object_bytes = (uint32_t)object_bytes};
}

void *slab_allocate(struct slab *slab)
{
	void *page = slab->source->allocate(slab->source->context);

	if (!page)
		return NULL;
	slab->source->release(slab->source->context, page);
	slab->object_count++;
	return calloc(1, slab->object_bytes);
}

void slab_free(struct slab *slab, void *object)
{
	slab->object_count -= object != NULL;
	free(object);
}

const char *slab_check(const struct slab *slab)
{
	(void)slab;
	return NULL;
}

void slab_visit(const struct slab *slab, void (*visit)(void *context, const void *page),
		void *context)
{
	(void)slab, (void)visit, (void)context;
}
