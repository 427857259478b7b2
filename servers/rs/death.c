/* RS as signal manager of the services: exceptions and exits are failures, other signals are told
 * to the service.
 */
#include "death.h"

#include "life.h"
#include "tell.h"
#include <skerry/kernel_call.h>
#include <skerry/signal.h>
#include <sys.h>
#include <sys_call.h>

#define BIT(signal) (1ull << (signal))
#define BACKTRACE (BIT(SIGNAL_SEGV) | BIT(SIGNAL_BUS) | BIT(SIGNAL_ILLEGAL) | BIT(SIGNAL_FPE))
#define FATAL (BACKTRACE | BIT(SIGNAL_TRAP) | BIT(SIGNAL_ABORT) | BIT(SIGNAL_KILL))

/* The console is slow, and a service that fails in a row fails alike. */
static bool worth_a_backtrace(const struct entry *entry)
{
	return !(entry->row.flags & RS_FLAG_RESTART) || entry->backoff.failures == 0;
}

static void backtrace(const struct sys_signal_get_reply *death)
{
	const struct sys_diag_req request = {
		.operation = DIAG_BACKTRACE,
		.thread = death->thread,
	};

	if (death->signals & BACKTRACE)
		(void)sys_diag(&request, NULL);
}

static void die(struct entry *entry, const struct sys_signal_get_reply *death)
{
	if (worth_a_backtrace(entry))
		backtrace(death);
	if (!(death->signals & BIT(SIGNAL_EXITED)))
		life_ended(entry, RS_REASON_SIGNAL, __builtin_ctzll(death->signals & FATAL));
	else if (death->exit_status == SERVICE_STATUS_PANIC)
		life_ended(entry, RS_REASON_PANIC, death->exit_status);
	else
		life_ended(entry, RS_REASON_EXIT, death->exit_status);
}

static void tell(endpoint_t service, u32 signal)
{
	const struct sef_signal_req request = {.signal = signal};

	(void)sef_tell(service, SEF_SIGNAL, &request, sizeof(request));
}

static void go_on(const struct sys_signal_get_reply *news)
{
	const struct sys_signal_end_req end = {.thread = news->thread};

	for (u32 signal = 1; signal < SIGNAL_EXITED; signal++) {
		if (news->signals & BIT(signal))
			tell(news->thread, signal);
	}
	(void)sys_signal_end(&end, NULL);
}

/* A further thread of a service: nobody makes it again. */
static void thread_die(const struct sys_signal_get_reply *death)
{
	const struct sys_clear_req request = {.thread = death->thread};

	if (!(death->signals & BIT(SIGNAL_EXITED)))
		sys_print("rs: PANIC: thread %#x got signal %d\n", (unsigned int)death->thread,
			  __builtin_ctzll(death->signals));
	backtrace(death);
	(void)sys_clear(&request, NULL);
}

void signals_collect(void)
{
	const struct sys_empty_req request = {};
	struct sys_signal_get_reply news;

	while (sys_signal_get(&request, &news) == 0 && news.thread != EP_NONE) {
		struct entry *entry = entry_by_endpoint(news.thread);

		if (entry == NULL)
			thread_die(&news);
		else if (news.signals & (FATAL | BIT(SIGNAL_EXITED)))
			die(entry, &news);
		else
			go_on(&news);
	}
}
