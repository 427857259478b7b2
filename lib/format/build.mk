shared-y += lib/format/format.c
