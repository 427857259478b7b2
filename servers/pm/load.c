/* A program of the archive with its arguments, put into an empty space: lib/loader does the most.
 */
#include "load.h"

#include "random.h"
#include <arch/layout.h>
#include <loader.h>
#include <skerry/vm.h>

#define STACK_BYTES ((size_t)8 << 20) /* it may grow so far */

/* The stack is mapped and writable: only frames can be missing. */
static int stack_fill(const struct program_plan *plan, const struct loader_program *program,
		      struct stack_places *places)
{
	struct stack_facts facts = {
		.top = program->stack_top,
		.thread = plan->thread,
		.pid = plan->pid,
		.message_page = (uintptr_t)plan->message_address,
		.entry = program->entry,
		.headers = program->headers,
		.header_size = program->header_size,
		.header_count = program->header_count,
		.page_size = ARCH_PAGE_SIZE,
		.user = plan->rights.user,
		.effective_user = plan->rights.effective_user,
		.group = plan->rights.group,
		.effective_group = plan->rights.effective_group,
		.secure = plan->rights.secure,
	};
	int error;

	random_fill(facts.random);
	stack_image_finish(plan->stack, &facts, places);
	error = loader_put(places->stack_pointer, stack_image_first(plan->stack),
			   plan->stack->used);
	return error == 0 ? 0 : -ENOMEM;
}

int program_load(const struct program_plan *plan, struct program_entry *entry)
{
	const struct loader_plan load = {
		.space = plan->space,
		.file = plan->file->data,
		.file_bytes = plan->file->size,
		.stack_bytes = STACK_BYTES,
		.stack_flags = VM_MAP_GROWS_DOWN | VM_MAP_POPULATE,
	};
	struct loader_program program;
	int error;

	loader_enter(plan->space);
	error = loader_load(&load, &program);
	if (error == 0)
		error = stack_fill(plan, &program, &entry->places);
	loader_leave();
	if (error == 0)
		entry->program_counter = program.entry;
	return error;
}
