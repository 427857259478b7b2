libsys-y += lib/chacha20/chacha20.c
