/* Exec of a path, in steps between which PM serves others:
 *
 *	OPEN	a script names another file: its arguments change, OPEN again
 *	READ	piece by piece into a new space
 *	OPEN	the interpreter, if there is one; READ likewise
 *	DONE	the process is there already, stopped until VFS has closed what does not survive
 *
 * The caller sleeps until then. It may be killed meanwhile: each step looks for it again. Until the
 * last step every failure frees the new space, and the caller goes on.
 */
#include "exec_path.h"

#include "random.h"
#include "replace.h"
#include "signal.h"
#include "vfs.h"
#include <arch/layout.h>
#include <exec.h>
#include <loader.h>
#include <string.h>
#include <sys.h>
#include <vm_call.h>

#define JOBS 4u
#define HEAD_BYTES 4096u
#define BUFFER_BYTES 32768u
#define PIECES 16u
#define SCRIPTS_MAX 4u /* a script's interpreter may be one */
#define STACK_BYTES ((size_t)8 << 20)
#define SET_USER 04000u
#define SET_GROUP 02010u /* with the right to execute: else it means something else */

struct piece {
	uint64_t address, bytes, offset; /* what is yet to be read */
};

struct protection {
	uint64_t address, bytes;
	uint32_t protection;
};

static struct job {
	bool used;
	endpoint_t process, thread;
	/* What VFS sees. */
	struct {
		char path[PM_PATH_MAX];
		uint8_t head[HEAD_BYTES];
		uint8_t buffer[BUFFER_BYTES];
	} shown;
	grant_t grant;
	struct stack_image stack;
	char name[PM_NAME_MAX + 1];
	unsigned int scripts;

	u32 handle;
	bool is_open;
	uint64_t head_bytes, file_bytes;
	struct pm_ids_reply ids; /* of the process then */

	struct vm_space_reply space;
	bool has_space, is_interpreter;
	struct exec_image image;
	uint64_t bias;
	uintptr_t entry, program_entry, headers;
	unsigned int header_size, header_count;
	uintptr_t interpreter;
	struct piece pieces[PIECES];
	struct protection protections[PIECES];
	unsigned int piece_count, piece, protection_count;
} jobs[JOBS];

/* --- Jobs ------------------------------------------------------------------------------------- */

static struct job *job_new(const struct thread *thread)
{
	for (unsigned int i = 0; i < JOBS; i++) {
		struct job *job = &jobs[i];

		if (job->used)
			continue;
		job->grant = vfs_grant(&job->shown, sizeof(job->shown));
		if (job->grant == GRANT_INVALID)
			return NULL;
		job->used = true;
		job->process = thread->process->thread;
		job->thread = thread->endpoint;
		job->scripts = job->piece_count = job->protection_count = 0;
		job->is_open = job->has_space = job->is_interpreter = false;
		job->interpreter = 0;
		job->ids = thread->process->ids.id;
		return job;
	}
	return NULL;
}

static void nothing_more(struct vfs_request *request, const struct pm_vfs_reply *reply)
{
	(void)request, (void)reply;
}

static void file_close(struct job *job)
{
	const struct pm_vfs_handle_req close = {.handle = job->handle};
	struct vfs_request *request = job->is_open ? vfs_request_new(job->process, EP_NONE) : NULL;

	job->is_open = false;
	if (request != NULL)
		vfs_send(request, PM_VFS_EXEC_CLOSE, &close, sizeof(close), nothing_more);
}

static void waiters_run(void);

static void job_free(struct job *job)
{
	const struct vm_space_req space = {.space = job->space.space};

	file_close(job);
	if (job->has_space)
		(void)vm_space_destroy(&space, NULL);
	vfs_grant_end(job->grant);
	job->used = false;
	waiters_run();
}

static void fail(struct job *job, int error)
{
	struct thread *thread = thread_by_endpoint(job->thread);

	if (thread != NULL)
		thread_answer(thread, error, NULL, 0);
	job_free(job);
}

