shared-y += lib/string/string.c
