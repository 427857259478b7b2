libsys-y += $(sort $(wildcard lib/chardriver/*.c))
