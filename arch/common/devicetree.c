/* Looks things up in the tree each time they are asked for: it is read at boot only. */
#include "devicetree.h"

#include <libfdt.h>
#include <string.h>

#define DEPTH_MAX 16 /* of nested buses */
#define CELLS_MAX 4
#define VERSION 17	 /* Devicetree Specification 0.4, 5.2 */
#define VERSION_BYTES 28 /* of the header, up to it */

static const void *tree;

size_t devicetree_bytes(const void *blob)
{
	return fdt_magic(blob) == FDT_MAGIC ? fdt_totalsize(blob) : 0;
}

const char *devicetree_open(const void *blob, size_t bytes)
{
	int error;

	/* In trees before version 16 names are paths, and fdt_check_full() trusts them to be. */
	if (bytes < VERSION_BYTES || fdt_version(blob) < VERSION)
		return "FDT_VERSION_TOO_OLD";
	error = fdt_check_full(blob, bytes);
	if (error != 0)
		return fdt_strerror(error);
	tree = blob;
	return NULL;
}

/* A damaged tree may have its structures at odd places. */
static uint32_t cell_load(const fdt32_t *cell)
{
	fdt32_t value;

	memcpy(&value, cell, sizeof(value));
	return fdt32_to_cpu(value);
}

/* --- Properties ------------------------------------------------------------------------------ */

static const fdt32_t *cells_of(int node, const char *property, unsigned int *count)
{
	int bytes = 0;
	const fdt32_t *cells = node >= 0 ? fdt_getprop(tree, node, property, &bytes) : NULL;

	*count = cells ? (unsigned int)bytes / sizeof(*cells) : 0;
	return cells;
}

bool devicetree_cell(int node, const char *property, unsigned int index, uint32_t *value)
{
	unsigned int count;
	const fdt32_t *cells = cells_of(node, property, &count);

	if (index >= count)
		return false;
	*value = cell_load(&cells[index]);
	return true;
}

/* One or two cells; more are no number. */
static bool number_of(int node, const char *property, uint64_t *value)
{
	unsigned int count;
	const fdt32_t *cells = cells_of(node, property, &count);

	if (count != 1 && count != 2)
		return false;
	*value = cell_load(&cells[0]);
	if (count == 2)
		*value = *value << 32 | cell_load(&cells[1]);
	return true;
}

/* The property's text, NUL and all; NULL if it is none. */
static const char *text_of(int node, const char *property)
{
	int bytes = 0;
	const char *text = node >= 0 ? fdt_getprop(tree, node, property, &bytes) : NULL;

	return text && bytes > 0 && text[bytes - 1] == '\0' ? text : NULL;
}

bool devicetree_text_is(int node, const char *property, const char *text)
{
	const char *found = text_of(node, property);

	return found && strcmp(found, text) == 0;
}

static bool is_enabled(int node)
{
	const char *status = text_of(node, "status");

	return !status || strcmp(status, "okay") == 0 || strcmp(status, "ok") == 0;
}

bool devicetree_is(int node, const char *compatible)
{
	return node >= 0 && fdt_node_check_compatible(tree, node, compatible) == 0;
}

int devicetree_find(const char *compatible)
{
	int node = -1;

	do
		node = fdt_node_offset_by_compatible(tree, node, compatible);
	while (node >= 0 && !is_enabled(node));
	return node;
}

int devicetree_find_any(const char *const *compatible, unsigned int max)
{
	int node = -1;

	for (unsigned int i = 0; i < max && compatible[i] && node < 0; i++)
		node = devicetree_find(compatible[i]);
	return node;
}

/* --- Interrupts ------------------------------------------------------------------------------ */

/* The nearest `interrupt-parent`, of the node or above it. */
static int interrupt_parent(int node)
{
	uint32_t handle;

	for (unsigned int depth = 0; node >= 0 && depth < DEPTH_MAX; depth++) {
		if (devicetree_cell(node, "interrupt-parent", 0, &handle))
			return fdt_node_offset_by_phandle(tree, handle);
		node = fdt_parent_offset(tree, node);
	}
	return -1;
}

bool devicetree_interrupt(int node, unsigned int index, int *controller, uint32_t *cells,
			  unsigned int max)
{
	uint32_t count;

	*controller = interrupt_parent(node);
	if (!devicetree_cell(*controller, "#interrupt-cells", 0, &count) || count > max)
		return false;
	for (unsigned int i = 0; i < max; i++) {
		cells[i] = 0;
		if (i < count && !devicetree_cell(node, "interrupts", index * count + i, &cells[i]))
			return false;
	}
	return true;
}

/* --- Registers ------------------------------------------------------------------------------- */

static uint64_t cells_number(const fdt32_t *cells, unsigned int count)
{
	uint64_t value = 0;

	while (count-- > 0)
		value = value << 32 | cell_load(cells++);
	return value;
}

/* How many cells an address or a size has below the node; as many as nobody has when that is
 * nonsense.
 */
static unsigned int cells_below(int node, const char *property, uint32_t absent)
{
	uint32_t count = absent;

	(void)devicetree_cell(node, property, 0, &count);
	return count <= CELLS_MAX ? count : UINT16_MAX;
}

static unsigned int address_cells_below(int node)
{
	return cells_below(node, "#address-cells", 2);
}

