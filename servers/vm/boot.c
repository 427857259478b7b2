/* The boot services: each is an archive member, loaded into a space of its own with the rights that
 * the boot table gives. All are made before one runs, so that their names are known to all.
 */
#include "boot.h"

#include "memory.h"
#include "page_round.h"
#include "present.h"
#include "sanity.h"
#include "type.h"
#include <arch/layout.h>
#include <cpio.h>
#include <exec.h>
#include <option.h>
#include <skerry/boot_table.h>
#include <skerry/ipc.h>
#include <skerry/kernel_call.h>
#include <skerry/service_start.h>
#include <string.h>
#include <sys.h>
#include <sys_call.h>

#define STACK_BYTES ((size_t)64 * 1024)
#define INDEX_VM 0u
#define INDEX_RS 1u

static struct boot_table table;
static frame_t table_frame; /* of what RS sees: adjacent frames */

/* The service that is being made. */
struct making {
	const struct boot_service *service;
	const struct cpio_entry *file;
	struct vm_space *space;
	vaddr_t stack_top;
	frame_t message_frame;
	vaddr_t message_address;
};

static void stop(const struct making *making, const char *what, int error)
{
	panic("boot service \"%s\": %s: %d", making->service->name, what, error);
}

/* --- The archive ------------------------------------------------------------------------------ */

static void archive_open(struct cpio_archive *archive)
{
	cpio_open(archive, (const void *)(uintptr_t)(boot.root_window + boot.archive.base),
		  (size_t)boot.archive.bytes);
}

static void archive_find(const char *name, struct cpio_entry *entry)
{
	struct cpio_archive archive;

	archive_open(&archive);
	if (cpio_find(&archive, name, entry) != 0)
		panic("no \"%s\" in the boot archive", name);
}

static void table_load(void)
{
	struct cpio_entry entry;

	archive_find(BOOT_TABLE_MEMBER, &entry);
	if (entry.size > sizeof(table))
		panic("the boot table is larger than %u bytes", (unsigned int)sizeof(table));
	memcpy(&table, entry.data, entry.size);
	if (table.magic != BOOT_TABLE_MAGIC || table.count < INDEX_RS + 1 ||
	    table.count > BOOT_TABLE_SERVICES)
		panic("the boot table is damaged");
	for (unsigned int i = 0; i < table.count; i++)
		table.service[i].name[sizeof(table.service[i].name) - 1] = '\0';
}

/* Is the word on the kernel's command line, alone or before '='? */
static bool command_line_has(const char *word)
{
	char value[1];

	return option_value(boot.command_line, word, value, sizeof(value));
}

/* --- Memory of a service ---------------------------------------------------------------------- */

/* Services never wait for their own image: it is there from the start. */
static int map(struct making *making, vaddr_t address, size_t bytes, uint32_t flags)
{
	const struct space_request request = {
		.address = address,
		.bytes = bytes,
		.placement = SPACE_FIXED_IF_FREE,
		.flags = flags,
		.type = &type_anonymous,
	};
	vaddr_t start;
	int error;
	USE(making->space);

	error = space_map(&making->space->space, &request, &start);
	for (vaddr_t page = address; error == 0 && page < address + bytes; page += ARCH_PAGE_SIZE) {
		if (space_fault(&making->space->space, page, REGION_WRITE) != FAULT_DONE)
			error = -ENOMEM;
	}
	return error;
}

static void write(struct making *making, vaddr_t address, const void *from, size_t bytes)
{
	const char *at = from;

	while (bytes > 0) {
		const size_t offset = address % ARCH_PAGE_SIZE;
		const size_t piece =
			bytes < ARCH_PAGE_SIZE - offset ? bytes : ARCH_PAGE_SIZE - offset;
		struct page_reference page;

		if (!pages_find(&making->space->space.pages, address / ARCH_PAGE_SIZE, &page))
			stop(making, "a page is missing", -EFAULT);
		memcpy((char *)memory_pointer(page.frame) + offset, at, piece);
		address += piece;
		at += piece;
		bytes -= piece;
	}
}

static int image_map(void *context, uint64_t address, uint64_t size, uint32_t flags)
{
	(void)flags;
	return map(context, (vaddr_t)address, (size_t)size, REGION_READ | REGION_WRITE);
}

static int image_copy(void *context, uint64_t address, uint64_t file_offset, uint64_t size)
{
	struct making *making = context;

	write(making, (vaddr_t)address, making->file->data + file_offset, (size_t)size);
	return 0;
}

static int image_protect(void *context, uint64_t address, uint64_t size, uint32_t flags)
{
	struct making *making = context;
	USE(making->space);

	return space_protect(&making->space->space, (vaddr_t)address, (size_t)size,
			     REGION_READ | (flags & EXEC_WRITE ? REGION_WRITE : 0) |
				     (flags & EXEC_EXECUTE ? REGION_EXECUTE : 0));
}

