/* Releasing the boot services in the order of the boot table, and what follows when all have
 * started: `BOARD: N CPUs, ready`, poweroff=ready, init=NAME.
 */
#include "services.h"

#include <arch/layout.h>
#include <option.h>
#include <skerry/kernel_page.h>
#include <skerry/pm.h>
#include <string.h>
#include <sys.h>
#include <sys_call.h>
#include <sys_ipc.h>

#define FIRST 2u /* after VM and RS itself, which run */

static const struct boot_table *table;
static const char *line;
static unsigned int current; /* who starts now */

const struct boot_service *service_find(endpoint_t thread)
{
	for (unsigned int i = 0; i < table->count; i++) {
		if (table->service[i].endpoint == thread)
			return &table->service[i];
	}
	return NULL;
}

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
	if (option_is(line, "poweroff", "ready"))
		machine_end(0);
	if (option_value(line, "init", program, sizeof(program)))
		program_start(program);
}

static void release(const struct boot_service *service)
{
	const struct sys_thread_release_req request = {.thread = service->endpoint};
	const int error = sys_thread_release(&request, NULL);

	if (error != 0)
		panic("cannot release %s: %d", service->name, error);
}

static void advance(void)
{
	while (++current < table->count) {
		if (table->service[current].endpoint != EP_NONE) {
			release(&table->service[current]);
			return;
		}
	}
	if (current == table->count)
		all_started();
}

void services_init(void)
{
	const struct service_start *start = service_start();

	table = (const struct boot_table *)(uintptr_t)start->table;
	line = (const char *)(uintptr_t)start->command_line;
	if (table == NULL)
		panic("no boot table");
	current = FIRST - 1;
	advance();
}

void service_gone(const struct boot_service *service)
{
	if (current < table->count && service == &table->service[current])
		advance();
}

struct answer rs_do_ready(endpoint_t caller, const struct rs_ready_req *req,
			  struct rs_empty_reply *rep)
{
	const struct boot_service *service = service_find(caller);

	(void)rep;
	if (service == NULL || current >= table->count || service != &table->service[current])
		return answer(-EINVAL);
	if (req->result == 0)
		sys_print("rs: %s is up\n", service->name);
	else
		sys_print("rs: %s cannot start: %d\n", service->name, req->result);
	advance();
	return answer(0);
}
