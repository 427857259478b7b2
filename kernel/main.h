/* The boot sequence. */
#pragma once

#include "kernel/boot_info.h"
#include "kernel/lock.h"

/* Paging is on: start the other CPUs. */
void main_start_cpus(void) REQUIRES(bkl);
