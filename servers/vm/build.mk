programs-y += vm
vm-y += servers/vm/main.c $(filter-out %/main.c,$(sort $(wildcard servers/vm/*.c))) arch/$(ARCH)/vm/page_table.c
