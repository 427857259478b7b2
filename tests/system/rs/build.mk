programs-y += rssuite rsvictim
rssuite-y += tests/system/rs/rssuite.c $(sort $(wildcard tests/system/rs/case_*.c)) tests/system/rs/client.c \
	tests/system/rs/help.c tests/system/rs/bench.c tests/system/user/runner.c
rsvictim-y += tests/system/rs/rsvictim.c