static vaddr_t image_load(struct making *making)
{
	static const struct exec_ops ops = {
		.map = image_map, .copy = image_copy, .protect = image_protect};
	const struct exec_target target = {
		.machine = ARCH_ELF_MACHINE,
		.bits = sizeof(vaddr_t) * 8,
		.page_size = ARCH_PAGE_SIZE,
		.low = PROGRAM_LOW,
		.high = PROGRAM_HIGH,
	};
	struct exec_memory archived = {making->file->data, making->file->size};
	const struct exec_file file = {exec_memory_read, &archived, archived.size};
	struct exec_image image;
	int error = exec_read(&target, &file, &image);

	if (error == 0)
		error = exec_load(&ops, making, &image, 0);
	if (error != 0)
		stop(making, "cannot be loaded", error);
	{
		USE(making->space);
		making->space->heap_start = making->space->heap_end = (vaddr_t)image.high;
	}
	return (vaddr_t)image.entry;
}

static u64 show(struct making *making, paddr_t physical, size_t bytes)
{
	struct space_request request = {
		.bytes = bytes,
		.flags = REGION_READ,
		.type = &type_physical,
		.offset = physical,
	};
	vaddr_t start;
	int error;
	USE(making->space);

	error = space_map(&making->space->space, &request, &start);
	if (error != 0)
		stop(making, "cannot show memory", error);
	return start;
}

/* --- Its thread ------------------------------------------------------------------------------- */

/* On top of the stack: service_start, then the command line. Answers its address. */
static vaddr_t start_write(struct making *making, endpoint_t endpoint, unsigned int index)
{
	const size_t line_bytes = strlen(boot.command_line) + 1;
	const vaddr_t at =
		(making->stack_top - sizeof(struct service_start) - line_bytes) & ~(vaddr_t)15;
	struct service_start start = {
		.endpoint = endpoint,
		.index = index,
		.message_page = making->message_address,
		.stack_top = at,
		.command_line = at + sizeof(start),
	};

	if (making->service->flags & BOOT_SERVICE_ARCHIVE) {
		const paddr_t first = (paddr_t)page_floor(boot.archive.base);
		const size_t offset = (paddr_t)boot.archive.base - first;

		start.archive_bytes = boot.archive.bytes;
		start.archive = offset + show(making, first,
					      (size_t)page_ceiling(offset + boot.archive.bytes));
	}
	if (making->service->flags & BOOT_SERVICE_TABLE)
		start.table = show(making, frame_address(table_frame),
				   (size_t)page_ceiling(sizeof(table)));
	write(making, at, &start, sizeof(start));
	write(making, (vaddr_t)start.command_line, boot.command_line, line_bytes);
	return at;
}

/* The name comes with SYS_EXEC; a thread just made takes that of its maker. */
static endpoint_t thread_make(struct making *making, vaddr_t entry, unsigned int index)
{
	const struct sys_thread_create_req create = {
		.space = making->space->id,
		.process = EP_NONE,
		.message_frame = frame_address(making->message_frame),
		.message_address = making->message_address,
		.program_counter = entry,
		.stack_pointer = making->stack_top,
		.flags = THREAD_INHIBITED,
	};
	struct sys_thread_create_reply reply;
	struct sys_exec_req exec = {.program_counter = entry};
	int error = sys_thread_create(&create, &reply);

	if (error != 0)
		stop(making, "SYS_THREAD_CREATE", error);
	exec.thread = reply.thread;
	exec.argument = exec.stack_pointer = start_write(making, reply.thread, index);
	memcpy(exec.name, making->service->name, sizeof(exec.name));
	error = sys_exec(&exec, NULL);
	if (error != 0)
		stop(making, "SYS_EXEC", error);
	return reply.thread;
}

static void service_make(unsigned int index)
{
	struct boot_service *service = &table.service[index];
	struct cpio_entry file;
	struct making making = {.service = service, .file = &file};
	vaddr_t entry;
	int error;

	archive_find(service->name, &file);
	error = vm_space_create(&making.space);
	if (error != 0)
		stop(&making, "no space", error);
	{
		USE(making.space);
		making.space->service = true;
		making.space->rights = service->vm_rights;
	}
	entry = image_load(&making);
	making.stack_top = PROGRAM_HIGH - ARCH_PAGE_SIZE;
	error = map(&making, making.stack_top - STACK_BYTES, STACK_BYTES,
		    REGION_READ | REGION_WRITE);
	if (error == 0)
		error = vm_message_page(making.space, FRAME_NONE, 0, &making.message_frame,
					&making.message_address);
	if (error != 0)
		stop(&making, "no memory", error);
	service->endpoint = thread_make(&making, entry, index);
	if (service->flags & BOOT_SERVICE_PINNED)
		error = present_pin(making.space);
	if (error != 0)
		stop(&making, "cannot be pinned", error);
	service->space = making.space->id;
}

/* --- Privileges ------------------------------------------------------------------------------- */

