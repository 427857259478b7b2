/* Kernel calls that copy between spaces without grants, and look addresses up. For the few services
 * that have them in their mask. */
#include "kernel/call.h"
#include "kernel/copy.h"

static bool operand_find(struct thread *caller, endpoint_t e, uint64_t address, bool physical,
			 struct operand *o) REQUIRES(bkl)
{
	struct thread *t;

	if (e == EP_PHYSICAL && physical) {
		*o = (struct operand){NULL, EP_PHYSICAL, address};
		return true;
	}
	t = call_thread(caller, e);
	if (!t || (t->rts & RTS_EXITED))
		return false;
	*o = (struct operand){t->space, t->endpoint, address};
	return true;
}

static int copy(struct thread *caller, const struct sys_copy_req *req, bool physical) REQUIRES(bkl)
{
	struct operand from, to;

	if (req->flags & ~CPF_TRY)
		return -EINVAL;
	if (!operand_find(caller, req->source, req->source_address, physical, &from) ||
	    !operand_find(caller, req->destination, req->destination_address, physical, &to))
		return -EDEADSRCDST;
	return copy_between(caller, to, from, req->bytes, req->flags & CPF_TRY);
}

int sys_do_vircopy(struct thread *caller, const struct sys_copy_req *req,
		   struct sys_empty_reply *rep)
{
	(void)rep;
	return copy(caller, req, false);
}

int sys_do_physcopy(struct thread *caller, const struct sys_copy_req *req,
		    struct sys_empty_reply *rep)
{
	(void)rep;
	return copy(caller, req, true);
}

int sys_do_memset(struct thread *caller, const struct sys_memset_req *req,
		  struct sys_empty_reply *rep)
{
	struct operand to;

	(void)rep;
	if (req->flags & ~CPF_TRY)
		return -EINVAL;
	if (!operand_find(caller, req->target, req->address, true, &to))
		return -EDEADSRCDST;
	return copy_set(caller, to, (uint8_t)req->value, req->bytes, req->flags & CPF_TRY);
}

/* The physical range behind [address, address + bytes): how much of it is contiguous. */
static bool extent(struct space *space, vaddr_t address, uint64_t bytes, bool write,
		   paddr_t *physical, uint64_t *length) REQUIRES(bkl)
{
	uint64_t done = 0;

	while (done < bytes) {
		paddr_t p;
		size_t piece;

		if (!arch_walk(space->root, address + (vaddr_t)done, write, &p, &piece))
			return done != 0;
		if (done == 0)
			*physical = p;
		else if (p != *physical + (paddr_t)done)
			return true;
		if (piece > bytes - done)
			piece = (size_t)(bytes - done);
		done += piece;
		*length = done;
	}
	return true;
}

int sys_do_umap(struct thread *caller, const struct sys_umap_req *req, struct sys_umap_reply *rep)
{
	struct thread *t = call_thread(caller, req->target);
	paddr_t physical;
	uint64_t length = 0;

	if (!t)
		return -EDEADSRCDST;
	if (req->bytes == 0)
		return -EINVAL;
	/* Another's addresses only for those who may reach all memory anyway. */
	if (t != caller && !(caller->priv->flags & PRIV_ALL_MEMORY))
		return -EPERM;
	if (!copy_range_valid(req->address, req->bytes))
		return -EFAULT;
	if (req->bytes > UMAP_BYTES_MAX)
		return -EINVAL;
	if (t->space->inhibited ||
	    !extent(t->space, (vaddr_t)req->address, req->bytes, false, &physical, &length) ||
	    length != req->bytes)
		return -EFAULT;
	rep->physical = physical;
	return 0;
}

/* Split one input element into extents appended to output. */
static int vumap_element(struct thread *caller, const struct vumap_element *in, bool write,
			 struct vumap_element *output, uint32_t *used, uint32_t max) REQUIRES(bkl)
{
	uint64_t done = 0;

	if (!copy_range_valid(in->address, in->bytes))
		return -EFAULT;
	if (in->bytes > UMAP_BYTES_MAX)
		return -EINVAL;
	while (done < in->bytes && *used < max) {
		paddr_t physical;
		uint64_t length = 0;

		if (!extent(caller->space, (vaddr_t)(in->address + done), in->bytes - done, write,
			    &physical, &length))
			return -EFAULT;
		output[*used] = (struct vumap_element){physical, length};
		(*used)++;
		done += length;
	}
	return 0;
}

int sys_do_vumap(struct thread *caller, const struct sys_vumap_req *req,
		 struct sys_vector_reply *rep)
{
	static struct vumap_element input[VUMAP_MAX], output[VUMAP_MAX]; /* guarded by bkl */
	uint32_t i, used = 0;
	int code;

	if (req->count == 0 || req->count > VUMAP_MAX || req->output_max == 0 ||
	    req->output_max > VUMAP_MAX)
		return -EINVAL;
	if (!copy_range_valid(req->input, req->count * sizeof(*input)) ||
	    !copy_range_valid(req->output, req->output_max * sizeof(*output)))
		return -EFAULT;
	code = copy_in(caller, caller, req->input, input, req->count * sizeof(*input), false);
	for (i = 0; !code && i < req->count; i++)
		code = vumap_element(caller, &input[i], req->write, output, &used, req->output_max);
	if (!code)
		code = copy_out(caller, caller, req->output, output, used * sizeof(*output), false);
	if (!code)
		rep->done = used;
	return code;
}
