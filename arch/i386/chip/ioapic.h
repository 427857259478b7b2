/* The I/O APICs, together with the local APICs they deliver to. */
#pragma once

#include "arch/i386/interrupt.h"

#ifdef CONFIG_APIC
extern const struct interrupt_controller ioapic_controller;
#else
/* Never chosen: without CONFIG_APIC boot_firmware.local_apic is NULL. */
static const struct interrupt_controller ioapic_controller;
#endif
