/* Stack traces of user threads, for the console. */
#include "kernel/copy.h"
#include "kernel/print.h"

#define BACKTRACE_MAX 16
#define BACKTRACE_SCAN_BYTES 1024

/* Words on the thread's stack that could be return addresses into its own program; the host's
 * symboliser sorts out which are. Whatever is not mapped ends the scan. */
void thread_backtrace(struct thread *t)
{
	vaddr_t pc, sp, fp;
	unsigned int found = 1, i;

	thread_settle(t);
	arch_context_where(t, &pc, &sp, &fp);
	print("%s: rts %x\nbacktrace %s: 0x%lx", t->name, t->rts, t->name, (unsigned long)pc);
	for (i = 0; i < BACKTRACE_SCAN_BYTES && found < BACKTRACE_MAX; i += sizeof(vaddr_t)) {
		vaddr_t word;

		if (copy_in(t, t, sp + i, &word, sizeof(word), true))
			break;
		if (word >= ARCH_PROGRAM_BASE && word < ARCH_PROGRAM_BASE + ARCH_PROGRAM_TEXT_MAX) {
			print(" 0x%lx", (unsigned long)word);
			found++;
		}
	}
	print("\n");
}
