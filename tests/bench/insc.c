/* TCG plugin: guest instructions between the marks of tests/system/bench. One CPU only: the
 * counters are plain. A mark is an instruction without effect, known by its bytes (marks_decode);
 * it is not counted. An instruction that faults counts each time it is tried, one with a rep prefix
 * once for each iteration, as QEMU executes them.
 *
 *   -plugin insc.so,out=FILE,kernel=HEX[,first=HEX,user=HEX][,trace=ID,round=N]
 *
 * kernel: instructions from there up count as the kernel's. FILE gets, in the order they happen:
 *
 *   R ID USER KERNEL RETURNED   a round: from the last begin of ID to its end. RETURNED is the part
 *                               of USER before the kernel was last left: USER + KERNEL is the
 * whole, RETURNED + KERNEL ends with the first user instruction after it B COUNT from the first
 * execution of the instruction at `first` to the first one at `user` after it (boot; both in guest
 * virtual addresses) T PC TEXT                   an instruction of round N of benchmark ID
 */
#include "qemu_plugin.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IDS 256

enum role { ROLE_NONE, ROLE_BEGIN, ROLE_END };

struct mark {
	enum role role;
	unsigned int id;
};

struct counts {
	uint64_t user;
	uint64_t kernel;
};

struct traced {
	uint64_t pc;
	char *text;
};

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

static FILE *out;
static uint64_t kernel_base;
static bool is_arm;
static struct counts total;
static struct counts returned; /* when the kernel was last left */
static struct counts begun[IDS];

static uint64_t boot_first, boot_user;
static uint64_t boot_from; /* 0: not there yet */
static bool boot_done;

static unsigned int trace_id; /* 0: none */
static unsigned int trace_round;
static unsigned int trace_seen;
static bool tracing;

/* --- Marks -------------------------------------------------------------------------------------
 */

/* <arch/bench.h> of i386: cmp eax, 0x534BRRII; of arm: pli [pc, #-0xRII]. */
static struct mark mark_decode(const uint8_t *bytes, size_t size)
{
	if (is_arm) {
		if (size == 4 && bytes[3] == 0xF4 && bytes[2] == 0x5F && bytes[1] >> 4 == 0xF)
			return (struct mark){bytes[1] & 0xF, bytes[0]};
		return (struct mark){ROLE_NONE, 0};
	}
	if (size == 5 && bytes[0] == 0x3D && bytes[3] == 0x4B && bytes[4] == 0x53)
		return (struct mark){bytes[2], bytes[1]};
	return (struct mark){ROLE_NONE, 0};
}

static void on_begin(unsigned int cpu, void *data)
{
	const unsigned int id = (uintptr_t)data;

	(void)cpu;
	begun[id] = total;
	if (id == trace_id)
		tracing = ++trace_seen == trace_round;
}

static void on_end(unsigned int cpu, void *data)
{
	const unsigned int id = (uintptr_t)data;
	const struct counts *from = &begun[id];

	(void)cpu;
	fprintf(out, "R %u %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", id, total.user - from->user,
		total.kernel - from->kernel,
		returned.kernel > from->kernel ? returned.user - from->user : 0);
	if (id == trace_id)
		tracing = false;
}

/* --- Instructions ------------------------------------------------------------------------------
 */

static void on_user_block(unsigned int cpu, void *data)
{
	(void)cpu, (void)data;
	if (total.kernel != returned.kernel)
		returned = total;
}

static void on_boot_first(unsigned int cpu, void *data)
{
	(void)cpu, (void)data;
	if (boot_from == 0)
		boot_from = total.user + total.kernel;
}

static void on_boot_user(unsigned int cpu, void *data)
{
	(void)cpu, (void)data;
	if (boot_from == 0 || boot_done)
		return;
	boot_done = true;
	fprintf(out, "B %" PRIu64 "\n", total.user + total.kernel - boot_from);
}

static void on_traced(unsigned int cpu, void *data)
{
	const struct traced *traced = data;

	(void)cpu;
	if (tracing)
		fprintf(out, "T %" PRIx64 " %s\n", traced->pc, traced->text);
}

