programs-y += rs
rs-y += servers/rs/main.c $(filter-out %/main.c,$(sort $(wildcard servers/rs/*.c)))
