/* Who is who: processes, users and groups, names. */
#include "pm_ask.h"

#include <arch/layout.h>
#include <skerry/kernel_page.h>
#include <string.h>
#include <sys/utsname.h>

static long got(const struct posix_call *call, size_t field)
{
	const struct pm_empty_req request = {};
	struct pm_getpid_reply reply;
	const int error = PM_ASK(call, PM_GETPID, &request, &reply);

	return error != 0 ? error : *(const pid32 *)((const uint8_t *)&reply + field);
}

long posix_do_getpid(const struct posix_call *call)
{
	return got(call, offsetof(struct pm_getpid_reply, pid));
}

long posix_do_getppid(const struct posix_call *call)
{
	return got(call, offsetof(struct pm_getpid_reply, parent));
}

long posix_do_gettid(const struct posix_call *call)
{
	return got(call, offsetof(struct pm_getpid_reply, tid));
}

/* --- Groups of processes, sessions ------------------------------------------------------------ */

static int group_ask(const struct posix_call *call, struct pm_getpid_reply *reply)
{
	const struct pm_pid_req request = {(pid32)call->argument[0]};

	return PM_ASK(call, PM_PROCESS_GROUP_GET, &request, reply);
}

long posix_do_getpgid(const struct posix_call *call)
{
	struct pm_getpid_reply reply;
	const int error = group_ask(call, &reply);

	return error != 0 ? error : reply.group;
}

long posix_do_getsid(const struct posix_call *call)
{
	struct pm_getpid_reply reply;
	const int error = group_ask(call, &reply);

	return error != 0 ? error : reply.session;
}

long posix_do_setpgid(const struct posix_call *call)
{
	const struct pm_process_group_req request = {
		.pid = (pid32)call->argument[0],
		.group = (pid32)call->argument[1],
	};

	return PM_ASK(call, PM_PROCESS_GROUP_SET, &request, NULL);
}

long posix_do_setsid(const struct posix_call *call)
{
	const struct pm_empty_req request = {};
	const int error = PM_ASK(call, PM_SESSION_CREATE, &request, NULL);

	return error != 0 ? error : posix_do_getpid(call);
}

/* --- Users and groups ------------------------------------------------------------------------- */

static int ids_ask(const struct posix_call *call, struct pm_ids_reply *ids)
{
	const struct pm_empty_req request = {};

	return PM_ASK(call, PM_USER_GET, &request, ids);
}

static long id_got(const struct posix_call *call, size_t field)
{
	struct pm_ids_reply ids;
	const int error = ids_ask(call, &ids);

	return error != 0 ? error : (long)*(const u32 *)((const uint8_t *)&ids + field);
}

long posix_do_getuid(const struct posix_call *call)
{
	return id_got(call, offsetof(struct pm_ids_reply, user));
}

long posix_do_geteuid(const struct posix_call *call)
{
	return id_got(call, offsetof(struct pm_ids_reply, effective_user));
}

long posix_do_getgid(const struct posix_call *call)
{
	return id_got(call, offsetof(struct pm_ids_reply, group));
}

long posix_do_getegid(const struct posix_call *call)
{
	return id_got(call, offsetof(struct pm_ids_reply, effective_group));
}

static long three_put(const struct posix_call *call, u32 real, u32 effective, u32 saved)
{
	*(u32 *)call->argument[0] = real;
	*(u32 *)call->argument[1] = effective;
	*(u32 *)call->argument[2] = saved;
	return 0;
}

long posix_do_getresuid(const struct posix_call *call)
{
	struct pm_ids_reply ids;
	const int error = ids_ask(call, &ids);

	return error != 0 ? error : three_put(call, ids.user, ids.effective_user, ids.saved_user);
}

long posix_do_getresgid(const struct posix_call *call)
{
	struct pm_ids_reply ids;
	const int error = ids_ask(call, &ids);

	return error != 0 ? error
			  : three_put(call, ids.group, ids.effective_group, ids.saved_group);
}

static struct pm_ids_req ids_wanted(const struct posix_call *call, u32 rule)
{
	return (struct pm_ids_req){
		.rule = rule,
		.real = (u32)call->argument[0],
		.effective = rule == PM_ID_SET ? PM_ID_KEEP : (u32)call->argument[1],
		.saved = rule == PM_ID_SET_ALL ? (u32)call->argument[2] : PM_ID_KEEP,
	};
}

static long user_set(const struct posix_call *call, u32 rule)
{
	const struct pm_ids_req request = ids_wanted(call, rule);

	return PM_ASK(call, PM_USER_SET, &request, NULL);
}

static long group_set(const struct posix_call *call, u32 rule)
{
	const struct pm_ids_req request = ids_wanted(call, rule);

	return PM_ASK(call, PM_GROUP_SET, &request, NULL);
}

long posix_do_setuid(const struct posix_call *call)
{
	return user_set(call, PM_ID_SET);
}

long posix_do_setreuid(const struct posix_call *call)
{
	return user_set(call, PM_ID_SET_PAIR);
}

long posix_do_setresuid(const struct posix_call *call)
{
	return user_set(call, PM_ID_SET_ALL);
}

long posix_do_setgid(const struct posix_call *call)
{
	return group_set(call, PM_ID_SET);
}

long posix_do_setregid(const struct posix_call *call)
{
	return group_set(call, PM_ID_SET_PAIR);
}

long posix_do_setresgid(const struct posix_call *call)
{
	return group_set(call, PM_ID_SET_ALL);
}

long posix_do_getgroups(const struct posix_call *call)
{
	const struct pm_groups_req request = {
		.address = posix_address(call->argument[1]),
		.count = (u32)call->argument[0],
	};
	struct pm_count_reply reply;
	const int error = PM_ASK(call, PM_GROUPS_GET, &request, &reply);

	return error != 0 ? error : (long)reply.count;
}

long posix_do_setgroups(const struct posix_call *call)
{
	const struct pm_groups_req request = {
		.address = posix_address(call->argument[1]),
		.count = (u32)call->argument[0],
	};

	return PM_ASK(call, PM_GROUPS_SET, &request, NULL);
}

/* --- The machine's name ----------------------------------------------------------------------- */

long posix_do_uname(const struct posix_call *call)
{
	const struct kernel_page *page = (const struct kernel_page *)ARCH_KERNEL_PAGE;
	struct utsname *to = (struct utsname *)call->argument[0];
	const struct pm_name_req request = {
		.address = (uintptr_t)to->nodename,
		.bytes = sizeof(to->nodename),
	};

	memset(to, 0, sizeof(*to));
	strcpy(to->sysname, "Skerry");
	strcpy(to->nodename, "skerry");
	strncpy(to->release, page->version, sizeof(page->version));
	strncpy(to->version, page->board, sizeof(page->board));
	strcpy(to->machine, POSIX_MACHINE);
	(void)PM_ASK(call, PM_NAME, &request, NULL);
	return 0;
}

long posix_do_sethostname(const struct posix_call *call)
{
	const struct pm_name_req request = {
		.address = posix_address(call->argument[0]),
		.bytes = (u32)call->argument[1],
		.set = 1,
	};

	return PM_ASK(call, PM_NAME, &request, NULL);
}
