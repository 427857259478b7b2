/* What this machine's CPUs can do, as ARCH_FEATURE_* bits (<arch/features.h>): what the CPU has,
 * the configuration wants and the command line leaves. All CPUs are taken to be alike.
 */
#pragma once

#include <skerry/types.h>
#include <arch/features.h>

/* Reads CPUID. First of all on the boot CPU. */
void cpu_features_init(void);

/* Applies entry=sysenter|syscall|int from the command line and says which CPU this is. */
void cpu_features_restrict(const char *line);

uint32_t cpu_features(void);

/* Pages of the kernel may use these directory and table bits (4 MB page, global), 0 where not. */
#define PAGE_LARGE 0x80u
#define PAGE_GLOBAL 0x100u
uint32_t cpu_page_large(void);
uint32_t cpu_page_global(void);

/* CPUID shows a local APIC, whatever the configuration wants. */
bool cpu_has_apic(void);

/* The local APIC is wanted, exists, is enabled and speaks through memory (not in x2APIC mode). */
bool cpu_has_memory_apic(void);
