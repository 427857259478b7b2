/* The keyboard behind the 8042 (IBM PS/2 Technical Reference, keyboard controller), as the firmware
 * has set it up: scan codes of set 1, interrupt 1. The mouse's bytes are dropped.
 */
#include "keyboard.h"
#include "devices.h"
#include "port.h"

#define IRQ 1u
#define DATA 0x60u
#define STATUS 0x64u
#define STATUS_FULL 0x01u
#define STATUS_MOUSE 0x20u
#define BYTES_MAX 32u

static struct keyboard keyboard;

/* A full buffer would give no further interrupt. */
static void drain(struct terminal *terminal, bool application)
{
	char text[KEY_TEXT_MAX];

	for (unsigned int i = 0; i < BYTES_MAX; i++) {
		const uint8_t status = port_read(STATUS);
		uint8_t code;
		u32 count;

		if (status == 0xFF || !(status & STATUS_FULL))
			return;
		code = port_read(DATA);
		if (status & STATUS_MOUSE)
			continue;
		count = keyboard_code(&keyboard, keymap_us, code, application, text);
		for (u32 done = 0; terminal != NULL && done < count; done++)
			terminal_input(terminal, (uint8_t)text[done]);
	}
}

void keyboard_init(void)
{
	u32 hook;

	if (interrupt_hook(IRQ, KEYBOARD_INTERRUPT, IRQ_REENABLE, &hook) != 0)
		return;
	drain(NULL, false);
	interrupt_enable(hook);
}

void keyboard_interrupt(struct terminal *terminal, bool application)
{
	drain(terminal, application);
}
