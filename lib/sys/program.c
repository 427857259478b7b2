/* The start of a program, and its calls to PM. */
#include <program.h>

#include <pm_call.h>
#include <sys.h>

static struct sys_thread self;

void program_init(const struct program_start *start, struct program *program)
{
	uintptr_t *word = (uintptr_t *)(uintptr_t)start->arguments;

	self.page = (struct message_page *)(uintptr_t)start->message_page;
	self.endpoint = start->endpoint;
	self.stack_top = (uintptr_t)start->stack_top;
	if (sys_thread_attach(&self) != 0)
		__builtin_trap(); /* without it nothing can be said */
	program->argument_count = (unsigned int)word[0];
	program->arguments = (char **)&word[1];
	program->environment = (char **)&word[2 + word[0]];
	if (program->argument_count > 0)
		sys_program_name = program->arguments[0];
}

pid32 program_fork(void)
{
	const struct pm_empty_req request = {};
	struct pm_pid_reply reply;
	const int error = pm_fork(&request, &reply);

	if (error != 0)
		return error;
	if (reply.pid == 0)
		self.endpoint = reply.thread;
	return reply.pid;
}

int program_exec(const char *name, const char *block, size_t bytes, unsigned int count)
{
	const struct pm_exec_req request = {
		.name = (uintptr_t)name,
		.arguments = (uintptr_t)block,
		.argument_bytes = bytes,
		.argument_count = count,
	};

	return pm_exec(&request, NULL);
}

void program_exit(int status)
{
	const struct pm_exit_req request = {.status = status};

	(void)pm_exit(&request, NULL);
	__builtin_trap();
}

pid32 program_wait(pid32 pid, uint32_t flags, int *status)
{
	const struct pm_wait_req request = {.pid = pid, .flags = flags | PM_WAIT_EXITED};
	struct pm_wait_reply reply;
	const int error = pm_wait(&request, &reply);

	if (error != 0)
		return error;
	*status = reply.status;
	return reply.pid;
}
