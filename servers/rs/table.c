/* The service table, made of the boot table, whose order it has. */
#include "entry.h"

#include <skerry/kernel_call.h>
#include <string.h>
#include <sys.h>
#include <sys_call.h>

static struct entry entries[BOOT_TABLE_SERVICES];

struct boot boot;

static bool is_core(endpoint_t endpoint)
{
	return endpoint == VM_ENDPOINT || endpoint == RS_ENDPOINT || endpoint == PM_ENDPOINT;
}

static void file_find(struct entry *entry, const struct service_start *start)
{
	struct cpio_archive archive;

	cpio_open(&archive, (const void *)(uintptr_t)start->archive, (size_t)start->archive_bytes);
	if (cpio_find(&archive, entry->row.name, &entry->file) != 0)
		panic("no %s in the boot archive", entry->row.name);
}

static void entry_init(struct entry *entry, const struct boot_service *service)
{
	*entry = (struct entry){
		.row.endpoint = service->endpoint,
		.boot = service,
		.state = service->endpoint != EP_NONE ? RS_STATE_HELD : RS_STATE_ABSENT,
		.space = service->space,
		.body = service->endpoint != EP_NONE,
		.caller = EP_NONE,
	};
	memcpy(entry->row.name, service->name, sizeof(entry->row.name));
	if (is_core(service->endpoint))
		entry->row.flags |= RS_FLAG_CORE;
	else if (service->flags & BOOT_SERVICE_RESTART)
		entry->row.flags |= RS_FLAG_RESTART;
	if (service->flags & BOOT_SERVICE_CONTROL)
		entry->row.flags |= RS_FLAG_CONTROL;
	if (entry->body && (entry->row.flags & RS_FLAG_RESTART))
		file_find(entry, service_start());
}

void table_init(void)
{
	const struct service_start *start = service_start();

	boot.table = (const struct boot_table *)(uintptr_t)start->table;
	boot.command_line = (const char *)(uintptr_t)start->command_line;
	if (boot.table == NULL)
		panic("no boot table");
	for (unsigned int i = 0; i < boot.table->count; i++)
		entry_init(&entries[i], &boot.table->service[i]);
}

unsigned int entry_count(void)
{
	return boot.table->count;
}

struct entry *entry_at(unsigned int index)
{
	return index < boot.table->count ? &entries[index] : NULL;
}

struct entry *entry_next(struct entry *entry)
{
	return entry_at(entry != NULL ? (unsigned int)(entry - entries) + 1 : 0);
}

struct entry *entry_by_endpoint(endpoint_t endpoint)
{
	for (struct entry *entry = entry_next(NULL); entry != NULL; entry = entry_next(entry)) {
		if (entry->row.endpoint == endpoint && endpoint != EP_NONE)
			return entry;
	}
	return NULL;
}

struct entry *entry_by_name(const char name[RS_NAME_BYTES])
{
	for (struct entry *entry = entry_next(NULL); entry != NULL; entry = entry_next(entry)) {
		if (strncmp(entry->row.name, name, RS_NAME_BYTES) == 0)
			return entry;
	}
	return NULL;
}

bool entry_may_send(const struct entry *from, const struct entry *to)
{
	return from->boot->targets >> (to - entries) & 1;
}

nanoseconds_t clock_now(void)
{
	const struct sys_times_req request = {.thread = EP_SELF};
	struct sys_times_reply reply;

	if (sys_times(&request, &reply) != 0)
		panic("no time");
	return reply.now;
}
