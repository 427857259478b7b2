/* The board's terminals, where their registers are and their interrupts. */
#pragma once

#include "terminal.h"

#define SERIAL_REGISTERS 0x09000000u
#define SERIAL_IRQ 33u

extern const struct terminal_device serial_device;
