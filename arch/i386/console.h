/* The kernel's console: first serial port, VGA text screen or both. */
#pragma once

/* Both. First of all; needs no memory beyond the first megabyte. */
void console_init(void);

/* console=serial|vga|both */
void console_select(const char *line);
