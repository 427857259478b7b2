/* Cases of exec, and what they exec. */
#include "case.h"

#include <pm_call.h>
#include <sys_call.h>
#include <vm_call.h>

#define BLOCK(text) text, sizeof(text)

extern const uint8_t _end[]; /* user.lds */

static uint8_t mark[2 * ARCH_PAGE_SIZE];

/* --- What is execed --------------------------------------------------------------------------- */

static const uintptr_t *auxiliary(const struct program *program)
{
	char **at = program->environment;

	while (*at != NULL)
		at++;
	return (const uintptr_t *)(at + 1);
}

static int check_arguments(const struct program *program)
{
	const uintptr_t *pair = auxiliary(program);
	bool page_size = false, entry = false;

	CHECK_EQ(program->argument_count, 4);
	CHECK(strcmp(program->arguments[0], "some name") == 0);
	CHECK(strcmp(program->arguments[2], "") == 0);
	CHECK(strcmp(program->arguments[3], "x=y z") == 0);
	CHECK(program->arguments[4] == NULL);
	CHECK(strcmp(program->environment[0], "HOME=/") == 0);
	CHECK(strcmp(program->environment[1], "E=") == 0);
	CHECK(program->environment[2] == NULL);
	for (; pair[0] != AUX_NULL; pair += 2) {
		page_size |= pair[0] == AUX_PAGE_SIZE && pair[1] == ARCH_PAGE_SIZE;
		entry |= pair[0] == AUX_ENTRY && pair[1] == (uintptr_t)&_start;
	}
	CHECK(page_size && entry);
	CHECK_EQ((uintptr_t)(program->arguments - 1) % 16, 0);
	return 33;
}

static int check_long(const struct program *program)
{
	size_t bytes = 0;

	for (unsigned int i = 0; i < program->argument_count; i++)
		bytes += strlen(program->arguments[i]) + 1;
	CHECK_EQ(bytes, PM_ARGUMENT_BYTES_MAX);
	CHECK_EQ(program->argument_count, PM_ARGUMENT_COUNT_MAX);
	CHECK(program->environment[0] == NULL);
	return 34;
}

static int check_memory(const struct program *program)
{
	const struct vm_info_req request = {
		.what = VM_INFO_USAGE,
		.address = (uintptr_t)mark + ARCH_PAGE_SIZE / 2 / 8 * 8,
		.bytes = sizeof(struct vm_usage),
	};
	const struct vm_usage *usage = (const void *)(uintptr_t)request.address;
	const struct vm_brk_req heap = {.address = 0};
	struct vm_info_reply reply;
	struct vm_address_reply heap_end;
	const uintptr_t image_end = (uintptr_t)_end;

	(void)program;
	CHECK_EQ(vm_brk(&heap, &heap_end), 0);
	CHECK_EQ(heap_end.address, (image_end + ARCH_PAGE_SIZE - 1) & ~(ARCH_PAGE_SIZE - 1));
	for (size_t i = 0; i < sizeof(mark); i++)
		CHECK_EQ(mark[i], 0);
	CHECK_EQ(vm_info(&request, &reply), 0);
	CHECK(usage->total < (1u << 20));
	return 35;
}

static int wait_for_child(const struct program *program)
{
	int status;

	(void)program;
	CHECK(program_wait(-1, 0, &status) > 0);
	CHECK_EQ(program_wait(-1, 0, &(int){0}), -ECHILD);
	return status >> 8;
}

/* Execs itself with one letter less. */
static int chain(const struct program *program)
{
	static char block[64] = "forker\0@chain";
	const char *left = program->arguments[2];
	const size_t at = sizeof("forker\0@chain"), length = strlen(left);

	if (length == 0)
		return 36;
	memcpy(block + at, left + 1, length);
	return program_exec("forker", block, at + length, 3);
}

static int idle(const struct program *program)
{
	while (program->argument_count > 0)
		yield();
	return 0;
}

target_function target_find(const char *name)
{
	static const struct {
		const char *name;
		target_function run;
	} targets[] = {
		{"arguments", check_arguments}, {"long", check_long}, {"memory", check_memory},
		{"wait", wait_for_child},	{"chain", chain},     {"idle", idle},
	};

	for (unsigned int i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		if (strcmp(name, targets[i].name) == 0)
			return targets[i].run;
	}
	return NULL;
}

/* --- Who execs -------------------------------------------------------------------------------- */

/* In a child; its exit status. */
static int exec_in_child(const struct pm_exec_req *request)
{
	const pid32 pid = child_make();

	if (pid == 0)
		CHECK_EQ(pm_exec(request, NULL), 0);
	return child_wait(pid);
}

static struct pm_exec_req exec_request(const char *name, const char *block, size_t bytes,
				       unsigned int arguments, unsigned int environment)
{
	return (struct pm_exec_req){
		.name = (uintptr_t)name,
		.arguments = (uintptr_t)block,
		.argument_bytes = bytes,
		.argument_count = arguments,
		.environment_count = environment,
	};
}

