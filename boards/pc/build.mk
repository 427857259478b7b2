kernel-y += $(board-folder)/board.c
