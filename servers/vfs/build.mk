programs-y += vfs
vfs-y += servers/vfs/main.c $(filter-out %/main.c,$(sort $(wildcard servers/vfs/*.c)))
