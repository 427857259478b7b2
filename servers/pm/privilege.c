/* What programs may do: they share one privilege. */
#include "call.h"

#include <skerry/info.h>
#include <skerry/ipc.h>
#include <skerry/kernel_call.h>
#include <string.h>
#include <sys.h>
#include <sys_call.h>

#define TRAPS (1u << TRAP_KERNEL_CALL | 1u << TRAP_IPC_CALL)
#define CALLS                                                                                      \
	(1ull << SYS_NULL | 1ull << SYS_YIELD | 1ull << SYS_EXIT | 1ull << SYS_TLS_SET |           \
	 1ull << SYS_TIMES | 1ull << SYS_DIAG)

static u64 targets[2];

/* In a small archive the slot may be another service's. */
static void target_add(endpoint_t service, const char *name)
{
	struct info_thread info;
	const struct sys_info_req request = {
		.what = INFO_THREAD,
		.index = endpoint_slot(service),
		.address = (uintptr_t)&info,
		.size = sizeof(info),
	};
	const int error = sys_info(&request, NULL);

	if (error != 0 || info.thread != service || strcmp(info.name, name) != 0)
		return;
	targets[info.privilege / 64] |= 1ull << info.privilege % 64;
}

void privilege_init(void)
{
	target_add(VM_ENDPOINT, "vm");
	target_add(PM_ENDPOINT, "pm");
	target_add(VFS_ENDPOINT, "vfs");
}

int privilege_give(endpoint_t thread)
{
	const struct sys_priv_set_req request = {
		.thread = thread,
		.traps = TRAPS,
		.signal_manager = PM_ENDPOINT,
		.calls = CALLS,
		.targets = {targets[0], targets[1]},
		.signal_backup = EP_NONE,
	};
	struct sys_priv_set_reply reply;

	return sys_priv_set(&request, &reply);
}

void privilege_allow(endpoint_t thread)
{
	const struct sys_priv_allow_req allow = {thread, PRIV_ALLOW};

	(void)sys_priv_allow(&allow, NULL); /* it has just been made */
}
