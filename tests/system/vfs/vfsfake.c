/* A file server and character driver that misbehaves as it is asked to, by the names that are
 * looked up and the numbers of its devices: nonsense, answers that nobody asked for, silence,
 * death. It owns the bytes of its echo, as long as somebody has a device open.
 */
#include "fake.h"

#include <sef.h>
#include <skerry/chr.h>
#include <skerry/fs.h>
#include <skerry/kernel_call.h>
#include <skerry/vfs.h>
#include <string.h>
#include <sys.h>
#include <sys_call.h>
#include <sys_grant.h>

#define ROOT 1u
#define FILE 2u
#define ECHO_BYTES 64u

static char echo[ECHO_BYTES];
static size_t echo_used;
static struct chr_io_req pending; /* tag 0: no read waits */
static bool watched;
static unsigned int openers;

static void die(void)
{
	const struct sys_exit_req end = {.status = 1};

	(void)sys_exit(&end, NULL);
}

static void tell(uint32_t type, const void *payload, size_t bytes)
{
	struct message *message = &message_page()->message;

	message->type = type;
	memset(message->payload, 0, sizeof(message->payload));
	memcpy(message->payload, payload, bytes);
	(void)ipc_send_async(VFS_ENDPOINT, 0);
}

/* --- The file server -------------------------------------------------------------------------- */

static struct fs_node node_make(uint64_t inode, uint32_t mode)
{
	return (struct fs_node){.inode = inode, .mode = mode, .bytes = 100, .links = 1};
}

static int lookup(const char *name, struct fs_node *node)
{
	if (strcmp(name, FAKE_FILE) == 0)
		*node = node_make(FILE, MODE_REGULAR | 0644);
	else if (strcmp(name, FAKE_NO_TYPE) == 0)
		*node = node_make(5, 0644);
	else if (strcmp(name, FAKE_NO_INODE) == 0)
		*node = node_make(0, MODE_REGULAR | 0644);
	else if (strcmp(name, FAKE_OTHER_TYPE) == 0)
		*node = node_make(ROOT, MODE_REGULAR | 0644);
	else if (strcmp(name, FAKE_LONG) == 0) {
		*node = node_make(6, MODE_REGULAR | 0644);
		node->bytes = UINT64_MAX;
	} else if (strcmp(name, FAKE_POSITIVE) == 0)
		return 5;
	else if (strcmp(name, FAKE_FAR) == 0)
		return INT32_MIN;
	else if (strcmp(name, FAKE_OWN_ERROR) == 0)
		return -EBADGRANT;
	else
		return -ENOENT;
	return 0;
}

/* False: there is no answer. */
static bool names_serve(const struct fs_name_req *req, endpoint_t from, struct fs_answer *answer)
{
	struct fs_node_reply *rep = (struct fs_node_reply *)answer->reply;
	char name[NAME_BYTES_MAX + 1] = "";

	(void)safecopy_from(from, req->name, 0, name, req->name_bytes, CPF_TRY);
	if (strcmp(name, FAKE_DIE) == 0)
		die();
	if (strcmp(name, FAKE_SILENT) == 0)
		return false;
	if (strcmp(name, FAKE_WRONG_TAG) == 0) {
		/* First an answer to what was never asked. */
		answer->tag += 256;
		tell(FS_ANSWER, answer, sizeof(*answer));
		answer->tag -= 256;
		answer->result = -ENOTDIR;
		return true;
	}
	answer->result = lookup(name, &rep->node);
	return true;
}

static void fs_serve(const struct message *message)
{
	struct fs_answer answer = {.result = 0};
	struct fs_mount_reply *mount = (struct fs_mount_reply *)answer.reply;
	struct fs_count_reply *count = (struct fs_count_reply *)answer.reply;
	struct fs_name_req names;

	memcpy(&answer.tag, message->payload, sizeof(answer.tag));
	memcpy(&names, message->payload, sizeof(names));
	switch (message->type) {
	case FS_MOUNT:
		mount->volume = 1;
		mount->root = node_make(ROOT, MODE_DIRECTORY | 0755);
		break;
	case FS_UNMOUNT:
	case FS_SYNC:
		break;
	case FS_FORGET:
		return;
	case FS_LOOKUP:
		if (!names_serve(&names, message->source, &answer))
			return;
		break;
	case FS_READ:
	case FS_WRITE:
	case FS_GETDENTS:
		count->count = UINT64_MAX / 2;
		break;
	case FS_STAT:
		break; /* nothing was put into the grant */
	default:
		answer.result = -EIO;
	}
	tell(FS_ANSWER, &answer, sizeof(answer));
}

/* --- The driver ------------------------------------------------------------------------------- */

