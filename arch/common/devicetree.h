/* The devicetree the loader passed, read in this one place. Source: Devicetree Specification 0.4;
 * the format itself is libfdt's affair (lib/fdt). A node is an offset into the tree, negative for
 * none.
 *
 * The tree is checked whole when it is opened; what is absent or odd in it afterwards gives "none",
 * never a fault and never a loop.
 */
#pragma once

#include "ranges.h"

/* From now on the tree at `blob`, which must stay readable: `bytes` of it can be read. NULL, or
 * what is wrong with it; the others must not be called then. */
const char *devicetree_open(const void *blob, size_t bytes);

/* What the header says: how much must be readable. 0: that is no devicetree. `blob`: 8 bytes. */
size_t devicetree_bytes(const void *blob);

/* The memory nodes into `ram`; what must not be used out of `free`. */
void devicetree_ram(struct ranges *ram);
void devicetree_reserve(struct ranges *free);

/* Command line, archive, CPUs (whoever executes is number 0: `boot_cpu`), loader. False: the
 * command line was cut. */
bool devicetree_boot_info(struct boot_info *info, uint32_t boot_cpu);

/* The first node in the tree that is compatible with the text, and is not disabled. */
int devicetree_find(const char *compatible);
/* The same for any of up to `max` texts; NULL ends them. */
int devicetree_find_any(const char *const *compatible, unsigned int max);
bool devicetree_is(int node, const char *compatible);
/* The console the firmware chose; none if it does not say. */
int devicetree_console(void);

/* Register block `index` as the CPU sees it. False: there is none. */
bool devicetree_registers(int node, unsigned int index, uint64_t *base, uint64_t *size);

/* Entry `index` of the node's `interrupts`: its cells, those that the controller does not have as
 * 0, and the controller's node. False: none, or one of more cells. */
bool devicetree_interrupt(int node, unsigned int index, int *controller, uint32_t *cells,
			  unsigned int max);

/* Cell `index` of a property; false: none. */
bool devicetree_cell(int node, const char *property, unsigned int index, uint32_t *value);
bool devicetree_text_is(int node, const char *property, const char *text);
