/* Slabs in their debug build, on pages whose protection is real. */
#include "random.h"
#include "test.h"

#include "servers/vm/slab.h"
#include <arch/layout.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys.h>
#include <sys/mman.h>

struct thing {
	uint32_t value[10];
};

struct source {
	struct slab_pages pages; /* first: the call-backs find the rest from its context */
	int held, limit, opened, closed;
};

static struct source source;
static struct slab slab;
static sigjmp_buf escape;
static char panic_text[200];

void panic(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(panic_text, sizeof(panic_text), format, arguments);
	va_end(arguments);
	siglongjmp(escape, 2);
}

static void on_fault(int signal)
{
	(void)signal;
	siglongjmp(escape, 1);
}

static void *allocate(void *context)
{
	struct source *from = context;
	void *page;

	if (from->held == from->limit)
		return NULL;
	from->held++;
	page = mmap(NULL, ARCH_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0);
	memset(page, 0xA5, ARCH_PAGE_SIZE);
	return page;
}

static void release(void *context, void *page)
{
	struct source *from = context;

	from->held--;
	munmap(page, ARCH_PAGE_SIZE);
}

static void protect(void *context, void *page, bool writable)
{
	struct source *from = context;

	if (writable)
		from->opened++;
	else
		from->closed++;
	mprotect(page, ARCH_PAGE_SIZE, writable ? PROT_READ | PROT_WRITE : PROT_READ);
}

static void start(int limit)
{
	source = (struct source){
		.pages = {allocate, release, protect, &source},
		.limit = limit,
	};
	slab_init(&slab, "thing", sizeof(struct thing), &source.pages);
	signal(SIGSEGV, on_fault);
}

/* 0; 1: it faulted; 2: it panicked, brackets are closed again. */
#define OUTCOME(statement)                                                                         \
	({                                                                                         \
		int outcome = sigsetjmp(escape, 1);                                                \
		if (!outcome)                                                                      \
			statement;                                                                 \
		outcome;                                                                           \
	})

static void end_bracket(void)
{
	const struct slab_use none = {0};

	slab_use_end(&none); /* the one that the panic left */
}

TEST("objects are zeroed, apart from each other, and come back")
{
	struct thing *things[300];

	start(100);
	for (int i = 0; i < 300; i++) {
		things[i] = slab_allocate(&slab);
		USE(things[i]);
		for (int j = 0; j < 10; j++)
			CHECK_EQ(things[i]->value[j], 0);
		memset(things[i], i, sizeof(struct thing));
	}
	for (int i = 0; i < 300; i++)
		CHECK_EQ(things[i]->value[9], (i & 255) * 0x01010101u);
	CHECK(!slab_check(&slab));
	CHECK_EQ(slab.object_count, 300);
	CHECK_EQ(slab.page_count, (300 + slab.capacity - 1) / slab.capacity);
	for (int i = 0; i < 300; i++)
		slab_free(&slab, things[i * 7 % 300]);
	CHECK(!slab_check(&slab));
	CHECK_EQ(slab.object_count, 0);
	CHECK_EQ(source.held, 1);
}

TEST("without pages there is NULL, and nothing changes")
{
	void *object = NULL, *last = NULL;
	uint32_t count = 0;

	start(2);
	while ((object = slab_allocate(&slab))) {
		last = object;
		count++;
	}
	CHECK_EQ(count, 2 * slab.capacity);
	CHECK(!slab_check(&slab));
	slab_free(&slab, last);
	CHECK(slab_allocate(&slab) == last);
	CHECK(!slab_allocate(&slab));
}

TEST("an object is read-only outside USE() and after its block")
{
	struct thing *thing;

	start(1);
	thing = slab_allocate(&slab);
	CHECK_EQ(thing->value[0], 0);
	CHECK_EQ(OUTCOME(thing->value[0] = 1), 1);
	{
		USE(thing);
		CHECK_EQ(OUTCOME(thing->value[0] = 2), 0);
	}
	CHECK_EQ(OUTCOME(thing->value[0] = 3), 1);
	CHECK_EQ(thing->value[0], 2);
}

static int use_and_return(struct thing *thing)
{
	for (int i = 0; i < 3; i++) {
		USE(thing);
		thing->value[1] = 9;
		if (i == 1)
			return 1;
	}
	return 0;
}