/* Never freed: a block may be executed as long as the machine runs. */
static struct traced *traced_make(const struct qemu_plugin_insn *insn)
{
	struct traced *traced = malloc(sizeof(*traced));

	if (traced == NULL)
		abort();
	traced->pc = qemu_plugin_insn_vaddr(insn);
	traced->text = qemu_plugin_insn_disas(insn);
	return traced;
}

static void insn_translate(struct qemu_plugin_insn *insn)
{
	const uint64_t pc = qemu_plugin_insn_vaddr(insn);
	const struct mark mark =
		mark_decode(qemu_plugin_insn_data(insn), qemu_plugin_insn_size(insn));

	if (mark.role == ROLE_BEGIN || mark.role == ROLE_END) {
		qemu_plugin_register_vcpu_insn_exec_cb(
			insn, mark.role == ROLE_BEGIN ? on_begin : on_end, QEMU_PLUGIN_CB_NO_REGS,
			(void *)(uintptr_t)mark.id);
		return;
	}
	if (pc == boot_first)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_boot_first, QEMU_PLUGIN_CB_NO_REGS,
						       NULL);
	if (pc == boot_user)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_boot_user, QEMU_PLUGIN_CB_NO_REGS,
						       NULL);
	if (trace_id != 0)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_traced, QEMU_PLUGIN_CB_NO_REGS,
						       traced_make(insn));
	qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64,
						   pc >= kernel_base ? &total.kernel : &total.user,
						   1);
}

static void block_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *block)
{
	const size_t count = qemu_plugin_tb_n_insns(block);

	(void)id;
	if (qemu_plugin_tb_vaddr(block) < kernel_base)
		qemu_plugin_register_vcpu_tb_exec_cb(block, on_user_block, QEMU_PLUGIN_CB_NO_REGS,
						     NULL);
	for (size_t i = 0; i < count; i++)
		insn_translate(qemu_plugin_tb_get_insn(block, i));
}

/* --- Start and end -----------------------------------------------------------------------------
 */

static void on_exit_close(qemu_plugin_id_t id, void *data)
{
	(void)id, (void)data;
	if (fclose(out) != 0)
		perror("insc");
}

static bool option_take(const char *option)
{
	const char *value = strchr(option, '=');
	const size_t length = value != NULL ? (size_t)(value - option) : 0;

	if (length == 3 && memcmp(option, "out", 3) == 0)
		out = fopen(value + 1, "w");
	else if (length == 6 && memcmp(option, "kernel", 6) == 0)
		kernel_base = strtoull(value + 1, NULL, 16);
	else if (length == 5 && memcmp(option, "first", 5) == 0)
		boot_first = strtoull(value + 1, NULL, 16);
	else if (length == 4 && memcmp(option, "user", 4) == 0)
		boot_user = strtoull(value + 1, NULL, 16);
	else if (length == 5 && memcmp(option, "trace", 5) == 0)
		trace_id = strtoul(value + 1, NULL, 10);
	else if (length == 5 && memcmp(option, "round", 5) == 0)
		trace_round = strtoul(value + 1, NULL, 10);
	else
		return false;
	return true;
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
					   char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (!option_take(argv[i])) {
			fprintf(stderr, "insc: unknown option %s\n", argv[i]);
			return -1;
		}
	}
	is_arm = strcmp(info->target_name, "arm") == 0;
	if (!is_arm && strcmp(info->target_name, "i386") != 0 &&
	    strcmp(info->target_name, "x86_64") != 0) {
		fprintf(stderr, "insc: no marks known for %s\n", info->target_name);
		return -1;
	}
	if (out == NULL || kernel_base == 0 || info->system.max_vcpus != 1) {
		fprintf(stderr, "insc: needs out=FILE, kernel=HEX and -smp 1\n");
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, block_translate);
	qemu_plugin_register_atexit_cb(id, on_exit_close, NULL);
	return 0;
}
