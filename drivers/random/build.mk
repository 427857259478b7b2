programs-y += random
random-y += drivers/random/main.c $(filter-out %/main.c,$(sort $(wildcard drivers/random/*.c)))
