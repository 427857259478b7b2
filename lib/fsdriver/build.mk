libsys-y += lib/fsdriver/loop.c
