/* What programs print, and how they end: lib/sys/print.c and panic.c, with a kernel that keeps the
 * text of SYS_DIAG and leaves at SYS_EXIT.
 */
#include "test.h"

#include <setjmp.h>
#include <skerry/kernel_call.h>
#include <stdio.h>
#include <string.h>
#include <sys.h>
#include <sys_thread.h>
#include <sys_trap.h>

const uintptr_t *fake_thread;

static struct sys_thread thread;
static struct message_page page;
static jmp_buf after_exit;
static char console[4096], expected[4096];
static unsigned int prints, longest;
static int status;
static uintptr_t trace[64];
static unsigned int trace_count;

static void print(const struct sys_diag_req *request)
{
	CHECK_EQ(request->operation, DIAG_PRINT);
	CHECK(request->bytes > 0 && request->bytes <= DIAG_PRINT_MAX);
	strncat(console, (const char *)(uintptr_t)request->address, request->bytes);
	prints++;
	if (request->bytes > longest)
		longest = request->bytes;
}

static int trap1(uint32_t trap, uint32_t number)
{
	union {
		struct sys_diag_req print;
		struct sys_exit_req end;
	} request;

	CHECK_EQ(trap, TRAP_KERNEL_CALL);
	memcpy(&request, page.message.payload, sizeof(request));
	memset(&page.message, 0xEE, sizeof(page.message)); /* the answer */
	if (number == SYS_EXIT) {
		status = (int)request.end.status;
		longjmp(after_exit, 1);
	}
	CHECK_EQ(number, SYS_DIAG);
	print(&request.print);
	return 0;
}

struct sys_trap_stubs sys_trap_stubs = {.trap1 = trap1};

/* As many as asked for of the test's own. */
unsigned int arch_stack_scan(uintptr_t sp, uintptr_t top, uintptr_t *pc, unsigned int max)
{
	const unsigned int count = trace_count < max ? trace_count : max;

	CHECK(sp != 0 && top == thread.stack_top);
	memcpy(pc, trace, count * sizeof(*pc));
	return count;
}

static void begin(void)
{
	thread.self = &thread;
	thread.page = &page;
	thread.stack_top = 0x1234;
	fake_thread = (const uintptr_t *)&thread;
	sys_program_name = "tester";
	console[0] = '\0';
	prints = longest = trace_count = 0;
	status = 99;
}

TEST("a text is printed at once, and the message in the message page survives")
{
	struct message before;

	begin();
	memset(&page.message, 0x5A, sizeof(page.message));
	before = page.message;
	sys_print("%-6s|%06d|%.3s|%llx\n", "ab", -42, "truncated", 0x123456789abcdefull);
	CHECK_TEXT(console, "ab    |-00042|tru|123456789abcdef\n");
	CHECK_EQ(prints, 1);
	CHECK_EQ(memcmp(&page.message, &before, sizeof(before)), 0);
}

TEST("an empty text is no call")
{
	begin();
	sys_print("%s", "");
	CHECK_EQ(prints, 0);
}

TEST("texts of every length arrive whole")
{
	for (int length = 1; length < 1200; length++) {
		begin();
		sys_print("%*d.", length, 7);
		CHECK_EQ(strlen(console), (size_t)length + 1);
		CHECK_EQ(strspn(console, " "), (size_t)length - 1);
		CHECK_TEXT(console + length - 1, "7.");
	}
}

TEST("a trace is one line in one call, as long as it can be")
{
	size_t used;

	begin();
	trace_count = 64;
	used = (size_t)sprintf(expected, "backtrace tester: %#lx",
			       (unsigned long)&sys_print_backtrace);
	for (unsigned int i = 0; i < trace_count; i++) {
		trace[i] = UINTPTR_MAX - i;
		if (i < 24)
			used += (size_t)sprintf(expected + used, " %#lx", (unsigned long)trace[i]);
	}
	strcpy(expected + used, "\n");
	sys_print_backtrace();
	CHECK_TEXT(console, expected);
	CHECK_EQ(prints, 1);
}

TEST("a trace without frames still names where it was made")
{
	begin();
	sys_print_backtrace();
	sprintf(expected, "backtrace tester: %#lx\n", (unsigned long)&sys_print_backtrace);
	CHECK_TEXT(console, expected);
}

/* A program panics once, so does this one. */
static unsigned int ends;

static void end_with_another(void)
{
	ends++;
	panic("a panic in the end of a panic");
}

TEST("panic prints name, message and trace, ends by the hook, and a second one in there exits")
{
	begin();
	trace_count = 1;
	trace[0] = 0xABC;
	sys_panic_end = end_with_another;
	if (setjmp(after_exit) == 0)
		panic("%s is %lld, not %#x: %0200d", "it", -5000000000ll, 0xffu, 1);
	CHECK_EQ(ends, 1);
	CHECK_EQ(status, -1);
	sprintf(expected,
		"tester: PANIC: it is -5000000000, not 0xff: %0*d\nbacktrace tester: %#lx 0xabc\n",
		159 - (int)strlen("it is -5000000000, not 0xff: "), 0,
		(unsigned long)&sys_print_backtrace);
	CHECK_TEXT(console, expected);
	CHECK_EQ(prints, 2);
}
