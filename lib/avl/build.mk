libsys-y += lib/avl/avl.c
