programs-y += sched
sched-y += servers/sched/main.c $(filter-out %/main.c,$(sort $(wildcard servers/sched/*.c)))
