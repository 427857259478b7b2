/* The PC's terminals, and the bits of their interrupts. */
#pragma once

#include "terminal.h"

#define SERIAL_INTERRUPT 0u
#define KEYBOARD_INTERRUPT 1u

extern const struct terminal_device serial_device;
extern const struct terminal_device vga_device;

/* The keyboard of the VGA's terminal. */
void keyboard_init(void);
void keyboard_interrupt(struct terminal *terminal, bool application);
