/* All records are taken first and printed then, because printing is traced too. They lie in pieces
 * of as many as one SYS_TRACE_READ takes.
 */
#include "report.h"

#include "workload.h"

#include "tests/system/kernel/frames.h"
#include "tests/system/kernel/helper.h"
#include <arch/layout.h>
#include <format.h>
#include <stdarg.h>
#include <sys.h>

#define CPUS_MAX 64u
#define PIECE_RECORDS 1024u
#define PIECE_FRAMES (PIECE_RECORDS * sizeof(struct trace_record) / ARCH_PAGE_SIZE)
#define PIECES_MAX 64u /* CONFIG_TRACE_SLOTS is 65536 at most */
#define FORMAT_VERSION 1

static struct {
	struct trace_record *piece[PIECES_MAX];
	unsigned int count;
} cpus[CPUS_MAX];

/* --- Taking ------------------------------------------------------------------------------------
 */

static unsigned int piece_take(unsigned int cpu, struct trace_record *to)
{
	const struct sys_trace_read_req request = {(vaddr_t)to, PIECE_RECORDS, cpu};
	struct sys_vector_reply reply;
	const int error = sys_trace_read(&request, &reply);

	if (error == -ENODEV)
		panic("this kernel does not trace: CONFIG_TRACE is off");
	REQUIRE(error == 0);
	return reply.done;
}

/* The ring of the CPU that runs this gets one record more with each piece. */
static void cpu_take(unsigned int cpu)
{
	unsigned int done = PIECE_RECORDS;

	for (unsigned int i = 0; i < PIECES_MAX && done == PIECE_RECORDS; i++) {
		const paddr_t frame = frames_allocate(PIECE_FRAMES);

		REQUIRE(frame != 0);
		cpus[cpu].piece[i] = frame_pointer(frame);
		done = piece_take(cpu, cpus[cpu].piece[i]);
		cpus[cpu].count += done;
	}
}

void report_forget(void)
{
	static struct trace_record piece[PIECE_RECORDS];

	for (unsigned int cpu = 0; cpu < cpu_count(); cpu++) {
		while (piece_take(cpu, piece) == PIECE_RECORDS)
			;
	}
}

void report_take(void)
{
	REQUIRE(cpu_count() <= CPUS_MAX);
	for (unsigned int cpu = 0; cpu < cpu_count(); cpu++)
		cpu_take(cpu);
}

/* --- Printing ----------------------------------------------------------------------------------
 */

static struct {
	char text[DIAG_PRINT_MAX];
	unsigned int used;
	unsigned int lines;
	uint32_t crc; /* as it runs: inverted */
} out = {.crc = ~0u};

static void out_flush(void)
{
	const struct sys_diag_req request = {
		.operation = DIAG_PRINT,
		.thread = EP_NONE,
		.address = (vaddr_t)out.text,
		.bytes = out.used,
	};

	REQUIRE(sys_diag(&request, NULL) == 0);
	out.used = 0;
}

/* CRC-32 of ISO 3309 (zlib's), a bit at a time. */
static uint32_t crc_add(uint32_t crc, unsigned char byte)
{
	crc ^= byte;
	for (unsigned int bit = 0; bit < 8; bit++)
		crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
	return crc;
}

static void out_put(void *unused, char character)
{
	(void)unused;
	out.crc = crc_add(out.crc, (unsigned char)character);
	out.lines += character == '\n';
	out.text[out.used++] = character;
	if (out.used == sizeof(out.text))
		out_flush();
}

static void out_print(const char *pattern, ...) __attribute__((format(printf, 1, 2)));
static void out_print(const char *pattern, ...)
{
	va_list arguments;

	va_start(arguments, pattern);
	vformat_to(out_put, NULL, pattern, arguments);
	va_end(arguments);
}

static const struct trace_record *record_of(unsigned int cpu, unsigned int index)
{
	return &cpus[cpu].piece[index / PIECE_RECORDS][index % PIECE_RECORDS];
}

static void record_print(const struct trace_record *record, cycles_t before)
{
	out_print("%llx %x %x", record->time - before, record->kind, record->thread);
	if (record->a != 0 || record->b != 0)
		out_print(" %x", record->a);
	if (record->b != 0)
		out_print(" %x", record->b);
	out_print("\n");
}

static void cpu_print(unsigned int cpu)
{
	cycles_t before = cpus[cpu].count > 0 ? record_of(cpu, 0)->time : 0;

	out_print("cpu %u %u %llx\n", cpu, cpus[cpu].count, before);
	for (unsigned int i = 0; i < cpus[cpu].count; i++) {
		record_print(record_of(cpu, i), before);
		before = record_of(cpu, i)->time;
	}
}

void report_print(void)
{
	const struct info_machine machine = machine_info();
	const char *name;
	endpoint_t thread;

	sys_print("TRACE BEGIN %u\n", FORMAT_VERSION);
	out_print("board %s\ncycles %llu\n", machine.board, machine.cycles_per_second);
	out_print("pager %x\nthread %x pager\n", supervisor_endpoint(), supervisor_endpoint());
	for (unsigned int i = 0; (thread = workload_thread(i, &name)) != EP_NONE; i++)
		out_print("thread %x %s\n", thread, name);
	for (unsigned int cpu = 0; cpu < cpu_count(); cpu++)
		cpu_print(cpu);
	out_flush();
	sys_print("TRACE END %u %08x\n", out.lines, ~out.crc);
}
