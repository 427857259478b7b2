/* How the firmware is called (SMC or HVC), and by which numbers, is in the devicetree; nothing is
 * called where that says nothing.
 */
#include "psci.h"

#include "arch/common/devicetree.h"
#include "kernel/arch.h"

__asm__(".arch_extension sec\n\t.arch_extension virt");

#define CPU_ON 0x84000003u
#define SYSTEM_OFF 0x84000008u
#define SYSTEM_RESET 0x84000009u

static enum { METHOD_NONE, METHOD_SMC, METHOD_HVC } method;
static uint32_t cpu_on = CPU_ON;
static bool has_system;

bool psci_init(void)
{
	int node = devicetree_find("arm,psci-0.2");

	has_system = node >= 0;
	if (node < 0)
		node = devicetree_find("arm,psci");
	/* Version 0.1 has no fixed numbers (binding arm,psci). */
	if (node >= 0 && !has_system && !devicetree_cell(node, "cpu_on", 0, &cpu_on))
		node = -1;
	method = devicetree_text_is(node, "method", "smc")   ? METHOD_SMC
		 : devicetree_text_is(node, "method", "hvc") ? METHOD_HVC
							     : METHOD_NONE;
	return method != METHOD_NONE;
}

/* SMC Calling Convention, ARM DEN 0028: r0 to r3 are the call's, the rest is kept. */
static int32_t call(uint32_t function, uint32_t a, uint32_t b, uint32_t c)
{
	register uint32_t r0 __asm__("r0") = function;
	register uint32_t r1 __asm__("r1") = a;
	register uint32_t r2 __asm__("r2") = b;
	register uint32_t r3 __asm__("r3") = c;

	arch_device_barrier();
	if (method == METHOD_SMC)
		__asm__ volatile("smc #0"
				 : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3)::"r12", "memory");
	else if (method == METHOD_HVC)
		__asm__ volatile("hvc #0"
				 : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3)::"r12", "memory");
	else
		return -1;
	return (int32_t)r0;
}

int psci_cpu_on(uint32_t hardware_id, uint32_t entry)
{
	return call(cpu_on, hardware_id, entry, 0);
}

void psci_system_off(void)
{
	if (has_system)
		(void)call(SYSTEM_OFF, 0, 0, 0);
}

void psci_system_reset(void)
{
	if (has_system)
		(void)call(SYSTEM_RESET, 0, 0, 0);
}