void case_exec_arguments(void)
{
	static const char block[] = "some name\0@arguments\0\0x=y z\0HOME=/\0E=";
	const struct pm_exec_req request = exec_request("forker", BLOCK(block), 4, 2);

	CHECK_EQ(exec_in_child(&request), EXITED(33));
}

static char long_block[PM_ARGUMENT_BYTES_MAX + ARCH_PAGE_SIZE];

void case_exec_long(void)
{
	const size_t short_bytes = sizeof("forker\0@long") + (PM_ARGUMENT_COUNT_MAX - 3);
	struct pm_exec_req request =
		exec_request("forker", long_block, PM_ARGUMENT_BYTES_MAX, PM_ARGUMENT_COUNT_MAX, 0);

	/* Empty ones, then a long one. */
	memcpy(long_block, "forker\0@long", sizeof("forker\0@long"));
	memset(long_block + short_bytes, 'l', PM_ARGUMENT_BYTES_MAX - short_bytes - 1);
	CHECK_EQ(exec_in_child(&request), EXITED(34));
}

void case_exec_memory(void)
{
	const struct pm_exec_req request = exec_request("forker", BLOCK("forker\0@memory"), 2, 0);

	memset(mark, 0x77, sizeof(mark));
	CHECK(memory_map((size_t)4 << 20, 0) != NULL);
	CHECK_EQ(exec_in_child(&request), EXITED(35));
	CHECK_EQ(mark[5], 0x77);
}

void case_exec_children(void)
{
	const struct pm_exec_req request = exec_request("forker", BLOCK("forker\0@wait"), 2, 0);
	const pid32 pid = child_make();

	if (pid == 0) {
		if (child_make() == 0) {
			for (unsigned int i = 0; i < 100; i++)
				yield();
			program_exit(44);
		}
		CHECK_EQ(pm_exec(&request, NULL), 0);
	}
	CHECK_EQ(child_wait(pid), EXITED(44));
}

void case_exec_chain(void)
{
	const struct pm_exec_req request =
		exec_request("forker", BLOCK("forker\0@chain\0abcdefghijklmnopqrstuvwxyz"), 3, 0);

	CHECK_EQ(exec_in_child(&request), EXITED(36));
}

static int exec_try(struct pm_exec_req request)
{
	const int error = pm_exec(&request, NULL);

	CHECK_EQ(mark[99], 0x5A);
	return error;
}

void case_exec_refused(void)
{
	static const char name[] = "hello";
	const uintptr_t nowhere = 0x10;
	const pid32 self = own_pid();
	struct pm_exec_req bad = exec_request(name, BLOCK("hello"), 1, 0);

	mark[99] = 0x5A;
	CHECK_EQ(exec_try(exec_request("hell", BLOCK("x"), 1, 0)), -ENOENT);
	CHECK_EQ(exec_try(exec_request("", BLOCK("x"), 1, 0)), -ENOENT);
	CHECK_EQ(exec_try(exec_request("a name of more than 15", BLOCK("x"), 1, 0)), -ENOENT);
	CHECK_EQ(exec_try(exec_request(name, BLOCK("x"), 0, 0)), -EINVAL);
	CHECK_EQ(exec_try(exec_request(name, BLOCK("x"), 0, 1)), -EINVAL);
	CHECK_EQ(exec_try(exec_request(name, BLOCK("x"), 2, 0)), -EINVAL);
	CHECK_EQ(exec_try(exec_request(name, BLOCK("x\0y"), 1, 0)), -EINVAL);
	CHECK_EQ(exec_try(exec_request(name, "xyz", 3, 1, 0)), -EINVAL);
	CHECK_EQ(exec_try(exec_request(name, "", 0, 1, 0)), -EINVAL);
	CHECK_EQ(exec_try(exec_request(name, long_block, PM_ARGUMENT_BYTES_MAX + 1, 1, 0)), -E2BIG);
	CHECK_EQ(exec_try(exec_request(name, BLOCK("x"), PM_ARGUMENT_COUNT_MAX, 1)), -E2BIG);
	CHECK_EQ(exec_try(exec_request(name, BLOCK("x"), 1, 0xFFFFFFFF)), -E2BIG);
	CHECK_EQ(exec_try(exec_request((const char *)nowhere, BLOCK("x"), 1, 0)), -EFAULT);
	CHECK_EQ(exec_try(exec_request(name, (const char *)nowhere, 8, 1, 0)), -EFAULT);
	bad.name = 1ull << 40;
	CHECK_EQ(exec_try(bad), -EFAULT);
	bad.name = (uintptr_t)name;
	bad.arguments = ~0ull;
	CHECK_EQ(exec_try(bad), -EFAULT);
	bad.arguments = ARCH_USER_LIMIT;
	CHECK_EQ(exec_try(bad), -EFAULT);
	bad.arguments = (uintptr_t)name;
	bad.argument_bytes = ~0ull;
	CHECK_EQ(exec_try(bad), -E2BIG);
	CHECK_EQ(own_pid(), self);
}

