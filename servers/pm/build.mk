programs-y += pm
pm-y += servers/pm/main.c $(filter-out %/main.c,$(sort $(wildcard servers/pm/*.c)))