static void privilege_set(struct boot_service *service, const u64 targets[2])
{
	const struct boot_service *manager = &table.service[service->manager];
	const struct making making = {.service = service};
	const struct sys_priv_set_req request = {
		.thread = service->endpoint,
		.flags = service->priv_flags,
		.traps = service->traps,
		.signal_manager = manager == service ? EP_SELF : manager->endpoint,
		.calls = service->calls,
		.targets = {targets[0], targets[1]},
		.signal_backup = EP_NONE,
	};
	struct sys_priv_set_reply reply;
	const int error = sys_priv_set(&request, &reply);

	if (error != 0)
		stop(&making, "SYS_PRIV_SET", error);
	service->privilege = reply.privilege;
}

static void targets_fill(const struct boot_service *service, u64 targets[2])
{
	targets[0] = service->targets & BOOT_TARGET_PROGRAMS ? 1ull << PRIV_ID_PROGRAMS : 0;
	targets[1] = 0;
	for (unsigned int i = 0; i < table.count; i++) {
		const uint32_t id = table.service[i].privilege;

		if ((service->targets >> i & 1) && table.service[i].endpoint != EP_NONE)
			targets[id / 64] |= 1ull << id % 64;
	}
}

static void resources_add(const struct boot_service *service)
{
	const struct making making = {.service = service};

	for (unsigned int i = 0; i < BOOT_TABLE_RESOURCES; i++) {
		const struct boot_resource *resource = &service->resource[i];
		const struct sys_priv_resource_req request = {service->endpoint, resource->kind,
							      resource->first, resource->count};
		const int error = resource->kind != 0 ? sys_priv_add(&request, NULL) : 0;

		if (error != 0)
			stop(&making, "SYS_PRIV_ADD", error);
	}
}

/* On every CPU, VM too, which was made when there was one. */
static void schedule(const struct boot_service *service)
{
	const struct making making = {.service = service};
	const struct sys_schedctl_req request = {
		.thread = service->endpoint,
		.scheduler = SCHEDULER_KERNEL,
		.priority = service->priority,
		.quantum = service->quantum,
	};
	const int error = sys_schedctl(&request, NULL);

	if (error != 0)
		stop(&making, "cannot be scheduled", error);
}

static void allow(const struct boot_service *service)
{
	const struct making making = {.service = service};
	const struct sys_priv_allow_req request = {service->endpoint, PRIV_ALLOW};
	const int error = sys_priv_allow(&request, NULL);

	if (error != 0)
		stop(&making, "cannot be allowed to run", error);
}

/* Their ids first, without targets: those name ids. */
static void privileges_make(void)
{
	const u64 nobody[2] = {0, 0};
	u64 targets[2];

	for (unsigned int i = INDEX_RS; i < table.count; i++) {
		if (table.service[i].endpoint != EP_NONE)
			privilege_set(&table.service[i], nobody);
	}
	for (unsigned int i = INDEX_RS; i < table.count; i++) {
		if (table.service[i].endpoint == EP_NONE)
			continue;
		targets_fill(&table.service[i], targets);
		privilege_set(&table.service[i], targets);
		resources_add(&table.service[i]);
		schedule(&table.service[i]);
		allow(&table.service[i]);
	}
}

/* --- All of it -------------------------------------------------------------------------------- */

static void self_fill(struct boot_service *self)
{
	const struct sys_root_get_req request = {.thread = EP_SELF};
	struct sys_root_get_reply reply;

	if (sys_vmctl_root_get(&request, &reply) != 0)
		panic("SYS_VMCTL_ROOT_GET of VM itself");
	self->endpoint = boot.root_thread;
	self->space = boot.root_space;
	self->privilege = reply.privilege;
}

#define TABLE_FRAMES ((uint32_t)page_count(sizeof(table)))

void boot_see(struct sanity *sanity)
{
	for (uint32_t i = 0; i < TABLE_FRAMES; i++)
		sanity_see(sanity, table_frame + i, FRAME_KERNEL, "boot table");
}

static void table_show(void)
{
	memcpy(memory_pointer(table_frame), &table, sizeof(table));
}

static void table_frames_take(void)
{
	const struct frame_request request = {
		.count = TABLE_FRAMES,
		.use = FRAME_KERNEL,
		.level = FRAME_FOR_PAGER,
		.zeroed = true,
	};

	if (frames_allocate(&frames, &request, &table_frame) != 0)
		panic("no memory for the boot table");
}

void boot_services_make(void)
{
	const struct sys_thread_release_req release_rs = {RS_ENDPOINT};
	int error;

	table_load();
	table_frames_take();
	self_fill(&table.service[INDEX_VM]);
	schedule(&table.service[INDEX_VM]);
	for (unsigned int i = INDEX_RS; i < table.count; i++) {
		table.service[i].endpoint = EP_NONE;
		if (table.service[i].when[0] == '\0' || command_line_has(table.service[i].when))
			service_make(i);
	}
	if (table.service[INDEX_RS].endpoint != RS_ENDPOINT)
		panic("the boot table's second service must be rs");
	privileges_make();
	table_show();
	error = sys_thread_release(&release_rs, NULL);
	if (error != 0)
		panic("cannot release rs: %d", error);
}