/* Ask VFS; `done` gets the job. */
static void ask(struct job *job, u32 type, const void *payload, size_t bytes,
		void (*done)(struct vfs_request *request, const struct pm_vfs_reply *reply))
{
	struct vfs_request *request = vfs_request_new(job->process, job->thread);

	if (request == NULL) {
		fail(job, -EAGAIN);
		return;
	}
	request->context = job;
	vfs_send(request, type, payload, bytes, done);
}

/* The caller of a job, at an answer: NULL: it is gone, and with it the job. */
static struct job *job_of(const struct vfs_request *request)
{
	struct job *job = request->context;

	if (thread_by_endpoint(job->thread) != NULL)
		return job;
	job_free(job);
	return NULL;
}

/* --- The last step ---------------------------------------------------------------------------- */

static void go_on(struct thread *thread)
{
	thread->sleep = SLEEP_NONE;
	thread->held = true;
	signal_deliver(thread);
}

static void begun(struct vfs_request *request, const struct pm_vfs_reply *reply)
{
	struct thread *thread = thread_by_endpoint(request->thread);

	(void)reply;
	if (thread != NULL)
		go_on(thread);
}

static void ids_tell(const struct process *process)
{
	const struct pm_ids_reply *ids = &process->ids.id;
	struct pm_vfs_credentials_req message = {
		.process = process->thread,
		.user = ids->user,
		.effective_user = ids->effective_user,
		.saved_user = ids->saved_user,
		.group = ids->group,
		.effective_group = ids->effective_group,
		.saved_group = ids->saved_group,
		.group_count = process->ids.group_count,
	};
	struct vfs_request *request = vfs_request_new(process->thread, EP_NONE);

	if (request == NULL)
		return;
	message.groups = vfs_grant((void *)process->ids.groups, sizeof(process->ids.groups));
	request->grant = message.groups;
	vfs_send(request, PM_VFS_CREDENTIALS, &message, sizeof(message), vfs_grant_over);
}

static void ids_take(struct process *process, const struct pm_ids_reply *new)
{
	struct pm_ids_reply *ids = &process->ids.id;
	const bool other = ids->effective_user != new->effective_user ||
			   ids->effective_group != new->effective_group;

	ids->effective_user = ids->saved_user = new->effective_user;
	ids->effective_group = ids->saved_group = new->effective_group;
	if (other)
		ids_tell(process);
}

int exec_commit(struct thread *caller, const struct vm_space_reply *space, const char *name,
		const struct program_entry *entry, const struct pm_ids_reply *ids)
{
	struct process *process = caller->process;
	struct thread *first = process->threads;
	const struct pm_vfs_process_req done = {.process = process->thread};
	struct vfs_request *request;
	int error = vfs_tell_begin(first, process->thread, &request);

	if (error != 0)
		return error;
	thread_stop(first);
	error = process_replace(process, caller, space, name, entry);
	if (error != 0) {
		if (!first->held && !process->stopped)
			thread_resume(first);
		if (request != NULL)
			vfs_request_drop(request);
		return error;
	}
	ids_take(process, ids);
	if (request == NULL) {
		go_on(first);
	} else {
		first->sleep = SLEEP_VFS;
		vfs_send(request, PM_VFS_EXEC_DONE, &done, sizeof(done), begun);
	}
	return 0;
}

