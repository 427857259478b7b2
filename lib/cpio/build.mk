shared-y += lib/cpio/cpio.c
