/* Releasing the boot services in the order of the boot table, and what follows when all have
 * started: `BOARD: N CPUs, ready`, poweroff=ready, init=NAME.
 */
#include "start.h"

#include "life.h"
#include "machine.h"
#include <arch/layout.h>
#include <option.h>
#include <skerry/kernel_page.h>
#include <skerry/pm.h>
#include <string.h>
#include <sys.h>
#include <sys_ipc.h>

static struct entry *current; /* who starts now; NULL: all have */

/* Not by a call: PM might never answer. */
static void program_start(const char *name)
{
	struct message *message = &message_page()->message;
	struct pm_exec_req request = {
		.name = (uintptr_t)name,
		.arguments = (uintptr_t)name,
		.argument_bytes = strlen(name) + 1,
		.argument_count = 1,
	};
	int error;

	message->type = PM_START;
	memcpy(message->payload, &request, sizeof(request));
	error = ipc_send_async(PM_ENDPOINT, 0);
	if (error != 0)
		sys_print("rs: cannot ask PM for %s: %d\n", name, error);
}

static void all_started(void)
{
	static char program[PM_NAME_MAX + 1]; /* PM reads it later */
	const struct kernel_page *page = (const struct kernel_page *)ARCH_KERNEL_PAGE;

	sys_print("%s: %u CPUs, ready\n", page->board, page->cpu_count);
	if (option_is(boot.command_line, "poweroff", "ready"))
		machine_end(0);
	if (option_value(boot.command_line, "init", program, sizeof(program)))
		program_start(program);
}

static void advance(void)
{
	while ((current = entry_next(current)) != NULL) {
		if (current->state == RS_STATE_HELD) {
			life_begin(current);
			return;
		}
	}
	all_started();
}

/* VM and RS itself run. */
void start_begin(void)
{
	for (unsigned int i = 0; i < 2; i++) {
		current = entry_at(i);
		current->state = RS_STATE_RUNNING; /* published with the others when DS is up */
	}
	advance();
}

void start_next(const struct entry *entry)
{
	if (entry == current)
		advance();
}
