/* The list of suites, in the order they run. */
#include "test_case.h"

extern const struct test_suite suite_ipc_call, suite_ipc_notify, suite_ipc_async, suite_ipc_filter,
	suite_ipc_rights, suite_thread, suite_space, suite_fault, suite_copy, suite_context,
	suite_fork, suite_sched, suite_grant, suite_safecopy, suite_mended, suite_signal,
	suite_time, suite_priv, suite_fpu, suite_io, suite_io_direct, suite_irq, suite_update,
	suite_info, suite_smp, suite_smp_ipc, suite_handler, suite_hostile, suite_fuzz;

const struct test_suite *const test_suites[] = {
	&suite_ipc_call, &suite_ipc_notify, &suite_ipc_async, &suite_ipc_filter, &suite_ipc_rights,
	&suite_thread,	 &suite_space,	    &suite_fault,     &suite_copy,	 &suite_context,
	&suite_fork,	 &suite_sched,	    &suite_grant,     &suite_safecopy,	 &suite_mended,
	&suite_signal,	 &suite_handler,    &suite_time,      &suite_priv,	 &suite_fpu,
	&suite_io,	 &suite_io_direct,  &suite_irq,	      &suite_update,	 &suite_info,
	&suite_smp,	 &suite_smp_ipc,    &suite_hostile,   &suite_fuzz,	 NULL,
};
