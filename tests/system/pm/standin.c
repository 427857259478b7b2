/* Stands for VFS where the pm suite tests PM alone (`pmvfs`): a file system of a few names, whose
 * programs are members of the boot archive. It checks that PM keeps to pm_vfs.def.
 */
#include <cpio.h>
#include <sef.h>
#include <skerry/pm_vfs.h>
#include <skerry/services.h>
#include <string.h>
#include <sys.h>
#include <sys_grant.h>

struct file {
	const char *path;
	const char *member; /* NULL: the text is the file */
	const char *text;
	u32 mode, uid;
};

static const struct file files[] = {
	{"/bin/pmcase", "pmcase", NULL, 0100755, 0},
	{"/set-user", "pmcase", NULL, 0104755, 42},
	{"/script", NULL, "#! /bin/pmcase  @script \nnot read\n", 0100755, 0},
	{"/text", NULL, "This is no program, though it is long enough to look at.", 0100755, 0},
	{"/loop", NULL, "#!/loop\n", 0100755, 0},
	{"/short", NULL, "\177ELF", 0100755, 0},
};

#define FILES (sizeof(files) / sizeof(files[0]))

static int open_handles;

static const uint8_t *contents(const struct file *file, u64 *bytes)
{
	const struct service_start *start = service_start();
	struct cpio_archive archive;
	struct cpio_entry entry;

	*bytes = file->text != NULL ? strlen(file->text) : 0;
	if (file->text != NULL)
		return (const uint8_t *)file->text;
	cpio_open(&archive, (const void *)(uintptr_t)start->archive, (size_t)start->archive_bytes);
	while (cpio_next(&archive, &entry) == 0) {
		if (strcmp(entry.name, file->member) == 0) {
			*bytes = entry.size;
			return entry.data;
		}
	}
	panic("no %s in the archive", file->member);
}

static u64 give(const struct file *file, u64 offset, grant_t grant, u64 at, u64 most)
{
	u64 bytes;
	const uint8_t *data = contents(file, &bytes);

	bytes = offset < bytes ? bytes - offset : 0;
	if (bytes > most)
		bytes = most;
	if (bytes > 0 && safecopy_to(PM_ENDPOINT, grant, at, data + offset, (size_t)bytes, 0) != 0)
		panic("PM's grant does not hold");
	return bytes;
}

static void open(const struct pm_vfs_exec_open_req *req, struct pm_vfs_exec_open_reply *rep)
{
	char path[64];
	const u32 bytes = req->path_bytes < sizeof(path) ? req->path_bytes : sizeof(path);

	rep->result = -ENOENT;
	if (safecopy_from(PM_ENDPOINT, req->grant, 0, path, bytes, 0) != 0)
		panic("PM's grant does not hold");
	path[sizeof(path) - 1] = '\0';
	for (u32 i = 0; i < FILES; i++) {
		if (strcmp(files[i].path, path) != 0)
			continue;
		rep->result = 0;
		rep->handle = i;
		rep->mode = files[i].mode;
		rep->uid = files[i].uid;
		(void)contents(&files[i], &rep->file_bytes);
		rep->head_bytes =
			(u32)give(&files[i], 0, req->grant, req->head_offset, req->head_bytes);
		open_handles++;
	}
}

static void read(const struct pm_vfs_exec_read_req *req, struct pm_vfs_count_reply *rep)
{
	rep->bytes =
		give(&files[req->handle], req->offset, req->grant, req->grant_offset, req->bytes);
}

static void answer_send(u32 type, const void *reply, size_t bytes)
{
	struct message *message = &message_page()->message;

	memset(message->payload, 0, sizeof(message->payload));
	memcpy(message->payload, reply, bytes);
	message->type = type;
	if (ipc_send_async(PM_ENDPOINT, 0) != 0)
		panic("PM takes no answer");
}

static void asked(const struct message *message)
{
	union {
		struct pm_vfs_reply any;
		struct pm_vfs_exec_open_reply open;
		struct pm_vfs_count_reply count;
	} reply;

	memset(&reply, 0, sizeof(reply));
	memcpy(&reply.any.tag, message->payload, sizeof(reply.any.tag));
	switch (message->type) {
	case PM_VFS_EXEC_OPEN:
		open((const struct pm_vfs_exec_open_req *)message->payload, &reply.open);
		break;
	case PM_VFS_EXEC_READ:
		read((const struct pm_vfs_exec_read_req *)message->payload, &reply.count);
		break;
	case PM_VFS_EXEC_CLOSE:
		open_handles--;
		break;
	default:
		break;
	}
	if (open_handles < 0)
		panic("PM closes what is not open");
	answer_send(PM_VFS_ANSWER(message->type), &reply, sizeof(reply));
}

static const struct service standin = {.message = asked};

int sys_main(uintptr_t argument)
{
	const struct pm_vfs_ready_req ready = {0};

	sef_startup((const struct service_start *)argument, "pmvfs", NULL);
	if (service_start()->endpoint != VFS_ENDPOINT)
		panic("not in VFS's place");
	answer_send(PM_VFS_READY, &ready, sizeof(ready));
	sef_run(&standin);
}