static int stack_make(struct job *job, const struct process *process, struct program_entry *entry)
{
	const struct vm_mmap_req request = {
		.space = job->space.space,
		.protection = VM_READ | VM_WRITE,
		.flags = VM_MAP_GROWS_DOWN | VM_MAP_POPULATE,
		.bytes = STACK_BYTES,
	};
	const struct pm_ids_reply *old = &process->ids.id;
	struct vm_address_reply reply;
	struct stack_facts facts = {
		.thread = process->thread,
		.pid = process->pid,
		.message_page = (uintptr_t)job->space.message_address,
		.entry = job->program_entry,
		.headers = job->headers,
		.header_size = job->header_size,
		.header_count = job->header_count,
		.page_size = ARCH_PAGE_SIZE,
		.interpreter = job->interpreter,
		.user = old->user,
		.effective_user = job->ids.effective_user,
		.group = old->group,
		.effective_group = job->ids.effective_group,
		.secure = old->user != job->ids.effective_user ||
			  old->group != job->ids.effective_group,
	};
	int error = vm_mmap(&request, &reply);

	if (error != 0)
		return error;
	random_fill(facts.random);
	facts.top = (uintptr_t)reply.address + STACK_BYTES;
	stack_image_finish(&job->stack, &facts, &entry->places);
	entry->program_counter = job->entry;
	loader_enter(job->space.space);
	error = loader_put(entry->places.stack_pointer, stack_image_first(&job->stack),
			   job->stack.used);
	loader_leave();
	return error == 0 ? 0 : -ENOMEM;
}

static void loaded(struct job *job)
{
	struct thread *thread = thread_by_endpoint(job->thread);
	struct program_entry entry;
	int error = stack_make(job, thread->process, &entry);

	if (error == 0)
		error = exec_commit(thread, &job->space, job->name, &entry, &job->ids);
	if (error != 0) {
		fail(job, error);
		return;
	}
	job->has_space = false;
	job_free(job);
}

/* --- Segments --------------------------------------------------------------------------------- */

/* What VM cannot map: for want of memory, or because the file asks for the impossible. */
static int refusal(int error)
{
	return error == 0 || error == -ENOMEM ? error : -ENOEXEC;
}

static int segment_map(void *context, uint64_t address, uint64_t size, uint32_t flags)
{
	const struct job *job = context;
	const struct vm_mmap_req request = {
		.space = job->space.space,
		.protection = VM_READ | VM_WRITE,
		.flags = VM_MAP_FIXED_NOREPLACE,
		.address = address,
		.bytes = size,
	};

	(void)flags;
	return refusal(vm_mmap(&request, NULL));
}

static int segment_copy(void *context, uint64_t address, uint64_t file_offset, uint64_t size)
{
	struct job *job = context;

	if (job->piece_count == PIECES)
		return -ENOEXEC;
	job->pieces[job->piece_count++] = (struct piece){address, size, file_offset};
	return 0;
}

static int segment_protect(void *context, uint64_t address, uint64_t size, uint32_t flags)
{
	struct job *job = context;

	if (job->protection_count == PIECES)
		return -ENOEXEC;
	job->protections[job->protection_count++] =
		(struct protection){address, size,
				    VM_READ | (flags & EXEC_WRITE ? VM_WRITE : 0) |
					    (flags & EXEC_EXECUTE ? VM_EXECUTE : 0)};
	return 0;
}

/* The whole file's reader, as far as the head goes: headers lie there. */
static int head_read(void *context, uint64_t offset, void *buffer, size_t length)
{
	const struct job *job = context;

	if (offset > job->head_bytes || length > job->head_bytes - offset)
		return -EIO;
	memcpy(buffer, job->shown.head + offset, length);
	return 0;
}

/* A program that may lie anywhere lies low, its interpreter in the middle: both have room to grow.
 */
static uint64_t bias_of(const struct job *job)
{
	const uint64_t limit = ARCH_USER_LIMIT;
	const uint64_t place = job->is_interpreter ? limit / 2 : limit / 8;

	return job->image.is_dynamic ? place / job->image.align * job->image.align : 0;
}

