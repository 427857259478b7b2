/* Requests and answers of file servers. One request is served to its end before the next is looked
 * at.
 */
#include <fsdriver.h>

#include <sef.h>
#include <skerry/kernel_call.h>
#include <skerry/vfs.h>
#include <string.h>
#include <sys.h>
#include <sys_call.h>
#include <sys_grant.h>
#include <sys_ipc.h>

#define ANSWERS 64u
#define RETRY_TIME 2000000ull

static const struct fsdriver *fs;
static endpoint_t client; /* whose request is served */
static struct message answers[ANSWERS];
static unsigned int answers_first, answers_used;
static char names[2][PATH_BYTES_MAX + 1];

int fs_data_put(const struct fs_data *data, uint64_t at, const void *from, size_t bytes)
{
	if (bytes == 0)
		return 0;
	return safecopy_to(data->granter, data->grant, at, from, bytes, CPF_TRY) == 0 ? 0 : -EFAULT;
}

int fs_data_get(const struct fs_data *data, uint64_t at, void *to, size_t bytes)
{
	if (bytes == 0)
		return 0;
	return safecopy_from(data->granter, data->grant, at, to, bytes, CPF_TRY) == 0 ? 0 : -EFAULT;
}

/* --- Text ------------------------------------------------------------------------------------- */

static int text_get(grant_t grant, uint32_t bytes, uint32_t max, char *text)
{
	const struct fs_data data = {client, grant};

	if (bytes > max)
		return -ENAMETOOLONG;
	if (fs_data_get(&data, 0, text, bytes) != 0)
		return -EFAULT;
	text[bytes] = '\0';
	return strlen(text) == bytes ? 0 : -EINVAL;
}

static int name_get(grant_t grant, uint32_t bytes, char *name)
{
	const int error = text_get(grant, bytes, NAME_BYTES_MAX, name);

	if (error != 0)
		return error;
	return bytes == 0 || strchr(name, '/') != NULL ? -EINVAL : 0;
}

/* --- Rows ------------------------------------------------------------------------------------- */

static int run_mount(const void *payload, void *reply)
{
	const struct fs_mount_req *req = payload;
	int error = 0;

	names[0][0] = '\0';
	if (req->source_bytes > 0)
		error = text_get(req->source, req->source_bytes, NAME_BYTES_MAX, names[0]);
	return error != 0 ? error : fs->mount(names[0], req->flags, reply);
}

static int run_unmount(const void *payload, void *reply)
{
	const struct fs_volume_req *req = payload;

	(void)reply;
	return fs->unmount(req->volume);
}

static int run_lookup(const void *payload, void *reply)
{
	const struct fs_name_req *req = payload;
	struct fs_node_reply *rep = reply;
	const int error = name_get(req->name, req->name_bytes, names[0]);

	return error != 0 ? error : fs->lookup(req->volume, req->directory, names[0], &rep->node);
}

static int run_create(const void *payload, void *reply)
{
	const struct fs_create_req *req = payload;
	struct fs_node_reply *rep = reply;
	const int error = name_get(req->name, req->name_bytes, names[0]);

	if (error == 0 && (req->mode & MODE_TYPE) == MODE_LINK)
		return -EINVAL;
	return error != 0 ? error : fs->create(req->volume, req, names[0], NULL, &rep->node);
}

static int run_symlink(const void *payload, void *reply)
{
	const struct fs_symlink_req *req = payload;
	const struct fs_create_req create = {
		.directory = req->directory,
		.mode = MODE_LINK | 0777,
		.user = req->user,
		.group = req->group,
	};
	struct fs_node_reply *rep = reply;
	int error = name_get(req->name, req->name_bytes, names[0]);

	if (error == 0)
		error = text_get(req->text, req->text_bytes, PATH_BYTES_MAX - 1, names[1]);
	return error != 0 ? error
			  : fs->create(req->volume, &create, names[0], names[1], &rep->node);
}

static int run_link(const void *payload, void *reply)
{
	const struct fs_link_req *req = payload;
	const int error = name_get(req->name, req->name_bytes, names[0]);

	(void)reply;
	return error != 0 ? error : fs->link(req->volume, req->inode, req->directory, names[0]);
}

static int run_unlink(const void *payload, void *reply)
{
	const struct fs_name_req *req = payload;
	const int error = name_get(req->name, req->name_bytes, names[0]);

	(void)reply;
	return error != 0 ? error
			  : fs->unlink(req->volume, req->directory, names[0],
				       req->flags & FS_DIRECTORY);
}

static int run_rename(const void *payload, void *reply)
{
	const struct fs_rename_req *req = payload;
	int error = name_get(req->from, req->from_bytes, names[0]);

	(void)reply;
	if (error == 0)
		error = name_get(req->to, req->to_bytes, names[1]);
	return error != 0 ? error : fs->rename(req->volume, req, names[0], names[1]);
}

#define IO_ROW(entry)                                                                              \
	static int run_##entry(const void *payload, void *reply)                                   \
	{                                                                                          \
		const struct fs_io_req *req = payload;                                             \
		const struct fs_data data = {client, req->grant};                                  \
                                                                                                   \
		return fs->entry(req, &data, reply);                                               \
	}

IO_ROW(read_link)
IO_ROW(read)
IO_ROW(write)
IO_ROW(getdents)

