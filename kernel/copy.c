/* Copies by walking page tables. Short copies finish in one go; long ones keep their progress in
 * the caller's cursor and give way every COPY_PREEMPT_BYTES.
 */
#include "kernel/copy.h"

#include "kernel/fault.h"
#include "kernel/mutant.h"
#include "kernel/panic.h"
#include "kernel/race.h"
#include <skerry/kernel_message.h>
#include <string.h>

bool copy_range_valid(uint64_t address, uint64_t bytes)
{
	return bytes <= ARCH_USER_LIMIT && address <= ARCH_USER_LIMIT - bytes;
}

/* One side of a copy at its present place: kernel address, and how far it reaches. */
struct piece {
	void *virtual_address;
	size_t bytes;
};

/* Suspend the caller until somebody is done editing the space. */
static int wait_for_space(struct thread *caller, struct space *space) REQUIRES(bkl)
{
	caller->wait_space = space;
	space->copy_waiters++;
	thread_block(caller, RTS_COPY_WAIT);
	return TRAP_SUSPENDED;
}

/* Resolve one side. 0, -EFAULT or TRAP_SUSPENDED. */
static int resolve(struct thread *caller, const struct operand *o, uint64_t done, uint64_t left,
		   bool write, bool try_only, struct piece *piece) REQUIRES(bkl)
{
	uint64_t address = o->address + done;
	paddr_t physical;

	if (!o->space) {
		piece->virtual_address = phys_to_virt((paddr_t)address);
		piece->bytes = (size_t)left;
		return 0;
	}
	/* The pager edits; its own copies are part of the edit. */
	if (unlikely(o->space->inhibited) && caller != pager && !mutant(INHIBIT_UNSEEN))
		return wait_for_space(caller, o->space);
	if (arch_walk(o->space->root, (vaddr_t)address, write, &physical, &piece->bytes)) {
		piece->virtual_address = phys_to_virt(physical);
		return 0;
	}
	if (try_only || !fault_request(caller, o->thread, address, left, write ? FAULT_WRITE : 0))
		return -EFAULT;
	return TRAP_SUSPENDED;
}

static bool operand_valid(const struct operand *o, uint64_t bytes)
{
	return o->space ? copy_range_valid(o->address, bytes)
			: !bytes || arch_frame_valid(o->address, bytes);
}

/* What a restarted call learned from the pager: an error ends it. */
static int request_result(struct thread *caller) REQUIRES(bkl)
{
	int result = caller->request_result;

	caller->request_result = 0;
	return result;
}

/* A long copy gives way: it goes on where it stands. */
static int give_way(struct thread *caller, uint64_t done)
{
	caller->cursor = done;
	return TRAP_SUSPENDED;
}

/* Mutant: what was found before the copy gave way is taken for still true after it. */
static struct {
	const struct thread *caller;
	uint64_t done;
	struct piece target, source;
} unwalked;

static void unwalked_keep(struct thread *caller, uint64_t done, const struct operand *to,
			  const struct operand *from) REQUIRES(bkl)
{
	unwalked.caller = NULL;
	unwalked.source = (struct piece){NULL, SIZE_MAX};
	if (resolve(caller, to, done, 1, true, true, &unwalked.target) ||
	    (from && resolve(caller, from, done, 1, false, true, &unwalked.source)))
		return;
	unwalked.caller = caller;
	unwalked.done = done;
}

static int copy_run(struct thread *caller, const struct operand *to, const struct operand *from,
		    uint8_t value, uint64_t bytes, bool try_only) REQUIRES(bkl)
{
	uint64_t done = caller->cursor;
	uint64_t stop = done + COPY_PREEMPT_BYTES;
	int code = request_result(caller);

	if (code)
		return code;
	while (done < bytes) {
		struct piece target, source = {NULL, SIZE_MAX};
		size_t chunk;

		if (mutant(COPY_UNWALKED) && unwalked.caller == caller && unwalked.done == done) {
			target = unwalked.target;
			source = unwalked.source;
		} else {
			code = resolve(caller, to, done, bytes - done, true, try_only, &target);
			if (!code && from)
				code = resolve(caller, from, done, bytes - done, false, try_only,
					       &source);
		}
		if (code) {
			caller->cursor = code == TRAP_SUSPENDED ? done : 0;
			return code;
		}
		chunk = target.bytes < source.bytes ? target.bytes : source.bytes;
		if (chunk > bytes - done)
			chunk = (size_t)(bytes - done);
		if (chunk > stop - done)
			chunk = (size_t)(stop - done);
		if (from)
			memmove(target.virtual_address, source.virtual_address, chunk);
		else
			memset(target.virtual_address, value, chunk);
		done += chunk;
		if (done == stop && done < bytes) {
			if (mutant(COPY_UNWALKED))
				unwalked_keep(caller, done, to, from);
			return give_way(caller, done);
		}
	}
	caller->cursor = 0;
	return 0;
}

int copy_between(struct thread *caller, struct operand to, struct operand from, uint64_t bytes,
		 bool try_only)
{
	if (!operand_valid(&to, bytes) || !operand_valid(&from, bytes))
		return -EFAULT;
	return copy_run(caller, &to, &from, 0, bytes, try_only);
}

int copy_set(struct thread *caller, struct operand to, uint8_t value, uint64_t bytes, bool try_only)
{
	if (!operand_valid(&to, bytes))
		return -EFAULT;
	return copy_run(caller, &to, NULL, value, bytes, try_only);
}

/* Small objects: all pages are resolved before the first byte moves, so that a restart repeats
 * nothing that was seen. */
static int copy_small(struct thread *caller, struct thread *other, uint64_t address, void *kernel,
		      size_t bytes, bool write, bool try_only) REQUIRES(bkl)
{
	struct operand o = {other->space, other->endpoint, address};
	struct piece piece;
	size_t done, chunk;
	int pass, code = 0;

	if (!copy_range_valid(address, bytes))
		return -EFAULT;
	/* A long copy that runs in the same call has its own use for the pager's answer. */
	if (caller->request_result)
		return request_result(caller);
	for (pass = 0; pass < 2; pass++)
		for (done = 0; done < bytes; done += chunk) {
			code = resolve(caller, &o, done, bytes - done, write, try_only, &piece);
			if (code)
				return code;
			chunk = piece.bytes < bytes - done ? piece.bytes : bytes - done;
			if (pass == 0)
				continue;
			if (write)
				memcpy(piece.virtual_address, (char *)kernel + done, chunk);
			else
				memcpy((char *)kernel + done, piece.virtual_address, chunk);
		}
	return 0;
}

int copy_in(struct thread *caller, struct thread *from, uint64_t address, void *to, size_t bytes,
	    bool try_only)
{
	return copy_small(caller, from, address, to, bytes, false, try_only);
}

int copy_out(struct thread *caller, struct thread *to, uint64_t address, const void *from,
	     size_t bytes, bool try_only)
{
	return copy_small(caller, to, address, (void *)(uintptr_t)from, bytes, true, try_only);
}
