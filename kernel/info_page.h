/* The kernel page: the kernel's writable side of include/skerry/kernel_page.h. */
#pragma once

#include <skerry/kernel_page.h>

extern struct kernel_page kernel_page; /* page aligned, alone in its page */
