libsys-y += lib/sef/sef.c lib/sef/fail.c
