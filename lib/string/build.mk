kernel-y += lib/string/string.c
