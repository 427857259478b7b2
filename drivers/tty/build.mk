# What the board's devices are lies in the folder of its architecture.
programs-y += tty
tty-y += drivers/tty/main.c $(filter-out %/main.c,$(sort $(wildcard drivers/tty/*.c)))
tty-y += $(sort $(wildcard drivers/tty/$(ARCH)/*.c))
