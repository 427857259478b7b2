/* Signals. */
#include "libc_case.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

static volatile sig_atomic_t came, depth;
static siginfo_t last;

static void count(int signal)
{
	came += signal;
}

static void keep(int signal, siginfo_t *info, void *context)
{
	const ucontext_t *uc = context;

	came += signal;
	last = *info;
	CHECK(uc->uc_link == NULL);
}

static void handler_set(int signal, void (*function)(int), int flags)
{
	struct sigaction action = {.sa_handler = function, .sa_flags = flags};

	sigemptyset(&action.sa_mask);
	CHECK_EQ(sigaction(signal, &action, NULL), 0);
}

static void info_handler_set(int signal, void (*function)(int, siginfo_t *, void *), int flags)
{
	struct sigaction action = {.sa_sigaction = function, .sa_flags = SA_SIGINFO | flags};

	sigemptyset(&action.sa_mask);
	CHECK_EQ(sigaction(signal, &action, NULL), 0);
}

void case_signal_raise(void)
{
	struct sigaction old;

	handler_set(SIGUSR1, count, 0);
	for (int i = 0; i < 100; i++)
		CHECK_EQ(raise(SIGUSR1), 0);
	CHECK_EQ(came, 100 * SIGUSR1);
	CHECK_EQ(sigaction(SIGUSR1, NULL, &old), 0);
	CHECK(old.sa_handler == count);
	handler_set(SIGUSR1, SIG_IGN, 0);
	CHECK_EQ(raise(SIGUSR1), 0);
	CHECK_EQ(came, 100 * SIGUSR1);
}

void case_signal_info(void)
{
	info_handler_set(SIGUSR2, keep, 0);
	CHECK_EQ(kill(getpid(), SIGUSR2), 0);
	CHECK_EQ(came, SIGUSR2);
	CHECK_EQ(last.si_signo, SIGUSR2);
	CHECK_EQ(last.si_code, SI_USER);
	CHECK_EQ(last.si_pid, getpid());
	CHECK_EQ(sigqueue(getpid(), SIGUSR2, (union sigval){.sival_int = 4711}), 0);
	CHECK_EQ(last.si_code, SI_QUEUE);
	CHECK_EQ(last.si_value.sival_int, 4711);
}

