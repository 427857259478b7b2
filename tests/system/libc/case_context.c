/* Contexts that a program switches by itself. */
#include "libc_case.h"

#include <fenv.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#define STACK_BYTES 16384

static ucontext_t main_context, coroutine, other;
static uint8_t stacks[2][STACK_BYTES] __attribute__((aligned(16)));

void case_context_again(void)
{
	ucontext_t here;
	volatile int times = 0;

	CHECK_EQ(getcontext(&here), 0);
	if (++times < 5)
		CHECK_EQ(setcontext(&here), 0);
	CHECK_EQ(times, 5);
}

static void stack_give(ucontext_t *context, unsigned int stack, ucontext_t *next)
{
	CHECK_EQ(getcontext(context), 0);
	context->uc_stack.ss_sp = stacks[stack];
	context->uc_stack.ss_size = STACK_BYTES;
	context->uc_link = next;
}

static int sums[6];

static void arguments_take(int a, int b, int c, int d, int e, int f)
{
	char here;

	CHECK((uint8_t *)&here >= stacks[0] && (uint8_t *)&here < stacks[0] + STACK_BYTES);
	sums[0] = a, sums[1] = b, sums[2] = c, sums[3] = d, sums[4] = e, sums[5] = f;
}

void case_context_arguments(void)
{
	stack_give(&coroutine, 0, &main_context);
	makecontext(&coroutine, (void (*)(void))arguments_take, 6, 1, 20, 300, 4000, 50000, 600000);
	CHECK_EQ(swapcontext(&main_context, &coroutine), 0);
	CHECK_EQ(sums[0] + sums[1] + sums[2] + sums[3] + sums[4] + sums[5], 654321);
}

static int turns;

/* What it computes must survive the other's computing. */
static void turns_take(int which)
{
	double sum = which;
	uint32_t state = (uint32_t)which;

	for (int i = 0; i < 50; i++) {
		sum += 0.5;
		state = state * 1664525u + 1013904223u;
		turns++;
		CHECK_EQ(swapcontext(which == 0 ? &coroutine : &other,
				     which == 0 ? &other : &coroutine),
			 0);
	}
	CHECK(sum == which + 25.0);
	CHECK(state != 0);
}

void case_context_turns(void)
{
	stack_give(&coroutine, 0, &other);
	stack_give(&other, 1, &main_context);
	makecontext(&coroutine, (void (*)(void))turns_take, 1, 0);
	makecontext(&other, (void (*)(void))turns_take, 1, 1);
	CHECK_EQ(swapcontext(&main_context, &coroutine), 0);
	CHECK_EQ(turns, 100);
}

static void function_end(void)
{
}

void case_context_exit(void)
{
	const pid_t pid = fork();
	int status;

	CHECK(pid >= 0);
	if (pid == 0) {
		stack_give(&coroutine, 0, NULL);
		makecontext(&coroutine, function_end, 0);
		setcontext(&coroutine);
		_exit(1);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
}

void case_context_rounding(void)
{
	ucontext_t here;
	volatile int times = 0;

	CHECK_EQ(fesetround(FE_UPWARD), 0);
	CHECK_EQ(getcontext(&here), 0);
	if (times++ == 0) {
		CHECK_EQ(fesetround(FE_TONEAREST), 0);
		setcontext(&here);
	}
	CHECK_EQ(fegetround(), FE_UPWARD);
	CHECK_EQ(fesetround(FE_TONEAREST), 0);
}
