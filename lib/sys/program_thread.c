/* Threads of programs, by PM. */
#include <program_thread.h>

#include <pm_call.h>

/* Signals come when there is a thread pointer. */
static int begin(void *argument)
{
	const struct program_thread *thread = argument;
	const struct pm_signal_mask_req request = {thread->mask, PM_SIGNAL_SETMASK};

	(void)pm_signal_mask(&request, NULL);
	return thread->function(thread->argument);
}

pid32 program_thread_create(struct program_thread *thread, int (*function)(void *), void *argument,
			    void *stack, size_t stack_bytes)
{
	const uintptr_t top = (uintptr_t)stack + stack_bytes;
	const struct pm_thread_create_req request = {
		.entry = (uintptr_t)&sys_thread_entry,
		.stack_pointer = top,
		.argument = (uintptr_t)&thread->thread,
		.place = (uintptr_t)&thread->place,
		.clear_address = (uintptr_t)&thread->alive,
	};
	const struct pm_signal_mask_req read = {.how = PM_SIGNAL_GETMASK};
	struct pm_signal_set_reply mask;
	struct pm_thread_create_reply reply;
	int error = pm_signal_mask(&read, &mask);

	if (error != 0)
		return error;

	thread->thread = (struct sys_thread){
		.stack_top = top,
		.function = begin,
		.argument = thread,
		.place = &thread->place,
	};
	thread->alive = 1;
	thread->mask = mask.set;
	thread->function = function;
	thread->argument = argument;
	error = pm_thread_create(&request, &reply);
	return error != 0 ? error : reply.tid;
}

void program_thread_join(const struct program_thread *thread)
{
	const struct pm_futex_wait_req request = {
		.address = (uintptr_t)&thread->alive,
		.value = 1,
		.bits = ~0u,
		.time = PM_TIME_NEVER,
	};

	while (thread->alive != 0)
		(void)pm_futex_wait(&request, NULL);
}
