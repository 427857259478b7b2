/* What terminals a PC has. */
#include "devices.h"

const struct terminal_device *const terminal_devices[DEVICES_MAX] = {
	&vga_device,
	&serial_device,
};
