/* Table sizes and switches of this build, from Kconfig (autoconf.h is included by the compiler). */
#pragma once

#include <skerry/endpoint.h>

#ifdef CONFIG_SMP
#define CPU_MAX CONFIG_NR_CPUS
#else
#define CPU_MAX 1
#endif

#define THREAD_MAX (1u << CONFIG_THREAD_SLOTS_LOG2)
#define SPACE_MAX CONFIG_SPACE_SLOTS
#define PRIV_MAX CONFIG_PRIV_SLOTS

#define KERNEL_VERSION "0.1"

_Static_assert(THREAD_MAX <= ENDPOINT_SLOT_MASK, "thread slots fit an endpoint");
_Static_assert(PRIV_MAX <= 128, "privilege ids fit the targets of SYS_PRIV_SET");
_Static_assert(CPU_MAX <= 32, "CPUs fit an affinity word");
