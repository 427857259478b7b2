/* SYS_VIRCOPY names threads, not spaces. The copier is a thread that never runs: it stands for a
 * space that no thread is in yet. Between two uses it is in its maker's own space.
 */
#include <loader.h>

#include <service.h>
#include <skerry/info.h>
#include <skerry/kernel_call.h>
#include <string.h>
#include <sys.h>
#include <sys_call.h>
#include <vm_call.h>

static endpoint_t copier;
static space_t own_space;
static const char *copier_name;

static space_t own_space_find(void)
{
	struct info_thread info;
	const struct sys_info_req request = {
		.what = INFO_THREAD,
		.index = endpoint_slot(service_start()->endpoint),
		.address = (uintptr_t)&info,
		.size = sizeof(info),
	};
	const int error = sys_info(&request, NULL);

	if (error != 0)
		panic("SYS_INFO of the caller itself: %d", error);
	return info.space;
}

/* Held: nobody gives it a privilege. */
void loader_init(const char *name)
{
	const struct vm_space_req page = {.space = 0};
	struct sys_thread_create_req request = {.process = EP_NONE};
	struct sys_thread_create_reply reply;
	struct vm_space_reply message;
	int error = vm_message_page(&page, &message);

	copier_name = name;
	own_space = own_space_find();
	request.space = own_space;
	request.message_frame = message.message_frame;
	request.message_address = message.message_address;
	if (error == 0)
		error = sys_thread_create(&request, &reply);
	if (error != 0)
		panic("no copier: %d", error);
	copier = reply.thread;
}

static void move(space_t space)
{
	struct sys_exec_req request = {.thread = copier, .space = space};
	int error;

	strncpy(request.name, copier_name, sizeof(request.name) - 1);
	error = sys_exec(&request, NULL);
	assert(error == 0);
}

void loader_enter(space_t space)
{
	move(space);
}

void loader_leave(void)
{
	move(own_space);
}

int loader_put(uint64_t to, const void *from, uint64_t bytes)
{
	const struct sys_copy_req request = {
		.source = EP_SELF,
		.destination = copier,
		.source_address = (uintptr_t)from,
		.destination_address = to,
		.bytes = bytes,
	};

	return sys_vircopy(&request, NULL);
}
