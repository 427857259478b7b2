/* The fuzzer's calls and traps themselves, and what came back unexpectedly. */
#include "fuzz.h"

#include <sys.h>

#define SURPRISES 16u
#define WORDS (MESSAGE_PAYLOAD_SIZE / 4)

struct surprise {
	unsigned int worker, row;
	uint32_t step;
	int code;
	uint32_t word[WORDS]; /* the request; of a trap: word, a0, a1 */
};

uint32_t log_from = ~0u;

static struct surprise surprises[SURPRISES];
static uint32_t surprise_count;
static unsigned int printed;

static void surprise(const struct choice *c, unsigned int row, int code, const void *request,
		     size_t size)
{
	const uint32_t index = __atomic_fetch_add(&surprise_count, 1, __ATOMIC_RELAXED);
	struct surprise *s = &surprises[index];

	if (index >= SURPRISES)
		return;
	s->worker = c->worker->index;
	s->row = row;
	s->step = c->worker->steps;
	s->code = code;
	memcpy(s->word, request, size);
}

unsigned int surprises_print(void)
{
	for (; printed < surprise_count && printed < SURPRISES; printed++) {
		const struct surprise *s = &surprises[printed];

		sys_print("# %s answers %d to worker %u in step %u:", cover_name(s->row), s->code,
			  s->worker, s->step);
		for (unsigned int i = 0; i < WORDS; i++)
			sys_print(" %x", s->word[i]);
		sys_print("\n");
	}
	return surprise_count;
}

static void log_call(const struct worker *worker, unsigned int row, const void *request,
		     size_t size)
{
	const uint32_t *word = request;

	sys_print("# worker %u step %u: %s", worker->index, worker->steps, cover_name(row));
	for (unsigned int i = 0; i < size / 4; i++)
		sys_print(" %x", word[i]);
	sys_print("\n");
}

int call_make(struct choice *c, uint32_t number, const void *request, size_t request_size,
	      void *reply, size_t reply_size)
{
	struct worker *worker = c->worker;
	int code;

	worker->calls++;
	if (worker->steps >= log_from)
		log_call(worker, number, request, request_size);
	code = sys_call(number, request, request_size, reply, reply_size);
	if (worker->role.calls >> number & 1) {
		if (!cover_note(number, code))
			surprise(c, number, code, request, request_size);
	} else {
		(void)cover_note(COVER_TRAP(TRAP_KERNEL_CALL), code);
		if (code != -ENOTALLOWED)
			surprise(c, number, code, request, request_size);
	}
	return code;
}

int trap_make(struct choice *c, uint32_t trap, uint32_t a0, uint32_t a1,
	      struct ipc_received *received)
{
	const uint32_t number = trap & IPC_STATUS_TRAP_MASK;
	const bool is_trap = number < TRAP_COUNT && !(trap & ~(IPC_FLAGS_ALL | 0xFFu));
	const unsigned int row = is_trap ? COVER_TRAP(number) : COVER_NO_TRAP;
	const uint32_t words[] = {trap, a0, a1};
	struct worker *worker = c->worker;
	int code;

	worker->calls++;
	if (worker->steps >= log_from)
		log_call(worker, row, words, sizeof(words));
	code = sys_trap2(trap, a0, a1, received);
	if (!cover_note(row, code) ||
	    (is_trap && !(worker->role.traps >> number & 1) && code != -ENOTALLOWED))
		surprise(c, row, code, words, sizeof(words));
	return code;
}
