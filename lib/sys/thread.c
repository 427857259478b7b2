/* How programs and threads start: the thread pointer, the function, the end. */
#include <sys_thread.h>

#include <skerry/kernel_call.h>
#include <sys.h>
#include <sys_call.h>
#include <sys_trap.h>

int sys_thread_attach(struct sys_thread *thread)
{
	struct sys_tls_set_req *request = (void *)thread->page->message.payload;

	thread->self = thread;
	*request = (struct sys_tls_set_req){.address = (uintptr_t)thread};
	return sys_trap1(TRAP_KERNEL_CALL, SYS_TLS_SET);
}

void sys_begin(uintptr_t argument)
{
	struct sys_exit_req end;

	sys_trap_select_best();
	end.status = sys_main(argument);
	sys_exit(&end, NULL);
	__builtin_trap();
}

void sys_thread_begin(struct sys_thread *thread)
{
	struct sys_exit_req end;

	if (thread->place != NULL) {
		thread->page = (struct message_page *)(uintptr_t)thread->place->message_page;
		thread->endpoint = thread->place->thread;
	}
	if (sys_thread_attach(thread) == 0) {
		end.status = thread->function(thread->argument);
		sys_exit(&end, NULL);
	}
	/* Without a message page there is nothing to say and no call to end with. */
	__builtin_trap();
}
