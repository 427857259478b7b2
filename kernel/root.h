/* The root service: the one program the kernel itself loads. */
#pragma once

#include "kernel/thread.h"
#include <skerry/boot_page.h>

/* Load `name` from the boot archive into the boot map, make its space and thread, fill the boot
 * page. Panics with a clear message when the archive or the program is unusable. */
struct thread *root_load(const struct boot_info *info, const char *name) REQUIRES(bkl);
