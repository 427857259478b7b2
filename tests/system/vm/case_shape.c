/* Cases of what cuts and joins regions: every operation is done to a model as well, and the regions
 * that VM tells of must be the longest runs of equal pages in it.
 */
#include "vm_case.h"

#define PAGES 16u

/* '.' nothing, 'w' writable, 'r' read-only, 'n' no access, 'g' guard */
static char model[PAGES];
static uint8_t content[PAGES]; /* of the page's first byte */
static long arena;

static char letter_of(const struct vm_region_info *region)
{
	if (region->flags & VM_MAP_GUARD)
		return 'g';
	return region->protection & VM_WRITE ? 'w' : region->protection & VM_READ ? 'r' : 'n';
}

static void shape_check(void)
{
	struct vm_region_info region = {0};
	unsigned int page = 0;

	while (page < PAGES) {
		const long at = arena + (long)page * (long)PAGE;
		unsigned int end = page;

		while (end < PAGES && model[end] == model[page])
			end++;
		CHECK(region_get(0, (uint64_t)at, &region));
		if (model[page] == '.') {
			CHECK(region.address >= (uint64_t)arena + end * PAGE);
		} else {
			CHECK_EQ(region.address, at);
			CHECK_EQ(region.bytes, (end - page) * PAGE);
			CHECK_EQ(letter_of(&region), model[page]);
		}
		page = end;
	}
}

static void content_check(void)
{
	for (unsigned int i = 0; i < PAGES; i++) {
		if (model[i] == 'w' || model[i] == 'r')
			CHECK_EQ(*byte_at(arena + i * PAGE), content[i]);
	}
}

static int protect_expected(unsigned int first, unsigned int end, char letter)
{
	for (unsigned int i = first; i < end; i++) {
		if (model[i] == '.')
			return -ENOMEM;
		if (model[i] == 'g' && letter != 'n')
			return -EACCES;
	}
	return 0;
}

static void apply(char operation, unsigned int first, unsigned int count)
{
	const long at = arena + first * PAGE;
	const size_t bytes = count * PAGE;
	int error;

	switch (operation) {
	case 'm': /* map */
		CHECK_EQ(map_at(at, bytes, RW, VM_MAP_FIXED), at);
		break;
	case 'g':
		CHECK_EQ(map_at(at, bytes, 0, VM_MAP_FIXED | VM_MAP_GUARD), at);
		break;
	case '.':
		CHECK_EQ(unmap(at, bytes), 0);
		break;
	default:
		error = protect_expected(first, first + count, operation);
		CHECK_EQ(protect(at, bytes,
				 operation == 'w'   ? RW
				 : operation == 'r' ? VM_READ
						    : 0),
			 error);
		if (error != 0)
			return;
	}
	for (unsigned int i = first; i < first + count; i++) {
		if (operation == 'm')
			content[i] = 0;
		if (model[i] != 'g' || operation == 'm' || operation == '.')
			model[i] = operation == 'm' ? 'w' : operation;
	}
}

/* Write to what may be written. */
static void scribble(unsigned int seed)
{
	for (unsigned int i = 0; i < PAGES; i++) {
		if (model[i] == 'w' && (seed >> i & 1)) {
			content[i] = (uint8_t)(seed + i);
			*byte_at(arena + i * PAGE) = content[i];
		}
	}
}

static unsigned int digit(char letter)
{
	return letter <= '9' ? (unsigned int)(letter - '0') : (unsigned int)(letter - 'a' + 10);
}

/* Operations: letter, first page, count; hexadecimal. */
static void play(const char *text)
{
	for (; text[0] != '\0'; text += text[3] == ' ' ? 4 : 3) {
		apply(text[0], digit(text[1]), digit(text[2]));
		shape_check();
		content_check();
		scribble(~0u);
	}
}

void case_shape_table(void)
{
	static const char *const rows[] = {
		"m0f .01 .e1",	       /* at the ends */
		"m0f .71",	       /* in the middle */
		"m0f .71 m71",	       /* and closed again */
		"m02 m22 m62 .24",     /* over a hole */
		"m0f r71 w71",	       /* protected in the middle, and back */
		"m0f r03 rc3 w0f",     /* at both ends */
		"m0f r48 n66 w0f",     /* nested */
		"m0f r22 rb2 n16 w4b", /* over many */
		"m04 m84 r0c",	       /* over a hole: refused */
		"m04 m84 n38 w3a",     /* ends in a hole: refused */
		"m0f n0f m55 n0f w0f", /* mapped into what is protected */
		"m0f g55 r34 r3a n0f", /* a guard inside */
		"m08 g88 .68",	       /* over both */
		"g0f .71 m71 g71",     /* guards join */
		"m01 m21 m41 m61 m81 ma1 mc1 .0f m0f",
		"m01 m11 m21 m31 m41 m51", /* neighbours join */
		"m0f n11 n31 n51 n71 n91 .0f",
	};

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		arena = arena_make(PAGES);
		memset(model, '.', sizeof(model));
		play(rows[i]);
		arena_free(arena, PAGES);
	}
}

void case_shape_random(void)
{
	static const char operations[] = "mm.grwn";
	uint32_t random = 12345;

	arena = arena_make(PAGES);
	memset(model, '.', sizeof(model));
	for (unsigned int step = 0; step < 3000; step++) {
		unsigned int first, count;

		random = random * 1664525 + 1013904223;
		first = random >> 28;
		count = 1 + (random >> 20 & 0xFF) % (PAGES - first);
		apply(operations[(random >> 12 & 0xFF) % 7], first, count);
		shape_check();
		content_check();
		scribble(random >> 8);
	}
	arena_free(arena, PAGES);
}
