/* POSIX threads. Nothing here depends on who runs first. */
#include "libc_case.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define THREADS 8
#define ROUNDS 200

static __thread int own = 5;

static void *value_return(void *argument)
{
	CHECK_EQ(own, 5);
	own = (int)(intptr_t)argument;
	sched_yield();
	CHECK_EQ(own, (intptr_t)argument);
	return (void *)((intptr_t)argument * 2);
}

void case_thread_join(void)
{
	pthread_t thread[THREADS];
	void *result;

	for (intptr_t i = 0; i < THREADS; i++)
		CHECK_EQ(pthread_create(&thread[i], NULL, value_return, (void *)i), 0);
	for (intptr_t i = 0; i < THREADS; i++) {
		CHECK_EQ(pthread_join(thread[i], &result), 0);
		CHECK_EQ((intptr_t)result, i * 2);
	}
	CHECK_EQ(own, 5);
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int counter, turn;

static void *counter_raise(void *argument)
{
	for (int i = 0; i < ROUNDS; i++) {
		int seen;

		CHECK_EQ(pthread_mutex_lock(&lock), 0);
		seen = counter;
		if (i % 16 == 0)
			sched_yield();
		counter = seen + 1;
		CHECK_EQ(pthread_mutex_unlock(&lock), 0);
	}
	return argument;
}

void case_thread_mutex(void)
{
	pthread_t thread[THREADS];

	for (int i = 0; i < THREADS; i++)
		CHECK_EQ(pthread_create(&thread[i], NULL, counter_raise, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		CHECK_EQ(pthread_join(thread[i], NULL), 0);
	CHECK_EQ(counter, THREADS * ROUNDS);
}

static void *turn_take(void *argument)
{
	const int mine = (int)(intptr_t)argument;

	for (int i = 0; i < 20; i++) {
		CHECK_EQ(pthread_mutex_lock(&lock), 0);
		while (turn % 3 != mine)
			CHECK_EQ(pthread_cond_wait(&changed, &lock), 0);
		turn++;
		CHECK_EQ(pthread_cond_broadcast(&changed), 0);
		CHECK_EQ(pthread_mutex_unlock(&lock), 0);
	}
	return NULL;
}

void case_thread_condition(void)
{
	pthread_t thread[3];

	for (intptr_t i = 0; i < 3; i++)
		CHECK_EQ(pthread_create(&thread[i], NULL, turn_take, (void *)i), 0);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(pthread_join(thread[i], NULL), 0);
	CHECK_EQ(turn, 60);
}

void case_thread_timeout(void)
{
	struct timespec limit;
	sem_t none;

	CHECK_EQ(clock_gettime(CLOCK_REALTIME, &limit), 0);
	limit.tv_nsec += 20000000;
	if (limit.tv_nsec >= 1000000000) {
		limit.tv_nsec -= 1000000000;
		limit.tv_sec++;
	}
	CHECK_EQ(sem_init(&none, 0, 0), 0);
	CHECK_EQ(sem_timedwait(&none, &limit), -1);
	CHECK_EQ(errno, ETIMEDOUT);
	CHECK_EQ(pthread_mutex_lock(&lock), 0);
	CHECK_EQ(pthread_cond_timedwait(&changed, &lock, &limit), ETIMEDOUT);
	CHECK_EQ(pthread_mutex_unlock(&lock), 0);
}

static sem_t ended;

static void *detached_run(void *argument)
{
	(void)argument;
	CHECK_EQ(pthread_detach(pthread_self()), 0);
	CHECK_EQ(sem_post(&ended), 0);
	return NULL;
}

void case_thread_detached(void)
{
	pthread_t thread;

	CHECK_EQ(sem_init(&ended, 0, 0), 0);
	for (int i = 0; i < 40; i++) {
		CHECK_EQ(pthread_create(&thread, NULL, detached_run, NULL), 0);
		CHECK_EQ(sem_wait(&ended), 0);
	}
}

static void key_end(void *value)
{
	__atomic_fetch_add((int *)value, 1, __ATOMIC_SEQ_CST);
}

static pthread_key_t key;

static void *key_set(void *argument)
{
	CHECK(pthread_getspecific(key) == NULL);
	CHECK_EQ(pthread_setspecific(key, argument), 0);
	return NULL;
}

void case_thread_specific(void)
{
	int ends = 0;
	pthread_t thread;

	CHECK_EQ(pthread_key_create(&key, key_end), 0);
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(pthread_create(&thread, NULL, key_set, &ends), 0);
		CHECK_EQ(pthread_join(thread, NULL), 0);
	}
	CHECK_EQ(ends, 3);
}

static void *main_outlive(void *argument)
{
	CHECK_EQ(pthread_join(*(pthread_t *)argument, NULL), 0);
	exit(33);
}

/* The first thread ends by pthread_exit(); the process by another's exit(). */
void case_thread_last(void)
{
	static pthread_t first;
	const pid_t pid = fork();
	pthread_t thread;
	int status;

	CHECK(pid >= 0);
	if (pid == 0) {
		first = pthread_self();
		CHECK_EQ(pthread_create(&thread, NULL, main_outlive, &first), 0);
		pthread_exit(NULL);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 33 << 8);
}

static void *fork_and_wait(void *argument)
{
	const pid_t pid = fork();
	int status;

	CHECK(pid >= 0);
	if (pid == 0) {
		CHECK(malloc(1000) != NULL);
		_exit((int)(intptr_t)argument);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, (intptr_t)argument << 8);
	return NULL;
}

void case_thread_fork(void)
{
	pthread_t thread[4];

	for (intptr_t i = 0; i < 4; i++)
		CHECK_EQ(pthread_create(&thread[i], NULL, fork_and_wait, (void *)(i + 50)), 0);
	for (int i = 0; i < 4; i++)
		CHECK_EQ(pthread_join(thread[i], NULL), 0);
}

/* --- Cancellation ----------------------------------------------------------------------------- */

static int cleanups;

static void cleanup(void *argument)
{
	cleanups += *(int *)argument;
}

static void *sleep_forever(void *argument)
{
	pthread_cleanup_push(cleanup, argument);
	sem_post(&ended);
	for (;;)
		sleep(1000);
	pthread_cleanup_pop(0);
	return NULL;
}

static void *spin_forever(void *argument)
{
	pthread_cleanup_push(cleanup, argument);
	CHECK_EQ(pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL), 0);
	sem_post(&ended);
	for (;;)
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
	pthread_cleanup_pop(0);
	return NULL;
}

static void *refuse_a_while(void *argument)
{
	pthread_cleanup_push(cleanup, argument);
	CHECK_EQ(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL), 0);
	sem_post(&ended);
	while (cleanups == 0)
		sched_yield();
	CHECK_EQ(pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL), 0);
	pthread_testcancel();
	pthread_cleanup_pop(0);
	return NULL;
}

