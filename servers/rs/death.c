/* RS as signal manager of the services: one that dies is named, with its stack trace, and cleared.
 * Nobody restarts it yet.
 */
#include "services.h"

#include <skerry/kernel_call.h>
#include <skerry/signal.h>
#include <sys.h>
#include <sys_call.h>

#define EXITED (1ull << SIGNAL_EXITED)
#define BACKTRACE                                                                                  \
	(1ull << SIGNAL_SEGV | 1ull << SIGNAL_BUS | 1ull << SIGNAL_ILLEGAL | 1ull << SIGNAL_FPE)

void machine_end(uint32_t code)
{
	const struct sys_abort_req request = {.operation = ABORT_POWER_OFF, .code = code};

	(void)sys_abort(&request, NULL);
}

void end_as_failure(void)
{
	machine_end(1);
}

static bool is_core(const struct boot_service *service)
{
	return service->endpoint == VM_ENDPOINT || service->endpoint == RS_ENDPOINT ||
	       service->endpoint == PM_ENDPOINT;
}

static void clear(endpoint_t thread)
{
	const struct sys_clear_req request = {.thread = thread};

	(void)sys_clear(&request, NULL);
}

static void death_report(const char *name, const struct sys_signal_get_reply *death)
{
	const struct sys_diag_req backtrace = {
		.operation = DIAG_BACKTRACE,
		.thread = death->thread,
	};

	if (death->signals & EXITED) {
		sys_print("rs: %s exited with %d\n", name, (int)death->exit_status);
		return;
	}
	sys_print("rs: PANIC: %s got signal %d\n", name, __builtin_ctzll(death->signals));
	if (death->signals & BACKTRACE)
		(void)sys_diag(&backtrace, NULL);
}

/* Every signal ends a service, as long as none can say which it would rather hear of. */
static void die(const struct sys_signal_get_reply *death)
{
	const struct boot_service *service = service_find(death->thread);

	death_report(service != NULL ? service->name : "an unknown service", death);
	if (service != NULL && is_core(service))
		machine_end(1);
	if (service != NULL && service->when[0] != '\0')
		machine_end(death->signals & EXITED ? (uint32_t)death->exit_status : 1);
	clear(death->thread);
	if (service != NULL)
		service_gone(service);
}

void signals_collect(void)
{
	const struct sys_empty_req request = {};
	struct sys_signal_get_reply death;

	while (sys_signal_get(&request, &death) == 0 && death.thread != EP_NONE)
		die(&death);
}
