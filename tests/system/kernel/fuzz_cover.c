/* What the fuzzer has seen: how often each row succeeded and answered each error. A row's
 * documented errors are its R_* mask in kernel.def; what a row documents and never answers is a
 * failure, unless it stands in `exempt` with the reason.
 */
#include "fuzz.h"

#include <arch/provoke.h>
#include <sys.h>

#define CODES 64u
#define CODE_OTHER 63u /* an errno that has no bit */
#define SUCCESS 1ull   /* errno 0 as a bit */

#define R_EINTR R_BIT(EINTR)
#define R_EAGAIN R_BIT(EAGAIN)
#define R_ELOCKED R_BIT(ELOCKED)
#define R_ENOTREADY R_BIT(ENOTREADY)
#define R_EBADCALL R_BIT(EBADCALL)
#define R_ENOTALLOWED R_BIT(ENOTALLOWED)
#define R_TARGET (R_EDEADSRCDST | R_ENOTALLOWED | R_EINVAL)
#define R_WAIT (R_ELOCKED | R_ENOTREADY | R_EINTR)

static const struct {
	const char *name;
	uint64_t outcomes;
} rows[COVER_ROWS] = {
#define CALL(name, nr, request, reply, handler, refusals, what)                                    \
	[nr] = {#name, SUCCESS | (refusals)},
#include <skerry/kernel.def>
#undef CALL
	/* include/skerry/ipc.h */
	[COVER_TRAP(TRAP_KERNEL_CALL)] = {"KERNEL_CALL", R_EBADCALL | R_ENOTALLOWED},
	[COVER_TRAP(TRAP_IPC_CALL)] = {"IPC_CALL", SUCCESS | R_TARGET | R_WAIT},
	[COVER_TRAP(TRAP_IPC_REPLY_RECEIVE)] = {"IPC_REPLY_RECEIVE", SUCCESS | R_TARGET | R_WAIT},
	[COVER_TRAP(TRAP_IPC_SEND)] = {"IPC_SEND", SUCCESS | R_TARGET | R_WAIT},
	[COVER_TRAP(TRAP_IPC_RECEIVE)] = {"IPC_RECEIVE", SUCCESS | R_TARGET | R_WAIT},
	[COVER_TRAP(TRAP_IPC_NOTIFY)] = {"IPC_NOTIFY", SUCCESS | R_TARGET},
	[COVER_TRAP(TRAP_IPC_SEND_ASYNC)] = {"IPC_SEND_ASYNC", SUCCESS | R_TARGET | R_EAGAIN},
	[COVER_NO_TRAP] = {"no trap", R_EBADCALL},
};

/* --- What cannot occur -------------------------------------------------------------------------
 */

enum when {
	ALWAYS,
	WITH_PORTS,
	WITHOUT_PORTS,
	WITH_STEPS,
	WITH_TRACE,
	WITHOUT_TRACE,
};

static const struct {
	uint32_t row;
	uint64_t outcomes;
	enum when when;
	const char *reason;
} exempt[] = {
	{SYS_ABORT, SUCCESS, ALWAYS, "would end the test"},
	{SYS_VMCTL_PAGING_ENABLE, SUCCESS | R_EINVAL | R_EFAULT, ALWAYS, "paging is on already"},
	{SYS_IO_PORT, R_ENODEV, WITH_PORTS, "the machine has ports"},
	{SYS_IO_STRING, R_ENODEV, WITH_PORTS, "the machine has ports"},
	{SYS_IO_VECTOR, R_ENODEV, WITH_PORTS, "the machine has ports"},
	{SYS_IO_PORT, SUCCESS, WITHOUT_PORTS, "the machine has no ports"},
	{SYS_IO_STRING, SUCCESS, WITHOUT_PORTS, "the machine has no ports"},
	{SYS_IO_VECTOR, SUCCESS, WITHOUT_PORTS, "the machine has no ports"},
	{SYS_IO_ENABLE, SUCCESS, WITHOUT_PORTS, "the machine has no ports"},
	{SYS_TRACE, R_ENODEV, WITH_STEPS, "the machine steps"},
	{SYS_TRACE_READ, R_ENODEV, WITH_TRACE, "this kernel traces"},
	{SYS_TRACE_READ, SUCCESS | R_EINVAL | R_EFAULT, WITHOUT_TRACE,
	 "this kernel does not trace"},
};

static uint32_t seen[COVER_ROWS][CODES];

static bool holds(enum when when)
{
	switch (when) {
	case WITH_PORTS:
		return ARCH_PORTS > 0;
	case WITHOUT_PORTS:
		return ARCH_PORTS == 0;
	case WITH_STEPS:
		return ARCH_STEPS;
	case WITH_TRACE:
		return seen[SYS_TRACE_READ][0] > 0;
	case WITHOUT_TRACE:
		return seen[SYS_TRACE_READ][ENODEV] > 0;
	default:
		return true;
	}
}

static uint64_t exempt_outcomes(unsigned int row)
{
	uint64_t outcomes = 0;

	for (unsigned int i = 0; i < sizeof(exempt) / sizeof(exempt[0]); i++) {
		if (exempt[i].row == row && holds(exempt[i].when))
			outcomes |= exempt[i].outcomes;
	}
	return outcomes;
}

/* --- Noting ------------------------------------------------------------------------------------
 */

static unsigned int code_index(int code)
{
	const unsigned int error = (unsigned int)-code;

	if (code > 0 || (error >= 56 && error < 200) || error >= 200 + CODE_OTHER - 56)
		return CODE_OTHER;
	return error >= 200 ? error - 200 + 56 : error;
}

void cover_reset(void)
{
	memset(seen, 0, sizeof(seen));
}

bool cover_note(unsigned int row, int code)
{
	const unsigned int index = code_index(code);

	__atomic_fetch_add(&seen[row][index], 1, __ATOMIC_RELAXED);
	return rows[row].outcomes >> index & 1;
}

const char *cover_name(unsigned int row)
{
	return rows[row].name;
}

/* --- Judging -----------------------------------------------------------------------------------
 */

static const char *code_name(unsigned int index)
{
	static const struct {
		unsigned int error;
		const char *name;
	} names[] = {
		{0, "success"},
		{EPERM, "EPERM"},
		{ESRCH, "ESRCH"},
		{EINTR, "EINTR"},
		{EAGAIN, "EAGAIN"},
		{EFAULT, "EFAULT"},
		{EBUSY, "EBUSY"},
		{ENODEV, "ENODEV"},
		{EINVAL, "EINVAL"},
		{ENOSPC, "ENOSPC"},
		{EDEADSRCDST, "EDEADSRCDST"},
		{ELOCKED, "ELOCKED"},
		{ENOTREADY, "ENOTREADY"},
		{EBADGRANT, "EBADGRANT"},
		{EBADCALL, "EBADCALL"},
		{ENOTALLOWED, "ENOTALLOWED"},
	};

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (code_index(-(int)names[i].error) == index)
			return names[i].name;
	}
	return "another error";
}

unsigned int cover_missing(void)
{
	unsigned int missing = 0;

	for (unsigned int row = 0; row < COVER_ROWS; row++) {
		const uint64_t wanted = rows[row].outcomes & ~exempt_outcomes(row);

		for (unsigned int index = 0; index < CODES; index++) {
			if (!(wanted >> index & 1) || seen[row][index] > 0)
				continue;
			missing++;
			sys_print("# %s: no %s\n", rows[row].name, code_name(index));
		}
	}
	return missing;
}

void cover_print(void)
{
	for (unsigned int row = 0; row < COVER_ROWS; row++) {
		sys_print("# %-24s", rows[row].name);
		for (unsigned int index = 0; index < CODES; index++) {
			if (seen[row][index] > 0)
				sys_print(" %s %u", code_name(index), seen[row][index]);
		}
		sys_print("\n");
	}
	for (unsigned int i = 0; i < sizeof(exempt) / sizeof(exempt[0]); i++) {
		if (holds(exempt[i].when))
			sys_print("# exempt: %s, %#llx: %s\n", rows[exempt[i].row].name,
				  exempt[i].outcomes, exempt[i].reason);
	}
}