static void cancelled(void *(*function)(void *), int weight)
{
	pthread_t thread;
	void *result;

	CHECK_EQ(pthread_create(&thread, NULL, function, &weight), 0);
	CHECK_EQ(sem_wait(&ended), 0);
	CHECK_EQ(pthread_cancel(thread), 0);
	CHECK_EQ(pthread_join(thread, &result), 0);
	CHECK(result == PTHREAD_CANCELED);
}

void case_thread_cancel(void)
{
	CHECK_EQ(sem_init(&ended, 0, 0), 0);
	for (int i = 1; i <= 20; i++) {
		cancelled(sleep_forever, 1);
		CHECK_EQ(cleanups, i);
	}
}

void case_thread_cancel_async(void)
{
	CHECK_EQ(sem_init(&ended, 0, 0), 0);
	for (int i = 1; i <= 10; i++) {
		cancelled(spin_forever, 1);
		CHECK_EQ(cleanups, i);
	}
}

void case_thread_cancel_later(void)
{
	pthread_t thread;
	int weight = 10;
	void *result;

	CHECK_EQ(sem_init(&ended, 0, 0), 0);
	CHECK_EQ(pthread_create(&thread, NULL, refuse_a_while, &weight), 0);
	CHECK_EQ(sem_wait(&ended), 0);
	CHECK_EQ(pthread_cancel(thread), 0);
	cleanups = 1;
	CHECK_EQ(pthread_join(thread, &result), 0);
	CHECK(result == PTHREAD_CANCELED);
	CHECK_EQ(cleanups, 11);
}