static unsigned int size_cells_below(int node)
{
	return cells_below(node, "#size-cells", 1);
}

/* Entry `index` of a reg property below `parent`. */
static bool reg_entry(int parent, int node, unsigned int index, uint64_t *base, uint64_t *size)
{
	const unsigned int address_cells = address_cells_below(parent);
	const unsigned int entry = address_cells + size_cells_below(parent);
	unsigned int count;
	const fdt32_t *cells = cells_of(node, "reg", &count);

	if (address_cells == 0 || index >= count / entry)
		return false;
	cells += index * entry;
	*base = cells_number(cells, address_cells);
	*size = cells_number(cells + address_cells, entry - address_cells);
	return true;
}

/* An address below `bus` as one below its parent. No `ranges` at all: not the CPU's to reach. */
static bool bus_translate(int bus, int parent, uint64_t *address)
{
	const unsigned int child_cells = address_cells_below(bus);
	const unsigned int parent_cells = address_cells_below(parent);
	const unsigned int entry = child_cells + parent_cells + size_cells_below(bus);
	unsigned int count, i;
	const fdt32_t *cells = cells_of(bus, "ranges", &count);

	if (!cells || child_cells == 0)
		return false;
	if (count == 0)
		return true;
	for (i = 0; i < count / entry; i++, cells += entry) {
		const uint64_t child = cells_number(cells, child_cells);
		const uint64_t base = cells_number(cells + child_cells, parent_cells);
		const uint64_t size = cells_number(cells + child_cells + parent_cells,
						   entry - child_cells - parent_cells);

		if (*address >= child && *address - child < size) {
			*address = base + (*address - child);
			return true;
		}
	}
	return false;
}

bool devicetree_registers(int node, unsigned int index, uint64_t *base, uint64_t *size)
{
	int bus = node >= 0 ? fdt_parent_offset(tree, node) : -1;
	unsigned int depth;

	if (bus < 0 || !reg_entry(bus, node, index, base, size))
		return false;
	for (depth = 0; depth < DEPTH_MAX; depth++) {
		const int parent = fdt_parent_offset(tree, bus);

		if (parent < 0)
			return bus == 0; /* the root */
		if (!bus_translate(bus, parent, base))
			return false;
		bus = parent;
	}
	return false;
}

/* --- Boot ------------------------------------------------------------------------------------ */

static bool is_kind(int node, const char *kind)
{
	return devicetree_text_is(node, "device_type", kind);
}

void devicetree_ram(struct ranges *ram)
{
	uint64_t base, size;
	unsigned int i;
	int node;

	fdt_for_each_subnode(node, tree, 0) for (i = 0;
						 is_kind(node, "memory") && is_enabled(node) &&
						 reg_entry(0, node, i, &base, &size);
						 i++) ranges_add(ram, base, size);
}

void devicetree_reserve(struct ranges *free)
{
	const int parent = fdt_path_offset(tree, "/reserved-memory");
	const int count = fdt_num_mem_rsv(tree); /* which walks them all */
	uint64_t base, size;
	int node, i;

	for (i = 0; i < count; i++)
		if (fdt_get_mem_rsv(tree, i, &base, &size) == 0)
			ranges_remove(free, base, size);
	if (parent < 0)
		return;
	fdt_for_each_subnode(node, tree,
			     parent) for (i = 0;
					  reg_entry(parent, node, (unsigned int)i, &base, &size);
					  i++) ranges_remove(free, base, size);
}

static void list_cpus(struct boot_info *info, uint32_t boot_cpu)
{
	const int cpus = fdt_path_offset(tree, "/cpus");
	int node;

	info->cpu_hardware_id[0] = boot_cpu;
	info->cpu_count = 1;
	strlcpy(info->cpu_source, "devicetree", sizeof(info->cpu_source));
	if (cpus < 0)
		return;
	fdt_for_each_subnode(node, tree, cpus)
	{
		uint64_t name, size;

		if (is_kind(node, "cpu") && reg_entry(cpus, node, 0, &name, &size) &&
		    name >> 32 == 0 && (uint32_t)name != boot_cpu &&
		    info->cpu_count < BOOT_CPUS_MAX)
			info->cpu_hardware_id[info->cpu_count++] = (uint32_t)name;
	}
}

static void find_archive(struct boot_info *info, int chosen)
{
	uint64_t start, end;

	if (number_of(chosen, "linux,initrd-start", &start) &&
	    number_of(chosen, "linux,initrd-end", &end) && start < end)
		info->archive = (struct boot_range){start, end - start};
}

bool devicetree_boot_info(struct boot_info *info, uint32_t boot_cpu)
{
	const int chosen = fdt_path_offset(tree, "/chosen");
	const char *line = text_of(chosen, "bootargs");

	list_cpus(info, boot_cpu);
	find_archive(info, chosen);
	strlcpy(info->loader, "devicetree", sizeof(info->loader));
	return !line || strlcpy(info->command_line, line, sizeof(info->command_line)) <
				sizeof(info->command_line);
}

int devicetree_console(void)
{
	const char *path = text_of(fdt_path_offset(tree, "/chosen"), "stdout-path");
	const char *options = path ? strchr(path, ':') : NULL;

	if (!path)
		return -1;
	return fdt_path_offset_namelen(tree, path,
				       (int)(options ? (size_t)(options - path) : strlen(path)));
}
