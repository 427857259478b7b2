/* Dispatch of kernel calls: one table made from kernel.def. */
#include "kernel/call.h"

#include "kernel/panic.h"
#include "kernel/trace.h"

struct call_row {
	int (*run)(struct thread *caller, const void *request, void *reply);
	uint16_t request_words, reply_words;
#ifdef CONFIG_DEBUG
	const char *name;
	uint64_t refusals;
#endif
};

#define WORDS(type) ((sizeof(struct type) + 3) / 4)

/* One adapter a row: the types meet here, and a missing or mistyped handler breaks the build. */
#define CALL(name, nr, request, reply, handler, refusals, what)                                    \
	static int run_##handler(struct thread *caller, const void *req, void *rep) NO_ANALYSIS    \
	{                                                                                          \
		return handler(caller, req, rep);                                                  \
	}
#include <skerry/kernel.def>
#undef CALL

static const struct call_row rows[SYS_CALL_COUNT] = {
#ifdef CONFIG_DEBUG
#define CALL(call, nr, request, reply, handler, errors, what)                                      \
	[nr] = { run_##handler, WORDS(request), WORDS(reply), #call, errors },
#else
#define CALL(call, nr, request, reply, handler, errors, what)                                      \
	[nr] = { run_##handler, WORDS(request), WORDS(reply) },
#endif
#include <skerry/kernel.def>
#undef CALL
};

static void refusal_check(const struct call_row *row, int code)
{
#ifdef CONFIG_DEBUG
	if (code < 0 && !(row->refusals & R_BIT(-code)))
		panic("%s answers %d, which kernel.def does not list", row->name, code);
#else
	(void)row, (void)code;
#endif
}

int kernel_call(struct thread *caller, uint32_t nr)
{
	const struct priv *priv = caller->priv;
	const struct call_row *row;
	uint32_t request[MESSAGE_PAYLOAD_SIZE / 4] __attribute__((aligned(8)));
	uint32_t reply[MESSAGE_PAYLOAD_SIZE / 4] __attribute__((aligned(8)));
	unsigned int i;
	int code;

	if (unlikely(nr >= SYS_CALL_COUNT))
		return -EBADCALL;
	if (unlikely(!(priv->calls[nr >> 5] >> (nr & 31) & 1) ||
		     !(priv->traps & 1u << TRAP_KERNEL_CALL)))
		return -ENOTALLOWED;
	row = &rows[nr];
	if (!(row->request_words | row->reply_words)) {
		code = row->run(caller, NULL, NULL); /* empty structures */
		refusal_check(row, code);
		trace_record(this_cpu(), TRACE_CALL, caller->endpoint, nr, (uint32_t)code);
		return code;
	}
	for (i = 0; i < row->request_words; i++)
		request[i] = *(const volatile uint32_t *)&caller->message->word[i];
	for (i = 0; i < row->reply_words; i++)
		reply[i] = 0;
	code = row->run(caller, request, reply);
	refusal_check(row, code);
	trace_record(this_cpu(), TRACE_CALL, caller->endpoint, nr, (uint32_t)code);
	if (code <= 0)
		for (i = 0; i < row->reply_words; i++)
			caller->message->word[i] = reply[i];
	return code;
}

int sys_do_null(struct thread *caller, const struct sys_null_req *req, struct sys_empty_reply *rep)
{
	(void)caller, (void)req, (void)rep;
	return 0;
}
