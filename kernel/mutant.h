/* Deliberate bugs, one at most in a kernel: `make mutants` builds each with MUTANT=NAME and shows
 * that the storms of the kernel test find it. In every other build mutant() is false at compile
 * time.
 */
#pragma once

enum mutant {
	MUTANT_NONE,
	MUTANT_PUBLISH_LATE,	 /* in_user is published after the lock is released */
	MUTANT_STOP_UNPARKED,	 /* a stop does not wait until the thread has left user mode */
	MUTANT_SETTLE_FORGOTTEN, /* a thread is freed while its CPU has not settled */
	MUTANT_TRAP_UNCHECKED,	 /* a CPU whose thread was taken away dispatches its trap */
	MUTANT_FLUSH_FORGOTTEN,	 /* no CPU owes a flush */
	MUTANT_FLUSH_LATE_ROOT,	 /* who has left the space, not its root, is not waited for */
	MUTANT_EPOCH_EARLY,	 /* frames of page tables are reused before all CPUs flushed */
	MUTANT_COPY_UNWALKED,	 /* a copy that gave way goes on where its pages were */
	MUTANT_INHIBIT_UNSEEN,	 /* copies go on in a space that is being edited */
	MUTANT_IPI_LOST,	 /* an idle CPU is not told of a ready thread */
	MUTANT_WAKEUP_LOST,	 /* nor is one that has decided to idle and not settled yet */
	MUTANT_TIMER_FORGOTTEN,	 /* who was interrupted does not arm the timer again */
	MUTANT_FPU_UNSAVED,	 /* a CPU idles with FPU state live */
	MUTANT_REPLY_UNCHECKED,	 /* an answer ends whatever call its receiver makes */
};

#ifndef MUTANT
#define MUTANT MUTANT_NONE
#endif
#define mutant(name) (MUTANT == MUTANT_##name)
