/* Histograms of lock holds and times with interrupts off. */
#pragma once

#include <skerry/info.h>

/* Of one CPU: 0 or -errno; all 0 in kernels that do not measure. */
int latency_get(unsigned int cpu, struct info_latency *latency);

/* Of all CPUs, since boot, as comments of the test output. */
void latencies_print(void);
