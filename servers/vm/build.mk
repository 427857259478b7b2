programs-y += vm
vm-y += servers/vm/main.c $(filter-out %/main.c,$(sort $(wildcard servers/vm/*.c))) arch/$(ARCH)/vm/page_table.c
vm-cflags += $(patsubst VM_%,-DMUTANT=MUTANT_%,$(filter VM_%,$(MUTANT)))
