programs-y += dssuite dsa dsb
dssuite-y += tests/system/ds/dssuite.c tests/system/ds/client.c tests/system/ds/obey.c tests/system/ds/storm.c \
	$(sort $(wildcard tests/system/ds/case_*.c)) tests/system/user/runner.c \
	tests/system/vm/service_crew.c tests/system/vm/memory.c
dsa-y += tests/system/ds/dsclient.c tests/system/ds/obey.c tests/system/ds/storm.c
dsb-y += $(dsa-y)
