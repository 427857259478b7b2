/* Memory that is there before it is touched: populated maps, pinned spaces, spaces that are to be
 * updated, ranges that a server is about to copy.
 *
 * Who must not fail half-way asks first whether there is room. VM serves one call at a time, so
 * what was free then is free until the call ends.
 */
#pragma once

#include "vm_space.h"

/* Can so many frames be taken for the space, and what page tables and VM's objects for `pages` of
 * its pages, in one range, may need besides? An upper bound: `false` may be said too early. */
bool present_fits(const struct vm_space *space, uint64_t frames_wanted, uint64_t pages);

/* Room for what present_bring() of the range would take, if programs had every access. */
bool present_fits_range(const struct vm_space *space, vaddr_t start, vaddr_t end);

/* Every page of the range that programs may see is there: mapped, and unshared where they may
 * write. Regions of pinned spaces grow first. -ENOMEM; -EAGAIN: a page comes from elsewhere, later.
 * Pages that came before stay. */
int present_bring(struct vm_space *space, vaddr_t start, vaddr_t end);

/* As many threads' touches would do, of every page that the bytes lie in. -EFAULT: no such memory,
 * or not that access; else as above. */
int present_page_in(struct vm_space *space, vaddr_t address, size_t bytes, uint32_t access);

/* All of the space, growing regions down to their floor. -ENOMEM with nothing changed. */
int present_all(struct vm_space *space);

/* The same, now and for what comes to be there. Who maps, grows or protects in a pinned space
 * checks and brings with the above. */
int present_pin(struct vm_space *space);