/* What make-damaged wrote. The name of member `number` of a kind, and a request to exec it. */
static struct pm_exec_req variation(const char *kind, unsigned int number, char name[PM_NAME_MAX])
{
	const size_t length = strlen(kind);

	memcpy(name, kind, length);
	name[length] = (char)('0' + number / 10);
	name[length + 1] = (char)('0' + number % 10);
	name[length + 2] = '\0';
	return exec_request(name, name, length + 3, 1, 0);
}

/* Each is refused so: how many there are. */
static unsigned int variations_refused(const char *kind, int error)
{
	unsigned int count = 0;
	char name[PM_NAME_MAX];
	int found;

	mark[99] = 0x5A;
	while ((found = exec_try(variation(kind, count, name))) != -ENOENT) {
		if (found != error)
			sys_print("# %s: %d\n", name, found);
		CHECK_EQ(found, error);
		count++;
	}
	return count;
}

void case_exec_damaged(void)
{
	mark[99] = 0x5A;
	CHECK_EQ(exec_try(exec_request("boot.table", BLOCK("x"), 1, 0)), -ENOEXEC);
	CHECK(variations_refused("damaged.", -ENOEXEC) >= 80);
}

void case_exec_large(void)
{
	CHECK(variations_refused("large.", -ENOMEM) >= 4);
}

void case_exec_odd(void)
{
	unsigned int count = 0;
	char name[PM_NAME_MAX];

	for (;; count++) {
		const struct pm_exec_req request = variation("odd.", count, name);
		const pid32 pid = child_make();
		int status;

		if (pid == 0)
			program_exit(pm_exec(&request, NULL) == -ENOENT ? 99 : 98);
		status = child_wait(pid);
		if (status == EXITED(99))
			break;
		if (status != EXITED(1)) /* hello's */
			sys_print("# %s\n", name);
		CHECK_EQ(status, EXITED(1));
	}
	CHECK(count >= 20);
}

void case_exec_name_at_end(void)
{
	static const char name[] = "hello";
	char *page = memory_map(2 * ARCH_PAGE_SIZE, 0);
	struct pm_exec_req request;
	char *at = page + ARCH_PAGE_SIZE - sizeof(name);

	CHECK(page != NULL);
	memory_unmap(page + ARCH_PAGE_SIZE, ARCH_PAGE_SIZE);
	memcpy(at, name, sizeof(name));
	request = exec_request(at, at, sizeof(name), 1, 0);
	CHECK_EQ(exec_in_child(&request), EXITED(1));
	at[sizeof(name) - 1] = 'o';
	CHECK_EQ(pm_exec(&request, NULL), -EFAULT);
}

/* --- Rights ----------------------------------------------------------------------------------- */

void case_rights(void)
{
	const struct pm_exec_req start = exec_request("hello", BLOCK("hello"), 1, 0);
	const struct vm_space_create_req create = {.thread = EP_NONE};
	const struct vm_space_req destroy = {.space = 1};
	const struct vm_set_rights_req rights = {.rights = VM_RIGHTS_ALL};
	const struct vm_map_physical_req physical = {.protection = VM_READ,
						     .bytes = ARCH_PAGE_SIZE};
	const struct vm_mmap_req others = {
		.space = 1, .protection = VM_READ, .bytes = ARCH_PAGE_SIZE};
	const struct sys_clear_req clear = {.thread = PM_ENDPOINT};
	const struct sys_kill_req kill = {.thread = PM_ENDPOINT, .signal = SIGNAL_KILL};

	CHECK_EQ(pm_start(&start, NULL), -ENOTALLOWED);
	CHECK_EQ(vm_space_create(&create, NULL), -ENOTALLOWED);
	CHECK_EQ(vm_space_destroy(&destroy, NULL), -ENOTALLOWED);
	CHECK_EQ(vm_set_rights(&rights, NULL), -ENOTALLOWED);
	CHECK_EQ(vm_map_physical(&physical, NULL), -ENOTALLOWED);
	CHECK(vm_mmap(&others, NULL) != 0);
	CHECK_EQ(sys_clear(&clear, NULL), -ENOTALLOWED);
	CHECK_EQ(sys_kill(&kill, NULL), -ENOTALLOWED);
	CHECK_EQ(ipc_call(RS_ENDPOINT), -ENOTALLOWED);
	CHECK_EQ(ipc_send(PM_ENDPOINT, 0), -ENOTALLOWED);
	CHECK_EQ(ipc_notify(PM_ENDPOINT), -ENOTALLOWED);
	CHECK_EQ(ipc_send_async(PM_ENDPOINT, 0), -ENOTALLOWED);
	message_page()->message.type = MESSAGE_TYPE(PROTOCOL_PM, 999);
	CHECK_EQ(ipc_call(PM_ENDPOINT), 0);
	CHECK_EQ((int)message_page()->message.type, -EBADCALL);
	message_page()->message.type = MESSAGE_TYPE(PROTOCOL_RS, 0);
	CHECK_EQ(ipc_call(PM_ENDPOINT), 0);
	CHECK_EQ((int)message_page()->message.type, -EBADCALL);
}