void case_signal_mask(void)
{
	sigset_t set, old, pending;

	handler_set(SIGUSR1, count, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	CHECK_EQ(sigprocmask(SIG_BLOCK, &set, &old), 0);
	CHECK_EQ(raise(SIGUSR1), 0);
	CHECK_EQ(came, 0);
	CHECK_EQ(sigpending(&pending), 0);
	CHECK_EQ(sigismember(&pending, SIGUSR1), 1);
	CHECK_EQ(sigsuspend(&old), -1);
	CHECK_EQ(errno, EINTR);
	CHECK_EQ(came, SIGUSR1);
	CHECK_EQ(raise(SIGUSR1), 0);
	CHECK_EQ(sigwaitinfo(&set, &last), SIGUSR1);
	CHECK_EQ(sigprocmask(SIG_SETMASK, &old, NULL), 0);
	CHECK_EQ(came, SIGUSR1);
}

static void nest(int signal)
{
	const int before = errno;

	depth++;
	came += signal;
	if (depth == 1)
		CHECK_EQ(raise(SIGUSR2), 0);
	CHECK_EQ(getppid() >= 0, 1);
	depth--;
	errno = before;
}

/* A handler asks servers in the middle of another's questions. */
void case_signal_nested(void)
{
	handler_set(SIGUSR1, nest, 0);
	handler_set(SIGUSR2, nest, 0);
	CHECK_EQ(raise(SIGUSR1), 0);
	CHECK_EQ(came, SIGUSR1 + SIGUSR2);
	CHECK_EQ(depth, 0);
}

static sigjmp_buf back;

static void jump(int signal, siginfo_t *info, void *context)
{
	(void)context;
	last = *info;
	siglongjmp(back, signal);
}

void case_signal_fault(void)
{
	char *const nothing = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(nothing != MAP_FAILED);
	info_handler_set(SIGSEGV, jump, 0);
	for (int i = 0; i < 5; i++) {
		const int signal = sigsetjmp(back, 1);

		if (signal == 0)
			*(volatile char *)(nothing + i) = 1;
		CHECK_EQ(signal, SIGSEGV);
		CHECK((char *)last.si_addr == nothing + i);
	}
}

static uint8_t other_stack[16384];

static void stack_look(int signal)
{
	uint8_t here;

	came += &here >= other_stack && &here < other_stack + sizeof(other_stack) ? signal : 0;
}

void case_signal_stack(void)
{
	const stack_t stack = {.ss_sp = other_stack, .ss_size = sizeof(other_stack)};
	stack_t old;

	CHECK_EQ(sigaltstack(&stack, NULL), 0);
	handler_set(SIGUSR1, stack_look, SA_ONSTACK);
	handler_set(SIGUSR2, stack_look, 0);
	CHECK_EQ(raise(SIGUSR1), 0);
	CHECK_EQ(came, SIGUSR1);
	CHECK_EQ(raise(SIGUSR2), 0);
	CHECK_EQ(came, SIGUSR1);
	CHECK_EQ(sigaltstack(NULL, &old), 0);
	CHECK(old.ss_sp == other_stack);
}

/* The FPU's registers and the message page survive a handler that uses both. */
static void disturb(int signal)
{
	volatile double sum = 1;

	for (int i = 1; i < 50; i++)
		sum *= 1.5;
	CHECK(getpid() > 0);
	came += signal;
}

void case_signal_timer(void)
{
	const struct itimerval every = {{0, 2000}, {0, 2000}};
	const struct itimerval never = {{0, 0}, {0, 0}};
	const pid_t self = getpid();
	double sum = 0;
	long rounds = 0;

	handler_set(SIGALRM, disturb, SA_RESTART);
	CHECK_EQ(setitimer(ITIMER_REAL, &every, NULL), 0);
	while (came < 20 * SIGALRM) {
		sum += 0.25;
		rounds++;
		CHECK_EQ(getpid(), self);
		CHECK(sum == (double)rounds * 0.25);
	}
	CHECK_EQ(setitimer(ITIMER_REAL, &never, NULL), 0);
}

void case_signal_sleep(void)
{
	struct timespec left, wanted = {1000, 0};

	handler_set(SIGALRM, count, 0);
	CHECK_EQ(ualarm(20000, 0), 0);
	CHECK_EQ(nanosleep(&wanted, &left), -1);
	CHECK_EQ(errno, EINTR);
	CHECK(left.tv_sec > 900 && left.tv_sec <= 1000);
	CHECK_EQ(came, SIGALRM);
	wanted = (struct timespec){0, 1000000};
	CHECK_EQ(nanosleep(&wanted, NULL), 0);
}

void case_signal_child(void)
{
	pid_t pid;
	int status;

	info_handler_set(SIGCHLD, keep, SA_RESTART);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0)
		_exit(3);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	while (came == 0)
		sched_yield();
	CHECK_EQ(last.si_pid, pid);
	CHECK_EQ(last.si_status, 3);
	CHECK_EQ(last.si_code, CLD_EXITED);
}

static void *wait_for_signal(void *argument)
{
	sigset_t *set = argument;
	int signal;

	CHECK_EQ(sigwait(set, &signal), 0);
	return (void *)(intptr_t)signal;
}

void case_signal_thread(void)
{
	pthread_t thread;
	sigset_t set;
	void *result;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	CHECK_EQ(pthread_sigmask(SIG_BLOCK, &set, NULL), 0);
	CHECK_EQ(pthread_create(&thread, NULL, wait_for_signal, &set), 0);
	CHECK_EQ(pthread_kill(thread, SIGUSR1), 0);
	CHECK_EQ(pthread_join(thread, &result), 0);
	CHECK_EQ((intptr_t)result, SIGUSR1);
}

static void timer_notify(union sigval value)
{
	__atomic_fetch_add((int *)value.sival_ptr, 1, __ATOMIC_SEQ_CST);
}

void case_signal_timer_thread(void)
{
	int times = 0;
	struct sigevent event = {
		.sigev_notify = SIGEV_THREAD,
		.sigev_notify_function = timer_notify,
		.sigev_value.sival_ptr = &times,
	};
	const struct itimerspec every = {{0, 2000000}, {0, 2000000}};
	timer_t timer;

	CHECK_EQ(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
	CHECK_EQ(timer_settime(timer, 0, &every, NULL), 0);
	while (__atomic_load_n(&times, __ATOMIC_SEQ_CST) < 3)
		sched_yield();
	CHECK_EQ(timer_delete(timer), 0);
}
