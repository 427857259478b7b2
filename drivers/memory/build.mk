programs-y += memory
memory-y += $(sort $(wildcard drivers/memory/*.c))
