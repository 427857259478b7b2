/* The console: early the one the configuration names, then the one the firmware chose. */
#pragma once

void console_early(void);
void console_init(void);
