programs-y += ds
ds-y += servers/ds/main.c $(filter-out %/main.c,$(sort $(wildcard servers/ds/*.c)))
