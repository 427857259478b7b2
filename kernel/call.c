/* Dispatch of kernel calls: one table made from kernel.def. */
#include "kernel/call.h"

#include "kernel/panic.h"
#include "kernel/trace.h"

static inline void words_copy(void *to, const void *from, size_t bytes)
{
	const volatile uint32_t *source = from;
	uint32_t *target = to;
	size_t i;

	for (i = 0; i < bytes / sizeof(*target); i++)
		target[i] = source[i];
}

static inline void words_clear(void *to, size_t bytes)
{
	uint32_t *target = to;
	size_t i;

	for (i = 0; i < bytes / sizeof(*target); i++)
		target[i] = 0;
}

/* One adapter a row: the types meet here, and a missing or mistyped handler breaks the build. The
 * request is copied before anything is checked: another thread of the caller's space may write the
 * page. Rows without request and reply cost nothing here. */
#define CALL(name, nr, request_type, reply_type, handler, refusals, what)                          \
	static int run_##handler(struct thread *caller) NO_ANALYSIS                                \
	{                                                                                          \
		_Static_assert((sizeof(struct request_type) | sizeof(struct reply_type)) % 4 == 0, \
			       #name " is made of words");                                         \
		struct request_type request;                                                       \
		struct reply_type reply;                                                           \
		int code;                                                                          \
                                                                                                   \
		words_copy(&request, caller->message->word, sizeof(request));                      \
		words_clear(&reply, sizeof(reply));                                                \
		code = handler(caller, &request, &reply);                                          \
		if (sizeof(reply) && code <= 0)                                                    \
			words_copy(caller->message->word, &reply, sizeof(reply));                  \
		return code;                                                                       \
	}
#include <skerry/kernel.def>
#undef CALL

int (*const kernel_call_runners[SYS_CALL_COUNT])(struct thread *caller) = {
#define CALL(name, nr, request, reply, handler, refusals, what) [nr] = run_##handler,
#include <skerry/kernel.def>
#undef CALL
};

#ifdef CONFIG_DEBUG
static const struct {
	const char *name;
	uint64_t refusals;
} documented[SYS_CALL_COUNT] = {
#define CALL(call, nr, request, reply, handler, errors, what) [nr] = {#call, errors},
#include <skerry/kernel.def>
#undef CALL
};

void kernel_call_check(uint32_t nr, int code)
{
	if (code < 0 && !(documented[nr].refusals & R_BIT(-code)))
		panic("%s answers %d, which kernel.def does not list", documented[nr].name, code);
}
#endif

int kernel_call(struct thread *caller, uint32_t nr)
{
	return kernel_call_inline(caller, nr);
}

int sys_do_null(struct thread *caller, const struct sys_null_req *req, struct sys_empty_reply *rep)
{
	(void)caller, (void)req, (void)rep;
	return 0;
}