TEST("a bracket ends with return and break; nested ones open each page once")
{
	struct thing *thing;

	start(1);
	thing = slab_allocate(&slab);
	CHECK_EQ(use_and_return(thing), 1);
	CHECK_EQ(OUTCOME(thing->value[0] = 1), 1);
	source.opened = source.closed = 0;
	{
		USE(NULL);
		slab_write(thing);
		{
			USE(thing);
			use_and_return(thing);
		}
		CHECK_EQ(OUTCOME(thing->value[0] = 1), 0);
		CHECK_EQ(source.opened, 1);
		CHECK_EQ(source.closed, 0);
	}
	CHECK_EQ(source.closed, 1);
}

TEST("another page stays closed while one is in use")
{
	struct thing *first, *other = NULL;

	start(2);
	first = slab_allocate(&slab);
	for (uint32_t i = 0; i < slab.capacity; i++)
		other = slab_allocate(&slab);
	USE(first);
	CHECK_EQ(OUTCOME(first->value[0] = 1), 0);
	CHECK_EQ(OUTCOME(other->value[0] = 1), 1);
	slab_write(other);
	CHECK_EQ(OUTCOME(other->value[0] = 1), 0);
}

TEST("what is freed twice, foreign or inside an object panics by name")
{
	struct thing *thing, *second;
	struct slab others;
	void *other;

	start(4);
	slab_init(&others, "other", 24, &source.pages);
	thing = slab_allocate(&slab);
	second = slab_allocate(&slab);
	other = slab_allocate(&others);
	slab_free(&slab, thing);
	CHECK_EQ(OUTCOME(slab_free(&slab, thing)), 2);
	CHECK(strstr(panic_text, "thing") && strstr(panic_text, "freed twice"));
	end_bracket();
	CHECK_EQ(OUTCOME(slab_free(&slab, other)), 2);
	CHECK(strstr(panic_text, "is no thing"));
	end_bracket();
	CHECK_EQ(OUTCOME(slab_free(&slab, (char *)second + 8)), 2);
	CHECK(strstr(panic_text, "not the start"));
	end_bracket();
	CHECK_EQ(OUTCOME(slab_free(&slab, (void *)((uintptr_t)second & ~4095ul))), 2);
	end_bracket();
	CHECK(!slab_check(&slab));
	slab_free(&slab, NULL);
	slab_free(&slab, second);
	CHECK_EQ(slab.object_count, 0);
}

TEST("a write after the free is found by the check and by the next allocation")
{
	struct thing *thing;

	start(1);
	thing = slab_allocate(&slab);
	slab_free(&slab, thing);
	CHECK(!slab_check(&slab));
	CHECK_EQ(OUTCOME(thing->value[3] = 1), 1);
	{
		USE(thing);
		thing->value[3] = 1;
	}
	CHECK(slab_check(&slab));
	CHECK_EQ(OUTCOME(slab_allocate(&slab)), 2);
	CHECK(strstr(panic_text, "after it was freed"));
	end_bracket();
}

static uint32_t visited;

static void count_page(void *context, const void *page)
{
	CHECK(context == &slab && !((uintptr_t)page % ARCH_PAGE_SIZE));
	visited++;
}

TEST("random use with several sizes keeps contents, counts and pages")
{
	static struct {
		uint8_t *object;
		uint8_t mark;
	} held[800];
	static const size_t sizes[] = {16, 17, 40, 100, 256, 1000, 2048};

	for (unsigned int s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		uint64_t seed = s + 1;

		start(60);
		memset(held, 0, sizeof(held));
		slab_init(&slab, "thing", sizes[s], &source.pages);
		for (int i = 0; i < 6000; i++) {
			uint32_t n = random_below(&seed, 800);

			if (held[n].object) {
				CHECK(held[n].object[0] == held[n].mark);
				CHECK(held[n].object[sizes[s] - 1] == held[n].mark);
				slab_free(&slab, held[n].object);
				held[n].object = NULL;
				continue;
			}
			held[n].object = slab_allocate(&slab);
			if (!held[n].object) {
				CHECK_EQ(source.held, 60);
				continue;
			}
			CHECK_EQ((uintptr_t)held[n].object % 8, 0);
			USE(held[n].object);
			held[n].mark = (uint8_t)(i | 1);
			memset(held[n].object, held[n].mark, sizes[s]);
			if (i % 100 == 0)
				CHECK(!slab_check(&slab));
		}
		visited = 0;
		slab_visit(&slab, count_page, &slab);
		CHECK_EQ(visited, slab.page_count);
		CHECK_EQ(visited, (uint32_t)source.held);
		for (int n = 0; n < 800; n++)
			slab_free(&slab, held[n].object);
		CHECK(!slab_check(&slab));
		CHECK_EQ(source.held, 1);
	}
}