static int run_stat(const void *payload, void *reply)
{
	static struct file_status status;
	const struct fs_io_req *req = payload;
	const struct fs_data data = {client, req->grant};
	struct fs_count_reply *rep = reply;
	int error;

	memset(&status, 0, sizeof(status));
	status.mask = STAT_BASIC;
	error = fs->stat(req, &status);
	rep->count = sizeof(status);
	return error != 0 ? error : fs_data_put(&data, 0, &status, sizeof(status));
}

static int run_statfs(const void *payload, void *reply)
{
	const struct fs_io_req *req = payload;
	const struct fs_data data = {client, req->grant};
	struct file_system_status status = {.type = 0};
	const int error = fs->statfs(req->volume, &status);

	(void)reply;
	return error != 0 ? error : fs_data_put(&data, 0, &status, sizeof(status));
}

static int run_set(const void *payload, void *reply)
{
	struct fs_node_reply *rep = reply;

	return fs->set(payload, &rep->node);
}

static int run_seek(const void *payload, void *reply)
{
	return fs->seek(payload, reply);
}

static int run_sync(const void *payload, void *reply)
{
	(void)reply;
	return fs->sync(payload);
}

static int run_forget(const void *payload, void *reply)
{
	const struct fs_forget_req *req = payload;

	(void)reply;
	fs->forget(req->volume, req->inode, req->count);
	return 0;
}

static int (*const rows[])(const void *payload, void *reply) = {
	[FS_MOUNT & 0xFFFF] = run_mount,	 [FS_UNMOUNT & 0xFFFF] = run_unmount,
	[FS_LOOKUP & 0xFFFF] = run_lookup,	 [FS_CREATE & 0xFFFF] = run_create,
	[FS_SYMLINK & 0xFFFF] = run_symlink,	 [FS_LINK & 0xFFFF] = run_link,
	[FS_UNLINK & 0xFFFF] = run_unlink,	 [FS_RENAME & 0xFFFF] = run_rename,
	[FS_READ_LINK & 0xFFFF] = run_read_link, [FS_READ & 0xFFFF] = run_read,
	[FS_WRITE & 0xFFFF] = run_write,	 [FS_GETDENTS & 0xFFFF] = run_getdents,
	[FS_STAT & 0xFFFF] = run_stat,		 [FS_SET & 0xFFFF] = run_set,
	[FS_SEEK & 0xFFFF] = run_seek,		 [FS_STATFS & 0xFFFF] = run_statfs,
	[FS_SYNC & 0xFFFF] = run_sync,		 [FS_FORGET & 0xFFFF] = run_forget,
};

/* --- Answers ---------------------------------------------------------------------------------- */

static void answers_send(void)
{
	while (answers_used > 0) {
		message_page()->message = answers[answers_first];
		if (ipc_send_async(VFS_ENDPOINT, 0) == -EAGAIN) {
			const struct sys_alarm_req again = {.time = RETRY_TIME};

			(void)sys_alarm(&again, NULL);
			return;
		}
		answers_first = (answers_first + 1) % ANSWERS;
		answers_used--;
	}
}

/* VFS has no more requests under way than it has workers: there is room. */
static void request_serve(const struct message *request)
{
	const uint32_t nr = request->type & 0xFFFF;
	struct fs_answer answer = {.result = -EBADCALL};

	client = request->source;
	memcpy(&answer.tag, request->payload, sizeof(answer.tag));
	if (nr < sizeof(rows) / sizeof(rows[0]))
		answer.result = rows[nr](request->payload, answer.reply);
	if (request->type == FS_FORGET)
		return;
	assert(answers_used < ANSWERS);
	answers[(answers_first + answers_used) % ANSWERS].type = FS_ANSWER;
	memcpy(answers[(answers_first + answers_used) % ANSWERS].payload, &answer, sizeof(answer));
	answers_used++;
}

/* Not by a call: VFS answers only when it has asked this server for its volume. */
static void __attribute__((noinline)) name_tell(void)
{
	struct message *message = &message_page()->message;
	struct vfs_server_up_req request = {.type = ""};

	strlcpy(request.type, fs->name, sizeof(request.type));
	message->type = VFS_SERVER_UP;
	memcpy(message->payload, &request, sizeof(request));
	if (ipc_send_async(VFS_ENDPOINT, 0) != 0)
		panic("VFS cannot be told");
}

/* Apart: where the message page lies is known only after sef_startup(). */
static void __attribute__((noinline, noreturn)) serve(void)
{
	struct ipc_received received;
	struct message message;

	for (;;) {
		if (sef_reply_receive(EP_NONE, EP_ANY, &received) != 0)
			panic("cannot receive");
		message = message_page()->message;
		if (ipc_status_trap(received.status) == TRAP_IPC_SEND_ASYNC &&
		    message.source == VFS_ENDPOINT && MESSAGE_PROTOCOL(message.type) == PROTOCOL_FS)
			request_serve(&message);
		else if (ipc_status_trap(received.status) == TRAP_IPC_CALL)
			service_answer(message.source, -ENOTALLOWED, "", 0);
		answers_send();
	}
}

void fsdriver_run(const struct fsdriver *driver, const struct service_start *start,
		  const struct sef_ops *ops)
{
	fs = driver;
	sef_startup(start, fs->name, ops);
	name_tell();
	serve();
}
