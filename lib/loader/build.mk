libsys-y += lib/loader/load.c lib/loader/copier.c
