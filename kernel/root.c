/* Loading the root service: an ELF from the boot archive, its frames, stack, message page and boot
 * page, all mapped in the boot map. Runs once, before any other thread exists.
 */
#include "kernel/root.h"

#include "kernel/info_page.h"
#include "kernel/ipc.h"
#include "kernel/panic.h"
#include "kernel/space.h"
#include <cpio.h>
#include <exec.h>
#include <skerry/kernel_call.h>
#include <string.h>

static struct boot_page boot_page;

/* Frames come from the start of free memory, never to be returned: [next, end) of one range. */
static struct {
	struct boot_page_range ranges[BOOT_PAGE_RANGES];
	unsigned int count;
	unsigned int current;
	bool for_root; /* the frame will belong to the root service */
} memory;

static void root_frame_record(paddr_t frame)
{
	struct boot_page_range *last = &boot_page.root[boot_page.root_count - 1];

	if (boot_page.root_count && last->base + last->bytes == frame) {
		last->bytes += ARCH_PAGE_SIZE;
		return;
	}
	if (boot_page.root_count == BOOT_PAGE_RANGES)
		panic("boot: the root service's frames lie too scattered");
	boot_page.root[boot_page.root_count++] = (struct boot_page_range){frame, ARCH_PAGE_SIZE};
}

static paddr_t frame_take(void)
{
	struct boot_page_range *r = &memory.ranges[memory.current];
	paddr_t frame;

	while (memory.current < memory.count && r->bytes < ARCH_PAGE_SIZE) {
		memory.current++;
		r++;
	}
	if (memory.current == memory.count)
		panic("boot: no memory left for the root service");
	frame = (paddr_t)r->base;
	r->base += ARCH_PAGE_SIZE;
	r->bytes -= ARCH_PAGE_SIZE;
	memset(phys_to_virt(frame), 0, ARCH_PAGE_SIZE);
	if (memory.for_root)
		root_frame_record(frame);
	return frame;
}

static paddr_t table_frame(void)
{
	bool for_root = memory.for_root;
	paddr_t frame;

	memory.for_root = false;
	frame = frame_take();
	memory.for_root = for_root;
	return frame;
}

static void map_page(vaddr_t address, paddr_t frame, bool writable)
{
	if (arch_boot_map(address, frame, ARCH_PAGE_SIZE, writable, table_frame))
		panic("boot: cannot map the root service at %lx", (unsigned long)address);
}

static void map_fresh(vaddr_t address, size_t bytes, bool writable)
{
	size_t done;

	for (done = 0; done < bytes; done += ARCH_PAGE_SIZE)
		map_page(address + done, frame_take(), writable);
}

/* --- The program
 * ------------------------------------------------------------------------------------- */

static int image_map(void *context, uint64_t address, uint64_t size, uint32_t flags)
{
	(void)context;
	map_fresh((vaddr_t)address, (size_t)size, flags & EXEC_WRITE);
	return 0;
}

static int image_copy(void *context, uint64_t address, uint64_t file_offset, uint64_t size)
{
	const struct cpio_entry *entry = context;
	uint64_t done;

	for (done = 0; done < size;) {
		paddr_t physical;
		size_t piece;

		if (!arch_walk(arch_boot_root(), (vaddr_t)(address + done), false, &physical,
			       &piece))
			return -EFAULT;
		if (piece > size - done)
			piece = (size_t)(size - done);
		memcpy(phys_to_virt(physical), entry->data + file_offset + done, piece);
		done += piece;
	}
	return 0;
}

static vaddr_t program_load(const struct boot_info *info, const char *name)
{
	static const struct exec_ops ops = {.map = image_map, .copy = image_copy};
	const struct exec_target target = {
		.machine = ARCH_ELF_MACHINE,
		.bits = sizeof(vaddr_t) * 8,
		.page_size = ARCH_PAGE_SIZE,
		.low = ARCH_PAGE_SIZE,
		.high = ARCH_ROOT_WINDOW,
	};
	struct cpio_archive archive;
	struct cpio_entry entry;
	struct exec_memory archived;
	struct exec_file file = {exec_memory_read, &archived, 0};
	struct exec_image image;
	int code;

	if (!info->archive.size)
		panic("boot: the loader passed no boot archive");
	cpio_open(&archive, phys_to_virt((paddr_t)info->archive.base), (size_t)info->archive.size);
	code = cpio_find(&archive, name, &entry);
	if (code == -EINVAL)
		panic("boot: the archive is damaged: %s", cpio_error_text(archive.error));
	if (code)
		panic("boot: no \"%s\" in the boot archive", name);
	archived = (struct exec_memory){entry.data, entry.size};
	file.size = archived.size;
	code = exec_read(&target, &file, &image);
	if (!code)
		code = exec_load(&ops, &entry, &image, 0);
	if (code)
		panic("boot: \"%s\" is no program for this machine (%d)", name, code);
	return (vaddr_t)image.entry;
}

