/* Requests to file servers, and what is made of their answers. */
#include "fs.h"

#include "memory.h"
#include "peer.h"
#include "process.h"
#include <string.h>
#include <sys.h>

#define ERRNO_MAX 4095

/* 0, -errno of POSIX. The request begins with tag and volume. */
static int ask(struct mount *mount, uint32_t type, void *request, size_t bytes, void *reply,
	       size_t reply_bytes)
{
	const struct fs_answer *answer = (const struct fs_answer *)worker_self()->answer;
	const endpoint_t server = mount->server;
	int error;

	memcpy((char *)request + sizeof(uint32_t), &mount->volume, sizeof(uint32_t));
	if (server == EP_NONE)
		return -EIO;
	error = peer_ask(server, type, request, bytes);
	if (error != 0)
		return error;
	if (answer->result > 0 || answer->result < -ERRNO_MAX)
		return -EIO;
	if (answer->result == 0 && reply_bytes != 0)
		memcpy(reply, answer->reply, reply_bytes);
	/* Skerry's own errors are not for programs. */
	return answer->result <= -EDEADSRCDST ? -EIO : answer->result;
}

static bool node_valid(const struct fs_node *node)
{
	switch (node->mode & MODE_TYPE) {
	case MODE_SOCKET:
	case MODE_LINK:
	case MODE_REGULAR:
	case MODE_BLOCK:
	case MODE_DIRECTORY:
	case MODE_CHARACTER:
	case MODE_PIPE:
		break;
	default:
		return false;
	}
	return node->inode != 0 && node->bytes <= INT64_MAX &&
	       !(node->mode & ~(MODE_TYPE | MODE_PERMISSIONS));
}

/* The vnode of a node in an answer. */
static int named(struct mount *mount, const struct fs_node *node, struct vnode **found)
{
	struct vnode *vnode;

	if (!node_valid(node))
		return -EIO;
	vnode = vnode_find(mount, node->inode);
	if (vnode != NULL && (vnode->mode ^ node->mode) & MODE_TYPE)
		return -EIO;
	return vnode_named(mount, node, found);
}

static int name_grant(const struct mount *mount, const char *name, grant_t *grant)
{
	return grant_own(mount->server, name, strlen(name), GRANT_READ, grant);
}

/* --- Volumes ---------------------------------------------------------------------------------- */

int fs_mount(endpoint_t server, uint32_t flags, const char *source, struct fs_mount_reply *reply)
{
	const struct fs_answer *answer = (const struct fs_answer *)worker_self()->answer;
	struct fs_mount_req request = {.flags = flags, .source_bytes = strlen(source)};
	int error = grant_own(server, source, request.source_bytes, GRANT_READ, &request.source);

	if (error != 0)
		return error;
	error = peer_ask(server, FS_MOUNT, &request, sizeof(request));
	grant_drop(request.source);
	if (error != 0)
		return error;
	memcpy(reply, answer->reply, sizeof(*reply));
	if (answer->result != 0)
		return answer->result < 0 && answer->result > -EDEADSRCDST ? answer->result : -EIO;
	return node_valid(&reply->root) && (reply->root.mode & MODE_TYPE) == MODE_DIRECTORY ? 0
											    : -EIO;
}

int fs_unmount(struct mount *mount)
{
	struct fs_volume_req request = {.tag = 0};

	return ask(mount, FS_UNMOUNT, &request, sizeof(request), NULL, 0);
}

int fs_statfs(struct mount *mount, struct file_system_status *status)
{
	struct fs_io_req request = {.bytes = sizeof(*status)};
	struct fs_count_reply reply;
	int error = grant_own(mount->server, status, sizeof(*status), GRANT_WRITE, &request.grant);

	if (error != 0)
		return error;
	memset(status, 0, sizeof(*status));
	error = ask(mount, FS_STATFS, &request, sizeof(request), &reply, sizeof(reply));
	grant_drop(request.grant);
	return error;
}

int fs_sync(struct mount *mount, uint64_t inode)
{
	struct fs_io_req request = {.inode = inode};

	return ask(mount, FS_SYNC, &request, sizeof(request), NULL, 0);
}

/* --- Names ------------------------------------------------------------------------------------ */

int fs_lookup(struct vnode *directory, const char *name, struct vnode **found)
{
	struct mount *mount = directory->mount;
	struct fs_name_req request = {
		.directory = directory->inode,
		.name_bytes = (uint16_t)strlen(name),
	};
	struct fs_node_reply reply;
	int error = name_grant(mount, name, &request.name);

	if (error != 0)
		return error;
	error = ask(mount, FS_LOOKUP, &request, sizeof(request), &reply, sizeof(reply));
	grant_drop(request.name);
	return error != 0 ? error : named(mount, &reply.node, found);
}

int fs_create(struct vnode *directory, const char *name, const struct fs_new_file *file,
	      struct vnode **found)
{
	struct mount *mount = directory->mount;
	struct fs_create_req request = {
		.directory = directory->inode,
		.name_bytes = strlen(name),
		.mode = file->mode,
		.user = file->user,
		.group = file->group,
		.major = file->special_major,
		.minor = file->special_minor,
	};
	struct fs_node_reply reply;
	int error = name_grant(mount, name, &request.name);

	if (error != 0)
		return error;
	error = ask(mount, FS_CREATE, &request, sizeof(request), &reply, sizeof(reply));
	grant_drop(request.name);
	return error != 0 ? error : named(mount, &reply.node, found);
}