static int image_place(struct job *job, const struct exec_file *file)
{
	static const struct exec_ops ops = {
		.map = segment_map, .copy = segment_copy, .protect = segment_protect};
	const struct exec_target target = {
		.machine = ARCH_ELF_MACHINE,
		.bits = sizeof(uintptr_t) * 8,
		.page_size = ARCH_PAGE_SIZE,
		.low = ARCH_PAGE_SIZE,
		.high = ARCH_USER_LIMIT,
	};
	struct exec_image *image = &job->image;

	if (exec_read(&target, file, image) != 0 || (job->is_interpreter && image->has_interpreter))
		return -ENOEXEC;
	job->bias = bias_of(job);
	job->piece_count = job->piece = job->protection_count = 0;
	job->entry = (uintptr_t)(image->entry + job->bias);
	if (job->is_interpreter) {
		job->interpreter = (uintptr_t)job->bias;
	} else {
		job->program_entry = job->entry;
		job->headers =
			image->phdr_address != 0 ? (uintptr_t)(image->phdr_address + job->bias) : 0;
		job->header_size = image->phdr_size;
		job->header_count = image->phdr_count;
	}
	return exec_load(&ops, job, image, job->bias);
}

static void file_open(struct job *job);

static int protect(const struct job *job)
{
	for (unsigned int i = 0; i < job->protection_count; i++) {
		const struct protection *p = &job->protections[i];
		const struct vm_mprotect_req request = {
			.space = job->space.space,
			.protection = p->protection,
			.address = p->address,
			.bytes = p->bytes,
		};
		const int error = refusal(vm_mprotect(&request, NULL));

		if (error != 0)
			return error;
	}
	return 0;
}

/* All pieces are there: the interpreter comes next, or the end. */
static void file_loaded(struct job *job)
{
	const struct exec_file file = {head_read, job, job->file_bytes};
	const struct vm_brk_req heap = {.address = job->image.high + job->bias,
					.space = job->space.space};
	int error = protect(job);

	if (error == 0 && !job->is_interpreter)
		error = refusal(vm_brk(&heap, NULL));
	if (error == 0 && job->image.has_interpreter)
		error = exec_read_interpreter(&job->image, &file, job->shown.path, PM_PATH_MAX);
	if (error != 0) {
		fail(job, error == -ENOMEM ? error : -ENOEXEC);
		return;
	}
	file_close(job);
	if (job->image.has_interpreter) {
		job->is_interpreter = true;
		file_open(job);
	} else {
		loaded(job);
	}
}

/* --- Reading ---------------------------------------------------------------------------------- */

static void piece_next(struct job *job);

static void piece_read(struct vfs_request *request, const struct pm_vfs_reply *answered)
{
	const struct pm_vfs_count_reply *reply = (const struct pm_vfs_count_reply *)answered;
	struct job *job = job_of(request);
	struct piece *piece;
	int error;

	if (job == NULL)
		return;
	piece = &job->pieces[job->piece];
	error = reply->result;
	if (error == 0 &&
	    (reply->bytes == 0 || reply->bytes > BUFFER_BYTES || reply->bytes > piece->bytes))
		error = -ENOEXEC; /* it became shorter */
	if (error == 0) {
		loader_enter(job->space.space);
		error = loader_put(piece->address, job->shown.buffer, reply->bytes);
		loader_leave();
		error = error == 0 ? 0 : -ENOMEM;
	}
	if (error != 0) {
		fail(job, error);
		return;
	}
	piece->address += reply->bytes;
	piece->offset += reply->bytes;
	piece->bytes -= reply->bytes;
	job->piece += piece->bytes == 0;
	piece_next(job);
}

static void piece_next(struct job *job)
{
	const struct piece *piece = &job->pieces[job->piece];
	struct pm_vfs_exec_read_req read = {
		.handle = job->handle,
		.grant = job->grant,
		.grant_offset = offsetof(typeof(job->shown), buffer),
	};

	if (job->piece == job->piece_count) {
		file_loaded(job);
		return;
	}
	read.offset = piece->offset;
	read.bytes = piece->bytes < BUFFER_BYTES ? (u32)piece->bytes : BUFFER_BYTES;
	ask(job, PM_VFS_EXEC_READ, &read, sizeof(read), piece_read);
}

