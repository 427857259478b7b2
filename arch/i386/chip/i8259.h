/* The PC's two 8259A interrupt controllers. */
#pragma once

#include "arch/i386/interrupt.h"

/* Its init also connects the APICs where the firmware left the PICs in the way, and is right on
 * machines that use the I/O APIC: all lines masked, vectors moved. */
extern const struct interrupt_controller i8259_controller;