int fs_symlink(struct vnode *directory, const char *name, const char *text,
	       const struct process *process)
{
	struct mount *mount = directory->mount;
	struct fs_symlink_req request = {
		.directory = directory->inode,
		.name_bytes = (uint16_t)strlen(name),
		.text_bytes = (uint16_t)strlen(text),
		.user = process->effective_user,
		.group = process->effective_group,
	};
	struct fs_node_reply reply;
	struct vnode *link;
	int error = name_grant(mount, name, &request.name);

	if (error == 0)
		error = name_grant(mount, text, &request.text);
	if (error == 0)
		error = ask(mount, FS_SYMLINK, &request, sizeof(request), &reply, sizeof(reply));
	grant_drop(request.name);
	grant_drop(request.text);
	if (error == 0)
		error = named(mount, &reply.node, &link);
	if (error == 0)
		vnode_put(link);
	return error;
}

int fs_link(struct vnode *vnode, struct vnode *directory, const char *name)
{
	struct fs_link_req request = {
		.inode = vnode->inode,
		.directory = directory->inode,
		.name_bytes = strlen(name),
	};
	int error = name_grant(directory->mount, name, &request.name);

	if (error != 0)
		return error;
	error = ask(directory->mount, FS_LINK, &request, sizeof(request), NULL, 0);
	grant_drop(request.name);
	return error;
}

int fs_unlink(struct vnode *directory, const char *name, bool is_directory)
{
	struct fs_name_req request = {
		.directory = directory->inode,
		.name_bytes = (uint16_t)strlen(name),
		.flags = is_directory ? FS_DIRECTORY : 0,
	};
	int error = name_grant(directory->mount, name, &request.name);

	if (error != 0)
		return error;
	error = ask(directory->mount, FS_UNLINK, &request, sizeof(request), NULL, 0);
	grant_drop(request.name);
	return error;
}

int fs_rename(struct vnode *from_directory, const char *from, struct vnode *to_directory,
	      const char *to, uint32_t flags)
{
	struct mount *mount = from_directory->mount;
	struct fs_rename_req request = {
		.from_directory = from_directory->inode,
		.to_directory = to_directory->inode,
		.from_bytes = (uint16_t)strlen(from),
		.to_bytes = (uint16_t)strlen(to),
		.flags = flags,
	};
	int error = name_grant(mount, from, &request.from);

	if (error == 0)
		error = name_grant(mount, to, &request.to);
	if (error == 0)
		error = ask(mount, FS_RENAME, &request, sizeof(request), NULL, 0);
	grant_drop(request.from);
	grant_drop(request.to);
	return error;
}

/* --- Data ------------------------------------------------------------------------------------- */

static int memory_grant(const struct mount *mount, const struct fs_memory *memory, uint64_t bytes,
			uint32_t access, grant_t *grant)
{
	if (memory->call != NULL)
		return grant_caller(memory->call, mount->server, memory->address, bytes, access,
				    grant);
	if (memory->own != NULL)
		return grant_own(mount->server, memory->own, bytes, access, grant);
	return grant_of_other(mount->server, memory->granter, memory->grant, memory->address, bytes,
			      access, grant);
}

/* Memory that is missing is paged in, and the server asked again: it has done nothing yet. */
int fs_transfer(struct vnode *vnode, uint32_t row, const struct fs_memory *memory, uint64_t offset,
		uint64_t bytes, uint32_t flags, struct fs_count_reply *reply)
{
	const uint32_t access = row == FS_WRITE ? GRANT_READ : GRANT_WRITE;
	struct fs_io_req request = {
		.inode = vnode->inode,
		.offset = offset,
		.bytes = bytes,
		.flags = flags,
	};
	unsigned int tries = 0;
	int error;

	do {
		error = memory_grant(vnode->mount, memory, bytes, access, &request.grant);
		if (error != 0)
			return error;
		error = ask(vnode->mount, row, &request, sizeof(request), reply, sizeof(*reply));
		grant_drop(request.grant);
	} while (error == -EFAULT && memory->call != NULL && ++tries < 8 &&
		 memory_page_in(memory->call->caller, memory->address, bytes, access) == 0);
	if (error == 0 && (reply->count > bytes || reply->size > INT64_MAX))
		return -EIO;
	return error;
}

int fs_stat(struct vnode *vnode, struct file_status *status)
{
	const struct fs_memory memory = {.own = status};
	struct fs_count_reply reply;
	int error;

	memset(status, 0, sizeof(*status));
	error = fs_transfer(vnode, FS_STAT, &memory, 0, sizeof(*status), 0, &reply);
	if (error == 0 && ((status->mode ^ vnode->mode) & MODE_TYPE || status->inode == 0))
		return -EIO;
	return error;
}

int fs_set(struct vnode *vnode, struct fs_set_req *req)
{
	struct fs_node_reply reply;
	int error;

	req->inode = vnode->inode;
	error = ask(vnode->mount, FS_SET, req, sizeof(*req), &reply, sizeof(reply));
	if (error == 0 && (!node_valid(&reply.node) || reply.node.inode != vnode->inode))
		error = -EIO;
	if (error == 0)
		vnode_learn(vnode, &reply.node);
	return error;
}

int fs_seek(struct vnode *vnode, uint64_t offset, uint32_t flags, uint64_t *found)
{
	struct fs_io_req request = {.inode = vnode->inode, .offset = offset, .flags = flags};
	struct fs_count_reply reply = {0};
	const int error =
		ask(vnode->mount, FS_SEEK, &request, sizeof(request), &reply, sizeof(reply));

	*found = reply.offset;
	return error == 0 && reply.offset < offset ? -EIO : error;
}

void fs_forget(struct mount *mount, uint64_t inode, uint32_t count)
{
	const struct fs_forget_req request = {
		.volume = mount->volume,
		.inode = inode,
		.count = count,
	};

	while (mount->used && mount->server != EP_NONE &&
	       peer_send(mount->server, FS_FORGET, &request, sizeof(request)) == -EAGAIN &&
	       worker_runs())
		worker_yield();
}