/* --- Opening ---------------------------------------------------------------------------------- */

/* `#! interpreter [one argument]`: both are put before the script's path. */
static int script_begin(struct job *job)
{
	char *line = (char *)job->shown.head, *end, *word, *argument;

	job->shown.head[job->head_bytes < HEAD_BYTES ? job->head_bytes : HEAD_BYTES - 1] = '\0';
	end = strchr(line, '\n');
	if (end == NULL && job->file_bytes < HEAD_BYTES)
		end = line + strlen(line); /* the file is this line */
	if (end == NULL)
		return -ENOEXEC;
	if (job->scripts++ == SCRIPTS_MAX)
		return -ELOOP;
	while (end > line && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*end = '\0';
	for (word = line + 2; *word == ' ' || *word == '\t'; word++)
		;
	for (argument = word; *argument != '\0' && *argument != ' ' && *argument != '\t';)
		argument++;
	if (*argument != '\0')
		*argument++ = '\0';
	while (*argument == ' ' || *argument == '\t')
		argument++;
	if (*word == '\0')
		return -ENOEXEC;
	if (!stack_image_script(&job->stack, word, *argument != '\0' ? argument : NULL,
				job->shown.path))
		return -E2BIG;
	memcpy(job->shown.path, word, strlen(word) + 1);
	return 0;
}

static void ids_choose(struct job *job, const struct pm_vfs_exec_open_reply *reply)
{
	if (job->is_interpreter || (reply->flags & PM_VFS_NOSUID))
		return;
	if (reply->mode & SET_USER)
		job->ids.effective_user = reply->uid;
	if ((reply->mode & SET_GROUP) == SET_GROUP)
		job->ids.effective_group = reply->gid;
}

static int space_make(struct job *job)
{
	const struct vm_space_create_req request = {.thread = job->process};
	const int error = job->has_space ? 0 : vm_space_create(&request, &job->space);

	job->has_space |= error == 0;
	return error == -ENOSPC ? -EAGAIN : error;
}

static void opened(struct vfs_request *request, const struct pm_vfs_reply *answered)
{
	const struct pm_vfs_exec_open_reply *reply =
		(const struct pm_vfs_exec_open_reply *)answered;
	struct job *job = request->context;
	const struct exec_file file = {head_read, job, reply->file_bytes};
	int error = reply->result;

	if (error == 0) {
		job->is_open = true;
		job->handle = reply->handle;
		job->head_bytes = reply->head_bytes < HEAD_BYTES ? reply->head_bytes : HEAD_BYTES;
		job->file_bytes = reply->file_bytes;
	}
	if (job_of(request) == NULL)
		return;
	if (error == 0 && !job->is_interpreter && job->head_bytes > 2 &&
	    memcmp(job->shown.head, "#!", 2) == 0) {
		file_close(job);
		error = script_begin(job);
		if (error == 0) {
			file_open(job);
			return;
		}
	}
	if (error == 0)
		error = space_make(job);
	if (error == 0) {
		ids_choose(job, reply);
		error = image_place(job, &file);
	}
	if (error != 0)
		fail(job, error);
	else
		piece_next(job);
}

static void file_open(struct job *job)
{
	const struct pm_vfs_exec_open_req open = {
		.process = job->process,
		.grant = job->grant,
		.path_bytes = (u32)strlen(job->shown.path) + 1,
		.head_offset = offsetof(typeof(job->shown), head),
		.head_bytes = HEAD_BYTES,
	};

	ask(job, PM_VFS_EXEC_OPEN, &open, sizeof(open), opened);
}

/* --- The call --------------------------------------------------------------------------------- */

/* Not a byte beyond the page in which the path ends. */
static int path_fetch(endpoint_t from, uint64_t address, char path[PM_PATH_MAX])
{
	size_t used = 0;

	while (used < PM_PATH_MAX) {
		const size_t in_page = ARCH_PAGE_SIZE - (size_t)((address + used) % ARCH_PAGE_SIZE);
		const size_t bytes = in_page < PM_PATH_MAX - used ? in_page : PM_PATH_MAX - used;
		const int error = memory_fetch(from, address + used, path + used, bytes);

		if (error != 0)
			return error;
		if (memchr(path + used, '\0', bytes) != NULL)
			return 0;
		used += bytes;
	}
	return -ENAMETOOLONG;
}

static int strings_fetch(struct job *job, const struct pm_exec_req *req)
{
	void *to = stack_image_begin(&job->stack, req->argument_bytes, req->argument_count,
				     req->environment_count);
	int error;

	if (to == NULL)
		return -E2BIG;
	error = memory_fetch(job->thread, req->arguments, to, (size_t)req->argument_bytes);
	if (error != 0)
		return error;
	return stack_image_valid(&job->stack) ? 0 : -EINVAL;
}

static void name_take(struct job *job)
{
	const char *last = strrchr(job->shown.path, '/') + 1;
	const size_t length = strlen(last);

	memset(job->name, 0, sizeof(job->name));
	memcpy(job->name, last, length < PM_NAME_MAX ? length : PM_NAME_MAX);
}

/* 0: the job is under way; else it is free again. */
static int job_begin(struct job *job, struct thread *thread, const struct pm_exec_req *req)
{
	int error = path_fetch(thread->endpoint, req->name, job->shown.path);

	if (error == 0 && strchr(job->shown.path, '/') == NULL)
		error = -ENOENT;
	if (error == 0)
		error = strings_fetch(job, req);
	if (error != 0) {
		job_free(job);
		return error;
	}
	name_take(job);
	thread->sleep = SLEEP_VFS;
	file_open(job);
	return 0;
}

/* --- More than there are jobs ----------------------------------------------------------------- */

/* In place `first` waits who came first. */
static struct {
	endpoint_t thread;
	struct pm_exec_req request;
} waiters[PROCESSES];
static unsigned int waiter_first, waiter_count;

static bool waiter_add(struct thread *thread, const struct pm_exec_req *req)
{
	const unsigned int place = (waiter_first + waiter_count) % PROCESSES;

	if (waiter_count == PROCESSES)
		return false;
	waiters[place].thread = thread->endpoint;
	waiters[place].request = *req;
	waiter_count++;
	thread->sleep = SLEEP_VFS;
	return true;
}

/* A job that fails at once frees its place, which comes here again: the loop sees that. */
static void waiters_run(void)
{
	static bool runs;

	if (runs)
		return;
	runs = true;
	while (waiter_count > 0) {
		const struct pm_exec_req req = waiters[waiter_first].request;
		struct thread *thread = thread_by_endpoint(waiters[waiter_first].thread);
		struct job *job = thread != NULL ? job_new(thread) : NULL;
		int error;

		if (thread != NULL && job == NULL)
			break;
		waiter_first = (waiter_first + 1) % PROCESSES;
		waiter_count--;
		error = thread != NULL ? job_begin(job, thread, &req) : 0;
		if (error != 0)
			thread_answer(thread, error, NULL, 0);
	}
	runs = false;
}

bool exec_path(struct thread *thread, const struct pm_exec_req *req, struct answer *result)
{
	static char path[PM_PATH_MAX];
	struct job *job;
	int error;

	if (!vfs_is_there())
		return false;
	error = path_fetch(thread->endpoint, req->name, path);
	if (error == 0 && strchr(path, '/') == NULL)
		return false;
	if (error != 0) {
		*result = answer(error);
		return true;
	}
	job = waiter_count == 0 ? job_new(thread) : NULL;
	if (job != NULL)
		error = job_begin(job, thread, req);
	else
		error = waiter_add(thread, req) ? 0 : -EAGAIN;
	*result = error != 0 ? answer(error) : answer_later();
	return true;
}
