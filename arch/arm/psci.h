/* Power State Coordination Interface, ARM DEN 0022D: CPUs and power through the firmware. */
#pragma once

#include <skerry/types.h>

/* Reads the devicetree's psci node. False: there is none. */
bool psci_init(void);

/* 0, or the firmware's error: a negative number that is no errno. */
int psci_cpu_on(uint32_t hardware_id, uint32_t entry);

/* Come back where there is no such firmware. */
void psci_system_off(void);
void psci_system_reset(void);
