/* Threads that compute, rest or call SCHED as the suite says, and what cases share. */
#pragma once

#include "tests/system/user/runner.h"
#include "tests/system/vm/crew.h"
#include "tests/system/vm/service_case.h"
#include <sched_call.h>

#define LOOKS_MAX 3000u /* of RUNNER_SLEEP_TIME: half a minute */
#define PRIORITY_LAST 14u
#define EVERY_CPU 0u

/* Wait for it; the case fails if it does not come. */
#define UNTIL(condition)                                                                           \
	do {                                                                                       \
		for (unsigned int looks_ = 0; !(condition) && looks_ < LOOKS_MAX; looks_++)        \
			runner_sleep(RUNNER_SLEEP_TIME);                                           \
		EXPECT(condition);                                                                 \
	} while (0)

/* All compute, and are the kernel's to schedule. */
bool workers_start(unsigned int count);
bool workers_stop(void);
bool workers_left(void); /* by a case that failed */
endpoint_t worker(unsigned int number);
bool worker_end(unsigned int number); /* the last: SCHED is not told */

/* How often it went round its loop. */
uint32_t worker_count(unsigned int number);

/* It blocks, until it computes again. */
bool worker_rest(unsigned int number);
bool worker_go_on(unsigned int number);

/* A call to SCHED in its name. */
int worker_call(unsigned int number, uint32_t type, const void *request, size_t bytes);

/* RS replaces SCHED, as after a crash, and is done. */
bool sched_refresh(void);

/* SCHED's calls, on workers. */
int start(unsigned int number, int nice, uint64_t mask);
int stop(unsigned int number);
int set_nice(unsigned int number, int nice);
int set_mask(unsigned int number, uint64_t mask);
int get(unsigned int number, struct sched_get_reply *reply);
struct sched_get_reply state(unsigned int number); /* zeros: not SCHED's */
struct sched_load_reply cpu_load(uint32_t cpu);

struct info_thread worker_info(unsigned int number);
uint32_t cpus(void);

/* Workers 0 .. count - 1 used up so many quanta together. */
uint64_t quanta(unsigned int count);
bool quanta_pass(unsigned int count, uint64_t more);

/* All have sunk as deep as they can; then the rounds of each during so many quanta of all. */
bool measure(unsigned int count, uint64_t more, uint32_t *rounds);

#define SCHED_CASE(function, behaviour) bool case_##function(void);
#include "cases.def"
#undef SCHED_CASE
