/* What messages are made of. Most words are of a kind that some field has, so that calls get far;
 * the rest are bounds and noise.
 */
#include "fuzz.h"

#include <string.h>
#include <sys_ipc.h>

#define ROWS(protocol) (sizeof(rows_##protocol) / sizeof(rows_##protocol[0]))

#define CALL(name, nr, request, reply, handler, right, what) name,
static const uint32_t rows_vm[] = {
#include <skerry/vm.def>
};
static const uint32_t rows_pm[] = {
#include <skerry/pm.def>
};
static const uint32_t rows_rs[] = {
#include <skerry/rs.def>
};
#undef CALL

static const char names[] = "hello\0hello\0no such program\0";

uint32_t fuzz_random(struct fuzz *fuzz)
{
	/* xorshift: George Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8 (2003) */
	fuzz->random ^= fuzz->random << 13;
	fuzz->random ^= fuzz->random >> 17;
	fuzz->random ^= fuzz->random << 5;
	return fuzz->random;
}

static uint32_t below(struct fuzz *fuzz, uint32_t end)
{
	return fuzz_random(fuzz) % end;
}

static uint32_t bound(struct fuzz *fuzz)
{
	static const uint32_t bounds[] = {
		1,
		ARCH_PAGE_SIZE - 1,
		ARCH_PAGE_SIZE + 1,
		0x7FFFFFFF,
		0x80000000,
		0xFFFFFFFF,
		0xFFFFF000,
		PROGRAM_END,
		PROGRAM_END - ARCH_PAGE_SIZE,
		ARCH_KERNEL_BASE,
		ARCH_KERNEL_PAGE,
		ARCH_USER_LIMIT - 8,
	};

	return bounds[below(fuzz, sizeof(bounds) / sizeof(bounds[0]))];
}

/* Sleeps that only others end, and what makes or stops threads that nobody would end. */
static bool is_endless(uint32_t type)
{
	static const uint32_t types[] = {PM_FUTEX_WAIT,	   PM_SIGNAL_SUSPEND, PM_SIGNAL_WAIT,
					 PM_SLEEP,	   PM_THREAD_CREATE,  PM_KILL,
					 PM_SIGNAL_ACTION, PM_SIGNAL_QUEUE};

	for (unsigned int i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (types[i] == type)
			return true;
	}
	return false;
}

static uint32_t word(struct fuzz *fuzz)
{
	const uint32_t known = (uint32_t)fuzz->known[below(fuzz, 8)];

	switch (below(fuzz, 12)) {
	case 0:
	case 1:
		return 0;
	case 2:
		return below(fuzz, 8);
	case 3:
		return 1u << below(fuzz, 32);
	case 4:
		return below(fuzz, 256);
	case 5:
	case 6:
		return below(fuzz, 64) * ARCH_PAGE_SIZE;
	case 7:
	case 8:
		return known + below(fuzz, 8) * ARCH_PAGE_SIZE;
	case 9:
		return (uint32_t)(uintptr_t)(names + below(fuzz, sizeof(names)));
	case 10:
		return bound(fuzz);
	default:
		return fuzz_random(fuzz);
	}
}

static uint32_t type_of(struct fuzz *fuzz, uint32_t protocol)
{
	switch (below(fuzz, 16)) {
	case 0:
		return fuzz_random(fuzz);
	case 1:
		/* One that no protocol has, or any of VM's and RS's. */
		return MESSAGE_TYPE(protocol, protocol == PROTOCOL_PM ? 64 + below(fuzz, 64)
								      : below(fuzz, 64));
	default:
		if (protocol == PROTOCOL_VM)
			return rows_vm[below(fuzz, ROWS(vm))];
		if (protocol == PROTOCOL_RS)
			return rows_rs[below(fuzz, ROWS(rs))];
		break;
	}
	/* Not so often what ends who asks, and nothing that may never be answered. */
	for (;;) {
		const uint32_t type = rows_pm[below(fuzz, ROWS(pm))];

		if (!is_endless(type) &&
		    ((type != PM_EXIT && type != PM_SIGNAL_RETURN) || below(fuzz, 16) == 0))
			return type;
	}
}

/* An exec gets nowhere unless all of it fits. */
static void exec_fill(uint32_t *words)
{
	const struct pm_exec_req request = {
		.name = (uintptr_t)names,
		.arguments = (uintptr_t)names,
		.argument_bytes = sizeof("hello"),
		.argument_count = 1,
	};

	memcpy(words, &request, sizeof(request));
}

/* Mostly of one's own space, mostly with 64-bit fields below 4 GB. */
void fuzz_message(struct fuzz *fuzz, uint32_t protocol)
{
	struct message *message = &message_page()->message;
	const bool is_wide = below(fuzz, 8) == 0;
	uint32_t words[MESSAGE_PAYLOAD_SIZE / 4];

	for (unsigned int i = 0; i < sizeof(words) / 4; i++)
		words[i] = i % 2 == 1 && i > 1 && !is_wide ? 0 : word(fuzz);
	if (protocol == PROTOCOL_VM && below(fuzz, 4) != 0)
		words[0] = 0;
	if (protocol == PROTOCOL_PM && below(fuzz, 2) != 0)
		words[1] = 0;
	message->type = type_of(fuzz, protocol);
	if ((message->type == PM_EXEC || message->type == PM_START) && below(fuzz, 16) == 0)
		exec_fill(words);
	memcpy(message->payload, words, sizeof(words));
}

static bool is_address(uint32_t type)
{
	return type == VM_MMAP || type == VM_MREMAP || type == VM_BRK;
}

bool fuzz_answer_valid(struct fuzz *fuzz, uint32_t type)
{
	static const uint8_t answers[] = {EPERM,     ENOENT,	  ESRCH,      E2BIG,  ENOEXEC,
					  ECHILD,    EAGAIN,	  ENOMEM,     EACCES, EFAULT,
					  EBUSY,     EEXIST,	  EINVAL,     ENOSPC, EBADCALL,
					  EBADGRANT, EDEADSRCDST, ENOTALLOWED};
	const struct message *message = &message_page()->message;
	const int code = (int)message->type;
	struct vm_address_reply reply;

	if (code == 0 && is_address(type)) {
		memcpy(&reply, message->payload, sizeof(reply));
		fuzz->known[fuzz->knowns++ % 8] = (long)reply.address;
	}
	for (unsigned int i = 0; i < sizeof(answers); i++) {
		if (code == -answers[i])
			return true;
	}
	return code == 0;
}

uint32_t fuzz_number(const char *text)
{
	uint32_t number = 0;

	for (; *text >= '0' && *text <= '9'; text++)
		number = number * 10 + (uint32_t)(*text - '0');
	return number;
}
