/* VGA in text mode 3, 80 x 25, as an output-only console. */
#pragma once

#include <skerry/types.h>

/* Takes over the screen below what the firmware wrote. Without a VGA, or in a mode whose registers
 * are elsewhere, vga_text_put() does nothing. */
bool vga_text_init(void);

/* Understands \n, \r, \b and \t. */
void vga_text_put(char c);
