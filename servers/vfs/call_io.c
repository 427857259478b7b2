/* Reading and writing: pieces of memory, one after another, to and from whatever is open. A call
 * that waits has `done` bytes behind it and keeps its open file, whatever becomes of the
 * descriptor.
 */
#include "kinds.h"
#include "memory.h"
#include "open_file.h"
#include "process.h"
#include "vnode.h"

#define BATCH 16u

/* What a call is about. */
struct transfer {
	struct call *call;
	struct open_file *file;
	const struct vfs_io_req *req;
	bool write, vectored;
	uint64_t total; /* done by this run */
};

/* --- Pieces ----------------------------------------------------------------------------------- */

/* One piece, behind what was done before. */
static struct answer piece_run(struct transfer *transfer, uint64_t address, uint64_t bytes,
			       bool *short_of)
{
	struct call *call = transfer->call;
	struct open_file *file = transfer->file;
	const bool at = transfer->req->flags & VFS_AT;
	struct piece piece = {
		.call = call,
		.file = file,
		.address = address,
		.bytes = bytes,
		.at = at,
		.offset = at ? transfer->req->offset + call->done : file->position,
	};
	const struct answer said =
		transfer->write ? file->kind->write(&piece) : file->kind->read(&piece);

	call->done += piece.count;
	transfer->total += piece.count;
	if (!at && piece.count > 0)
		file->position = piece.offset;
	*short_of = piece.count < bytes;
	return said;
}

static struct answer elements_run(struct transfer *transfer, const struct vfs_element *elements,
				  unsigned int count, uint64_t *skip, bool *short_of)
{
	for (unsigned int i = 0; i < count; i++) {
		const uint64_t gone = elements[i].bytes < *skip ? elements[i].bytes : *skip;
		struct answer said;

		*skip -= gone;
		if (elements[i].bytes == gone)
			continue;
		said = piece_run(transfer, elements[i].address + gone, elements[i].bytes - gone,
				 short_of);
		if (said.later || said.code != 0 || *short_of)
			return said;
	}
	return answer(0);
}

/* Sizes must not add up to more than a count can be. */
static int vector_check(struct transfer *transfer, uint64_t count)
{
	struct vfs_element elements[BATCH];
	uint64_t sum = 0;

	for (uint64_t i = 0; i < count; i += BATCH) {
		const unsigned int batch = count - i < BATCH ? (unsigned int)(count - i) : BATCH;
		const int error = memory_read(transfer->call,
					      transfer->req->address + i * sizeof(elements[0]),
					      elements, batch * sizeof(elements[0]));

		if (error != 0)
			return error;
		for (unsigned int j = 0; j < batch; j++) {
			if (elements[j].bytes > INT32_MAX - sum)
				return -EINVAL;
			sum += elements[j].bytes;
		}
	}
	return 0;
}

static struct answer vector_run(struct transfer *transfer)
{
	const uint64_t count = transfer->req->bytes / sizeof(struct vfs_element);
	struct vfs_element elements[BATCH];
	uint64_t skip = transfer->call->done;
	struct answer said = answer(0);
	bool short_of = false;
	int error;

	if (transfer->req->bytes % sizeof(struct vfs_element) != 0 || count > VFS_VECTOR_MAX)
		return answer(-EINVAL);
	error = vector_check(transfer, count);
	if (error != 0)
		return answer(error);
	for (uint64_t i = 0; i < count && !short_of && !said.later && said.code == 0; i += BATCH) {
		const unsigned int batch = count - i < BATCH ? (unsigned int)(count - i) : BATCH;

		error = memory_read(transfer->call,
				    transfer->req->address + i * sizeof(elements[0]), elements,
				    batch * sizeof(elements[0]));
		if (error != 0)
			return answer(error);
		said = elements_run(transfer, elements, batch, &skip, &short_of);
	}
	return said;
}

static struct answer single_run(struct transfer *transfer)
{
	const uint64_t done = transfer->call->done;
	bool short_of;

	if (transfer->req->bytes > INT32_MAX)
		return answer(-EINVAL);
	return piece_run(transfer, transfer->req->address + done, transfer->req->bytes - done,
			 &short_of);
}

/* --- Calls ------------------------------------------------------------------------------------ */

static int begin(struct transfer *transfer)
{
	struct call *call = transfer->call;
	const struct vfs_io_req *req = transfer->req;
	int error;

	if (req->flags & ~VFS_AT)
		return -EINVAL;
	error = open_file_of(call, req->fd, transfer->write ? FILE_WRITE_ONLY : FILE_READ_ONLY,
			     &transfer->file);
	if (error != 0)
		return error;
	call->file = transfer->file;
	if ((transfer->write ? transfer->file->kind->write == NULL
			     : transfer->file->kind->read == NULL))
		return -EINVAL;
	if (req->flags & VFS_AT && !open_file_seeks(transfer->file))
		return -ESPIPE;
	if (req->flags & VFS_AT && req->offset > INT64_MAX)
		return -EINVAL;
	return 0;
}

/* Whoever moves a position keeps others from it meanwhile. */
static struct answer run(struct transfer *transfer)
{
	struct open_file *file = transfer->file;
	const bool moves = open_file_seeks(file) && !(transfer->req->flags & VFS_AT);
	struct answer said;

	if (moves && file->busy)
		return call_wait(transfer->call, &file->waiting);
	file->busy |= moves;
	said = transfer->vectored ? vector_run(transfer) : single_run(transfer);
	if (moves) {
		file->busy = false;
		queue_wake(&file->waiting);
	}
	return said;
}

static struct answer transfer_run(struct transfer *transfer, struct vfs_count_reply *rep)
{
	struct call *call = transfer->call;
	struct answer said = answer(0);

	transfer->file = call->file;
	if (call->file == NULL)
		said = answer(begin(transfer));
	if (said.code == 0)
		said = run(transfer);
	if (said.later)
		return said;
	/* What is done is done, whatever came then. */
	rep->count = call->done;
	if (call->done > 0)
		said = answer(0);
	if (call->file != NULL)
		open_file_put(call->file);
	call->file = NULL;
	return said;
}

struct answer vfs_do_read(struct call *call, const struct vfs_io_req *req,
			  struct vfs_count_reply *rep)
{
	struct transfer transfer = {.call = call, .req = req};

	return transfer_run(&transfer, rep);
}

struct answer vfs_do_write(struct call *call, const struct vfs_io_req *req,
			   struct vfs_count_reply *rep)
{
	struct transfer transfer = {.call = call, .req = req, .write = true};

	return transfer_run(&transfer, rep);
}

struct answer vfs_do_read_vector(struct call *call, const struct vfs_io_req *req,
				 struct vfs_count_reply *rep)
{
	struct transfer transfer = {.call = call, .req = req, .vectored = true};

	return transfer_run(&transfer, rep);
}

struct answer vfs_do_write_vector(struct call *call, const struct vfs_io_req *req,
				  struct vfs_count_reply *rep)
{
	struct transfer transfer = {.call = call, .req = req, .write = true, .vectored = true};

	return transfer_run(&transfer, rep);
}
