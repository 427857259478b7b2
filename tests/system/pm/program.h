/* PM's calls as cases write them. */
#pragma once

#include "tests/system/user/case.h"
#include <pm_call.h>
#include <program_thread.h>
#include <skerry/signal_frame.h>

#define STACK_BYTES 16384u
#define MILLISECOND 1000000ull

/* A thread with its stack. */
struct helper {
	struct program_thread thread;
	uint8_t stack[STACK_BYTES] __attribute__((aligned(16)));
};

void helper_start(struct helper *helper, int (*function)(void *), void *argument);
void helper_join(const struct helper *helper);

int futex_wait(volatile u32 *word, u32 value, uint32_t flags, nanoseconds_t time);
int futex_wake(volatile u32 *word, u32 count, uint32_t flags);

/* handler(signal, info, frame); returns through PM_SIGNAL_RETURN. */
typedef void (*handler_function)(uint32_t signal, const struct pm_signal_info *info,
				 struct signal_frame *frame);
void handler_set(uint32_t signal, handler_function handler, uint32_t flags, u64 mask);
void action_set(uint32_t signal, u64 action, uint32_t flags);

/* The old mask. */
u64 mask_set(uint32_t how, u64 set);
u64 signals_pending(void);
#define BIT(signal) (1ull << ((signal)-1))

int kill(pid32 pid, uint32_t signal);
int thread_kill(pid32 tid, uint32_t signal);

/* -EINTR and the like; *left: what the answer says. */
int sleep_for(nanoseconds_t time, nanoseconds_t *left);
nanoseconds_t clock_now(void);

/* The child's state, as wait() has it; with NOHANG 0 when it has none. */
int child_state(pid32 pid, uint32_t flags);

/* What `pmcase @WHAT` does. */
int executed(const struct program *program);
int executed_by_path(const struct program *program);
int executed_with_files(const char *what);

#define PM_CASE(function, behaviour) void case_##function(void);
#define FILE_CASE PM_CASE
#include "tests/system/pm/cases.def"
#undef FILE_CASE
#undef PM_CASE
