shared-y += lib/exec/exec.c
