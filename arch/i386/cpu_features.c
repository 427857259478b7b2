/* Owns the feature bits and what of CPUID they come from; written once, on the boot CPU, before any
 * other CPU runs. A bit is set only if the instruction is really there: emulators execute some that
 * CPUID denies, and some CPUs announce what they lack.
 */
#include "cpu_features.h"

#include <string.h>

#include "kernel/arch.h"
#include "kernel/command_line.h"
#include "kernel/print.h"

#define EFLAGS_ID 0x00200000u
#define MSR_APIC_BASE 0x1bu
#define APIC_BASE_ENABLED 0x800u
#define APIC_BASE_X2APIC 0x400u

#define ENTRIES (ARCH_FEATURE_SYSENTER | ARCH_FEATURE_SYSCALL)

bool arch_has_tsc;

static uint32_t features;
static bool has_apic;
static char vendor[13] = "unknown";
static uint32_t family, model, stepping;

static const uint32_t configured = ARCH_FEATURE_TSC | ARCH_FEATURE_FXSR | ARCH_FEATURE_FPU |
				   ARCH_FEATURE_SSE
#ifdef CONFIG_SYSENTER
				   | ARCH_FEATURE_SYSENTER
#endif
#ifdef CONFIG_SYSCALL
				   | ARCH_FEATURE_SYSCALL
#endif
#ifdef CONFIG_PSE
				   | ARCH_FEATURE_PSE
#endif
#ifdef CONFIG_PGE
				   | ARCH_FEATURE_PGE
#endif
#ifdef CONFIG_APIC
				   | ARCH_FEATURE_APIC
#endif
	;

/* CPUID leaf 1, EDX (SDM vol. 2, CPUID). */
static const struct {
	unsigned int bit;
	uint32_t feature;
} standard_bits[] = {
	{0, ARCH_FEATURE_FPU},	 {3, ARCH_FEATURE_PSE},	      {4, ARCH_FEATURE_TSC},
	{9, ARCH_FEATURE_APIC},	 {11, ARCH_FEATURE_SYSENTER}, {13, ARCH_FEATURE_PGE},
	{24, ARCH_FEATURE_FXSR}, {25, ARCH_FEATURE_SSE},
};

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

static struct cpuid cpuid(uint32_t leaf)
{
	struct cpuid r;

	__asm__ volatile("cpuid"
			 : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
			 : "a"(leaf), "c"(0));
	return r;
}

/* CPUID exists iff EFLAGS.ID can be changed (SDM vol. 1, 20.1). */
static bool has_cpuid(void)
{
	uint32_t before, after;

	__asm__ volatile("pushfl; popl %0; movl %0, %1; xorl %2, %1; pushl %1; popfl;"
			 "pushfl; popl %1; pushl %0; popfl"
			 : "=&r"(before), "=&r"(after)
			 : "i"(EFLAGS_ID)
			 : "cc");
	return ((before ^ after) & EFLAGS_ID) != 0;
}

/* For a 486 too old for CPUID: an FPU that is there clears its status word (SDM vol. 3, 2.5). */
static bool answers_as_fpu(void)
{
	uint16_t status = 0x5a5a;

	__asm__ volatile("fninit; fnstsw %0" : "+m"(status));
	return status == 0;
}

/* Early Pentium Pros set the SEP bit and have no SYSENTER (SDM vol. 2, SYSENTER). */
static bool sysenter_is_real(void)
{
	return !(family == 6 && model < 3 && stepping < 3);
}

/* Intel's CPUs have the bit for 64-bit mode alone; in 32-bit mode only AMD's execute it. */
static bool has_syscall(void)
{
	return strcmp(vendor, "AuthenticAMD") == 0 && cpuid(0x80000000).eax >= 0x80000001 &&
	       (cpuid(0x80000001).edx & 1u << 11);
}

static void identify(void)
{
	struct cpuid leaf = cpuid(0);
	uint32_t last = leaf.eax;
	unsigned int i;

	memcpy(vendor, &leaf.ebx, 4);
	memcpy(vendor + 4, &leaf.edx, 4);
	memcpy(vendor + 8, &leaf.ecx, 4);
	if (last < 1)
		return;
	leaf = cpuid(1);
	family = leaf.eax >> 8 & 15;
	model = leaf.eax >> 4 & 15;
	stepping = leaf.eax & 15;
	if (family == 15)
		family += leaf.eax >> 20 & 255;
	if (family == 6 || family >= 15)
		model |= leaf.eax >> 12 & 0xf0;
	for (i = 0; i < sizeof(standard_bits) / sizeof(*standard_bits); i++)
		if (leaf.edx & 1u << standard_bits[i].bit)
			features |= standard_bits[i].feature;
	if (!sysenter_is_real())
		features &= ~ARCH_FEATURE_SYSENTER;
	if (has_syscall())
		features |= ARCH_FEATURE_SYSCALL;
}

void cpu_features_init(void)
{
	if (has_cpuid())
		identify();
	else if (answers_as_fpu())
		features |= ARCH_FEATURE_FPU;
	has_apic = features & ARCH_FEATURE_APIC;
	features &= configured;
	arch_has_tsc = features & ARCH_FEATURE_TSC;
}

void cpu_features_restrict(const char *line)
{
	uint32_t wanted = ENTRIES;
	char entry[16];

	print("cpu: %s family %u model %u stepping %u, features 0x%x\n", vendor, family, model,
	      stepping, features);
	if (command_line_get(line, "entry", entry, sizeof(entry)) != 0)
		return;
	if (strcmp(entry, "sysenter") == 0)
		wanted = ARCH_FEATURE_SYSENTER;
	else if (strcmp(entry, "syscall") == 0)
		wanted = ARCH_FEATURE_SYSCALL;
	else if (strcmp(entry, "int") == 0)
		wanted = 0;
	if (wanted != 0 && (wanted == ENTRIES || !(features & wanted)))
		print("cpu: entry=%s is not to be had here, ignored\n", entry);
	else
		features &= ~ENTRIES | wanted;
}

uint32_t cpu_features(void)
{
	return features;
}

uint32_t cpu_page_large(void)
{
	return features & ARCH_FEATURE_PSE ? PAGE_LARGE : 0;
}

uint32_t cpu_page_global(void)
{
	return features & ARCH_FEATURE_PGE ? PAGE_GLOBAL : 0;
}

bool cpu_has_apic(void)
{
	return has_apic;
}

/* The Pentium has an APIC, but no such register: its APIC is enabled if CPUID shows it. */
bool cpu_has_memory_apic(void)
{
	uint32_t low, high;

	if (!(features & ARCH_FEATURE_APIC))
		return false;
	if (family < 6)
		return true;
	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(MSR_APIC_BASE));
	return (low & (APIC_BASE_ENABLED | APIC_BASE_X2APIC)) == APIC_BASE_ENABLED;
}