static void chr_answer(uint32_t tag, int64_t result)
{
	const struct chr_answer answer = {.tag = tag, .flags = CHR_STREAM, .result = result};

	tell(CHR_ANSWER, &answer, sizeof(answer));
}

/* A read waits until there is something to give. */
static void echo_give(endpoint_t to)
{
	size_t bytes = pending.bytes < echo_used ? (size_t)pending.bytes : echo_used;
	const uint32_t tag = pending.tag;

	if (tag == 0 || echo_used == 0)
		return;
	pending.tag = 0;
	if (safecopy_to(to, pending.grant, 0, echo, bytes, CPF_TRY) != 0) {
		chr_answer(tag, -EFAULT);
		return;
	}
	memmove(echo, echo + bytes, echo_used - bytes);
	echo_used -= bytes;
	chr_answer(tag, (int64_t)bytes);
}

static void echo_take(const struct chr_io_req *req, endpoint_t from)
{
	const size_t room = sizeof(echo) - echo_used;
	const size_t bytes = req->bytes < room ? (size_t)req->bytes : room;
	const struct chr_ready ready = {.device = req->device, .events = POLL_IN};

	if (safecopy_from(from, req->grant, 0, echo + echo_used, bytes, CPF_TRY) != 0) {
		chr_answer(req->tag, -EFAULT);
		return;
	}
	echo_used += bytes;
	chr_answer(req->tag, (int64_t)bytes);
	if (watched && echo_used > 0)
		tell(CHR_READY, &ready, sizeof(ready));
	watched = false;
	echo_give(from);
}

static void read_serve(const struct chr_io_req *req, endpoint_t from)
{
	switch (CHR_MINOR(req->device)) {
	case FAKE_ECHO:
		pending = *req;
		if (echo_used == 0 && req->flags & CHR_NONBLOCK) {
			pending.tag = 0;
			chr_answer(req->tag, -EAGAIN);
		}
		echo_give(from);
		break;
	case FAKE_TOO_MUCH:
		chr_answer(req->tag, (int64_t)req->bytes + 1);
		break;
	case FAKE_DIES:
		die();
	}
}

static void ioctl_serve(const struct chr_ioctl_req *req, endpoint_t from)
{
	const uint32_t value = 42;
	const int error = safecopy_to(from, req->grant, 0, &value, sizeof(value), CPF_TRY);

	chr_answer(req->tag, error == 0 ? 7 : -EFAULT);
}

static void chr_serve(const struct message *message)
{
	struct chr_io_req req;
	struct chr_ioctl_req ioctl;
	struct chr_poll_req poll;

	memcpy(&req, message->payload, sizeof(req));
	memcpy(&ioctl, message->payload, sizeof(ioctl));
	memcpy(&poll, message->payload, sizeof(poll));
	switch (message->type) {
	case CHR_OPEN:
		openers += CHR_MINOR(req.device) != FAKE_CLOSED;
		chr_answer(req.tag,
			   CHR_MINOR(req.device) == FAKE_CLOSED ? -EACCES : (int64_t)req.device);
		break;
	case CHR_CLOSE:
		openers -= openers > 0; /* it may be of an instance that died */
		if (openers == 0)
			echo_used = 0;
		chr_answer(req.tag, 0);
		break;
	case CHR_READ:
		read_serve(&req, message->source);
		break;
	case CHR_WRITE:
		echo_take(&req, message->source);
		break;
	case CHR_IOCTL:
		ioctl_serve(&ioctl, message->source);
		break;
	case CHR_POLL:
		watched |= poll.flags & CHR_POLL_WATCH && echo_used == 0;
		chr_answer(req.tag, echo_used > 0 ? POLL_IN | POLL_OUT : POLL_OUT);
		break;
	}
}

/* --- Both ------------------------------------------------------------------------------------- */

static void names_tell(void)
{
	const struct vfs_server_up_req server = {.type = "fake"};
	const struct vfs_driver_up_req driver = {
		.major = FAKE_MAJOR,
		.count = FAKE_DEVICES,
		.name = "fake",
	};

	tell(VFS_SERVER_UP, &server, sizeof(server));
	tell(VFS_DRIVER_UP, &driver, sizeof(driver));
}

static void __attribute__((noinline, noreturn)) serve(void)
{
	struct ipc_received received;
	struct message message;

	names_tell();
	for (;;) {
		if (sef_reply_receive(EP_NONE, EP_ANY, &received) != 0)
			panic("cannot receive");
		message = message_page()->message;
		if (MESSAGE_PROTOCOL(message.type) == PROTOCOL_FS)
			fs_serve(&message);
		else if (MESSAGE_PROTOCOL(message.type) == PROTOCOL_CHR)
			chr_serve(&message);
	}
}

int sys_main(uintptr_t argument)
{
	sef_startup((const struct service_start *)argument, "vfsfake", NULL);
	serve();
}