/* --- The boot page
 * ------------------------------------------------------------------------------------- */

static void memory_init(const struct boot_info *info)
{
	unsigned int i;

	for (i = 0; i < info->memory_count && i < BOOT_PAGE_RANGES; i++)
		memory.ranges[memory.count++] =
			(struct boot_page_range){info->memory[i].base, info->memory[i].size};
}

static uint64_t memory_end(const struct boot_info *info)
{
	return info->memory_count ? info->memory[info->memory_count - 1].base +
					    info->memory[info->memory_count - 1].size
				  : 0;
}

static void boot_page_fill(const struct boot_info *info, struct thread *t)
{
	unsigned int i;

	boot_page.magic = BOOT_PAGE_MAGIC;
	boot_page.cpu_count = info->cpu_count < CPU_MAX ? info->cpu_count : CPU_MAX;
	boot_page.root_thread = t->endpoint;
	boot_page.root_space = t->space->id;
	boot_page.memory_bytes = kernel_page.memory_bytes;
	boot_page.archive = (struct boot_page_range){info->archive.base, info->archive.size};
	boot_page.root_table = arch_boot_root();
	boot_page.message_frame = t->message_frame;
	boot_page.message_address = t->message_address;
	boot_page.kernel_page = virt_to_phys(&kernel_page);
	boot_page.page_size = ARCH_PAGE_SIZE;
	strlcpy(boot_page.command_line, info->command_line, sizeof(boot_page.command_line));
	strlcpy(boot_page.board, CONFIG_BOARD, sizeof(boot_page.board));
	for (i = memory.current; i < memory.count; i++)
		if (memory.ranges[i].bytes)
			boot_page.free[boot_page.free_count++] = memory.ranges[i];
}

/* Everything allowed: the root service makes the rules for all others. */
static void privilege_give(struct thread *t) REQUIRES(bkl)
{
	struct priv *priv = priv_allocate(t);

	t->priv = priv;
	priv->flags = PRIV_SYSTEM | PRIV_MAGIC_GRANTS | PRIV_ALL_IO | PRIV_ALL_MEMORY;
	priv->traps = TRAP_MASK_ALL;
	memset(priv->calls, 0xFF, sizeof(priv->calls));
	memset(priv->targets, 0xFF, sizeof(priv->targets));
	priv->signal_manager = EP_SELF;
}

struct thread *root_load(const struct boot_info *info, const char *name)
{
	struct space *space = space_allocate(arch_boot_root());
	struct thread *t = thread_allocate(space);
	vaddr_t entry;

	memory_init(info);
	memory.for_root = true;
	entry = program_load(info, name);
	map_fresh(ARCH_ROOT_STACK_TOP - ARCH_ROOT_STACK_BYTES, ARCH_ROOT_STACK_BYTES, true);
	t->message_frame = frame_take();
	t->message_address = ARCH_ROOT_MESSAGE_PAGE;
	t->message = phys_to_virt(t->message_frame);
	map_page(ARCH_ROOT_MESSAGE_PAGE, t->message_frame, true);
	map_page(ARCH_BOOT_PAGE, virt_to_phys(&boot_page), false);
	map_page(ARCH_KERNEL_PAGE, virt_to_phys(&kernel_page), false);
	if (arch_boot_window(&boot_page, memory_end(info), table_frame))
		panic("boot: no memory for the root service's window");
	memory.for_root = false;

	strlcpy(t->name, name, sizeof(t->name));
	arch_context_init(t, entry, ARCH_ROOT_STACK_TOP, ARCH_BOOT_PAGE, t->message_address);
	privilege_give(t);
	arch_describe(&boot_page, &kernel_page);
	boot_page_fill(info, t);
	thread_unblock(t, RTS_NO_PRIV);
	return t;
}
