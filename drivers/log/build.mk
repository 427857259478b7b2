programs-y += log
log-y += drivers/log/main.c $(filter-out %/main.c,$(sort $(wildcard drivers/log/*.c)))
