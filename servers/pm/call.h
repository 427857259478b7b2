/* PM's calls, and what their handlers share. */
#pragma once

#include "process.h"
#include <service.h>
#include <skerry/pm.h>

/* What programs may do; before the first is made. */
void privilege_init(void);

/* Give a new thread the rights of programs, and let it go. */
int privilege_give(endpoint_t thread);
void privilege_allow(endpoint_t thread);

/* --- Processes -------------------------------------------------------------------------------- */

#define STATUS_EXITED(code) (((int32_t)(code)&0xFF) << 8)

/* Ends a process, whatever it does: its threads and memory go, its children find another parent,
 * its own parent hears `status`. Needs no memory. */
void process_end(struct process *process, int32_t status);

/* Stop all its threads, or let them go on; the parent hears of it. */
void process_stop(struct process *process, uint32_t signal);
void process_continue(struct process *process);

/* A child has something to tell: its parent hears of it, now or when it asks. */
void child_changed(struct process *child);

/* The process's threads that are gone, and those that run. */
void usage_of(const struct process *process, struct usage *usage);

/* Keep what is known of a thread, or of the space, that goes. */
void usage_keep_thread(struct process *process, endpoint_t thread);
void usage_keep_space(struct process *process);

/* VM says that somebody watches spaces: signals are of interest from now on. */
void watchers_come(void);

/* Tell who watches that the process was signalled. */
void watchers_tell(const struct process *process);

/* What the kernel has to say of programs: they exited, or got a signal. */
void signals_collect(void);

/* --- Threads that wait ------------------------------------------------------------------------ */

/* The thread of the call that is being handled; NULL: none, or a service's that is no parent. */
extern struct thread *calling;

/* End a thread's sleep with an answer; then it takes the signals that wait for it. */
void thread_answer(struct thread *thread, int code, const void *reply, size_t bytes);

/* What it slept for is forgotten, without an answer. */
void sleep_end(struct thread *thread);

/* RUNCTL: `calling` is stopped already in that it waits for an answer. */
void thread_stop(const struct thread *thread);
void thread_resume(const struct thread *thread);

/* A thread ends, and who waits for that is woken; false: its process ended with it. */
bool thread_finish(struct thread *thread);

/* A thread other than the first of a process that lives on is gone from kernel and table. */
void thread_end(struct thread *thread);

/* Message pages of threads that are gone serve those that come. */
void message_page_keep(struct process *process, uint64_t frame, uint64_t address);
bool message_page_again(struct process *process, uint64_t *frame, uint64_t *address);
void message_pages_forget(struct process *process);

/* Wake who sleeps on a word of that thread's process; how many. */
unsigned int futex_wake_word(struct thread *thread, uint64_t address, unsigned int count);

/* Out of its queue. */
void futex_forget(struct thread *thread);

/* --- Memory of programs ----------------------------------------------------------------------- */

/* 0 or -EFAULT. */
int memory_fetch(endpoint_t from, uint64_t address, void *to, size_t bytes);
int memory_put(endpoint_t to, uint64_t address, const void *from, size_t bytes);

/* --- Credentials ------------------------------------------------------------------------------ */

bool is_root(const struct process *process);

/* May the process, or service, that calls signal that other? */
bool may_signal(const struct process *sender, const struct process *process, uint32_t signal);

/* Has the group nobody outside who could continue it? POSIX: orphaned. */
bool group_is_orphaned(pid32 group);

/* It has become so: who is stopped in it goes on, with SIGHUP. */
void group_orphaned(pid32 group);

/* Of a process without a parent that is one. */
void limits_init(struct process *process);

/* --- Timers ----------------------------------------------------------------------------------- */

/* Its timers go: all, or all that an exec ends. */
void timers_end(struct process *process, bool exec);

/* The kernel's timer of a thread's processor time has gone off. */
void own_timers_run(struct thread *thread);

/* The signal of a timer is delivered now: how often it would have been sent since. */
uint32_t interval_delivered(struct process *process, uint32_t id);

#define CALL(name, nr, request, reply, handler, right, what)                                       \
	struct answer handler(endpoint_t caller, const struct request *req, struct reply *rep);
#include <skerry/pm.def>
#undef CALL
